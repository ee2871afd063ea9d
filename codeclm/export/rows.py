"""Which pairs become rows, and with which texts; why the others do not.

Knows the rules of states, decisions and edits; knows no file format.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Generator, Mapping
from dataclasses import dataclass, field
from typing import Literal

from codeclm.export.families import Families
from codeclm.export.row import Row
from codeclm.records import Status
from codeclm.store import Kind, Scanned, Store

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


def compose(pair: Scanned, preference: bool, system: str = "") -> Row | str:
    """The row of a wanted pair, or why there is none. `preference`: a rejected answer is needed."""
    decision = None if pair.verdict == "conflict" else pair.decision
    role = (decision.answer if decision else None) or pair.winner
    instruction = decision.instruction if decision else None
    response = decision.response if decision else None
    if role is None and response is None:
        return "tie"
    strong = role != "target"
    if response is None and (pair.strong_truncated if strong else pair.target_truncated):
        return "truncated"
    chosen = response if response is not None else pair.strong if strong else pair.target
    if not chosen.strip():
        return "empty"
    row = Row(
        pair=pair,
        instruction=pair.instruction if instruction is None else instruction,
        chosen=chosen,
        chosen_role="strong" if strong else "target",
        contrasted=role is not None and instruction is None,
        system=system,
        edited=_edits(instruction, response),
    )
    if preference and not row.contrasted:
        return "tie" if role is None else "unscored"
    return "same answers" if preference and row.rejected == chosen else row


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
        seen: set[tuple[int, int, str]] = set()
        cases: Counter[str] = Counter()
        families = Families(self.store)
        with self.store.read():
            choice = self.choice
            dials = choice.config, choice.theta, choice.cap, choice.include != "kept"
            for pair in self.store.pairs.each(*dials, self.marks, self._kinds(*dials)):
                found = self._refusal(pair) or compose(pair, self.preference, families.system(pair))
                reason = found if isinstance(found, str) else self._surplus(found, seen, cases)
                if reason is not None:
                    self.dropped[reason] += 1
                elif isinstance(found, Row):
                    yield found

    def _kinds(self, config: str, theta: float, cap: int, accepted: bool) -> list[Kind] | None:
        """The kinds that are wanted, where rows are only counted: others are not read."""
        if not self.marks or self.choice.only is not None:
            return None
        wanted: list[Kind] = []
        for kind, count in self.store.pairs.kinds(config, theta, cap, accepted).items():
            status, verdict, stale = kind
            reason = self._refused(verdict, status, stale)
            if reason is None:
                wanted.append(kind)
            else:
                self.dropped[reason] += count
        return wanted

    def _refused(self, verdict: str | None, status: Status, stale: bool) -> str | None:
        return refusal(verdict, status, stale and not self.choice.stale, self.choice.include)

    def _refusal(self, pair: Scanned) -> str | None:
        choice = self.choice
        if choice.only is not None and pair.id not in choice.only:
            return "not selected"
        reason = self._refused(pair.verdict, pair.status, pair.stale)
        return reason or (choice.without.get(pair.id) if choice.without else None)

    def _surplus(self, row: Row, seen: set[tuple[int, int, str]], cases: Counter[str]) -> str | None:
        # Hashes in place of texts, or memory would grow with them; that both are another's by chance is
        # one in 2**128, and nobody can aim at it, as they differ from process to process.
        key = hash(row.instruction), hash(row.chosen), row.system
        if key in seen:
            return "duplicate"
        most = self.choice.per_use_case
        if most is not None:
            group = self.choice.groups.get(row.pair.metadata, row.pair.use_case)
            if cases[group] >= most:
                by = "cluster" if self.choice.groups else "use case"
                return f"over the cap of its {by}"
            cases[group] += 1
        seen.add(key)
        return None
