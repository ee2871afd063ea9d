"""Which pairs become rows, and with which texts; why the others do not.

Knows the rules of states, decisions and edits; knows no file format.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Generator, Mapping
from dataclasses import dataclass, field
from hashlib import blake2b
from typing import Literal

from codeclm.export.families import ALONE, Families, Kin
from codeclm.export.row import Row
from codeclm.records import Pair, Status
from codeclm.store import Store

Include = Literal["accepted", "kept", "all"]
_UNEDITED: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Choice:
    """Which rows are wanted. `theta` and `cap` decide the state of a lineage."""

    config: str
    theta: float
    cap: int
    include: Include = "kept"
    only: frozenset[str] | None = None
    """Ids of pairs: a selection; None: all."""
    per_use_case: int | None = None
    """The most rows of one use case, the first in order; None: no limit."""
    groups: Mapping[str, str] = field(default_factory=dict)
    """By metadata id, what is counted in place of the use case."""
    without: Mapping[str, str] = field(default_factory=dict)
    """By pair id, why it is left out."""
    stale: bool = False
    """Whether what was written from labels edited since goes in too."""


def verdict_of(pair: Pair) -> str | None:
    """What all reviewers come to: accept, reject, conflict or nothing yet."""
    if pair.conflict:
        return "conflict"
    return pair.decision.verdict if pair.decision else None


def refusal(verdict: str | None, status: Status, stale: bool, include: Include) -> str | None:
    """Why a pair is left out before its texts are looked at; None: it is wanted."""
    if verdict == "conflict":
        return "conflict"
    if verdict == "reject":
        return "rejected"
    if include == "accepted" and status == "kept" and verdict != "accept":
        return "undecided"
    if status != "kept" and not (verdict == "accept" and include != "kept"):
        return status
    return "stale" if stale else None


def compose(pair: Pair, preference: bool, kin: Kin = ALONE) -> Row | str:
    """The row of a wanted pair, or why there is none. `preference`: a rejected answer is needed."""
    decision = None if pair.conflict else pair.decision
    role = (decision.answer if decision else None) or pair.winner
    instruction = decision.instruction if decision else None
    response = decision.response if decision else None
    if role is None and response is None:
        return "tie"
    strong = role != "target"
    if response is None and (pair.strong_truncated if strong else pair.target_truncated):
        return "truncated"
    chosen, other = (pair.strong, pair.target) if strong else (pair.target, pair.strong)
    if response is not None:
        chosen = response
    if not chosen.strip():
        return "empty"
    rejected = None if role is None or instruction is not None else other
    if preference and rejected is None:
        return "tie" if role is None else "unscored"
    if preference and rejected == chosen:
        return "same answers"
    return Row(
        pair=pair,
        instruction=pair.instruction if instruction is None else instruction,
        chosen=chosen,
        chosen_role=role or "strong",
        rejected=rejected,
        system=kin.system,
        family=kin.family,
        edited=_edits(instruction, response),
    )


def _edits(instruction: str | None, response: str | None) -> frozenset[str]:
    if instruction is None and response is None:
        return _UNEDITED
    edits = {"instruction": instruction, "response": response}
    return frozenset(name for name, text in edits.items() if text is not None)


@dataclass(slots=True)
class Rows:
    """The rows of an export, in order. `dropped` is complete once they have been walked."""

    store: Store
    choice: Choice
    preference: bool = False
    dropped: Counter[str] = field(default_factory=Counter)
    marks: bool = False
    """Whether rows are only counted: then marks stand for the answers, which takes a third of the time."""

    def walk(self) -> Generator[Row, None, None]:
        """Seed import order (no seed last), metadata, sample, iteration."""
        self.dropped.clear()
        seen: set[bytes] = set()
        cases: Counter[str] = Counter()
        families = Families(self.store)
        with self.store.read():
            choice = self.choice
            accepted = choice.include != "kept"
            for pair in self.store.pairs.each(
                choice.config, choice.theta, choice.cap, None, accepted, self._wanted, self.marks
            ):
                verdict = verdict_of(pair)
                found = self._refusal(pair.id, verdict, pair.status, pair.stale) or compose(
                    pair, self.preference, families.of(pair)
                )
                reason = found if isinstance(found, str) else self._surplus(found, seen, cases)
                if reason is not None:
                    self.dropped[reason] += 1
                elif isinstance(found, Row):
                    yield found

    def _wanted(self, pair: str, verdict: str | None, status: Status, stale: bool) -> bool:
        return self._refusal(pair, verdict, status, stale) is None

    def _refusal(self, pair: str, verdict: str | None, status: Status, stale: bool) -> str | None:
        if self.choice.only is not None and pair not in self.choice.only:
            return "not selected"
        stale = stale and not self.choice.stale
        return refusal(verdict, status, stale, self.choice.include) or self.choice.without.get(pair)

    def _surplus(self, row: Row, seen: set[bytes], cases: Counter[str]) -> str | None:
        key = blake2b("\0".join((row.system, row.instruction, row.chosen)).encode(), digest_size=16).digest()
        if key in seen:
            return "duplicate"
        most = self.choice.per_use_case
        group = self.choice.groups.get(row.pair.metadata, row.pair.use_case)
        if most is not None and cases[group] >= most:
            return "over the cap of its cluster" if self.choice.groups else "over the cap of its use case"
        seen.add(key)
        cases[group] += 1
        return None
