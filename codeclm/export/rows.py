"""Which pairs become rows, and with which texts; why the others do not.

Knows the rules of states, decisions and edits; knows no file format.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Generator, Iterator
from dataclasses import dataclass, field
from hashlib import blake2b
from typing import Literal

from codeclm.export.families import Families
from codeclm.export.row import Row
from codeclm.records import Pair
from codeclm.store import PairFilter, Store

Include = Literal["accepted", "kept", "all"]


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


def refusal(pair: Pair, include: Include) -> str | None:
    """Why a pair is left out before its texts are looked at; None: it is wanted."""
    verdict = pair.decision.verdict if pair.decision else None
    accepted = verdict == "accept" and not pair.conflict
    if pair.conflict:
        return "conflict"
    if verdict == "reject":
        return "rejected"
    if include == "accepted" and not accepted:
        return "undecided"
    if pair.status != "kept" and not (accepted and include != "kept"):
        return pair.status
    return "stale" if pair.stale else None


def compose(pair: Pair, preference: bool) -> Row | str:
    """The row of a wanted pair, or why there is none. `preference`: a rejected answer is needed."""
    decision = pair.decision if pair.decision and not pair.conflict else None
    role = (decision.answer if decision else None) or pair.winner
    edited = frozenset(
        name for name in ("instruction", "response") if decision and getattr(decision, name) is not None
    )
    response = decision.response if decision else None
    if role is None and response is None:
        return "tie"
    picked = role or "strong"
    own, cut = (
        (pair.strong, pair.strong_truncated) if picked == "strong" else (pair.target, pair.target_truncated)
    )
    if response is None and cut:
        return "truncated"
    chosen = own if response is None else response
    if not chosen.strip():
        return "empty"
    instruction = pair.instruction
    if decision and decision.instruction is not None:
        instruction = decision.instruction
    other = pair.target if picked == "strong" else pair.strong
    rejected = None if "instruction" in edited or role is None else other
    if preference and "instruction" in edited:
        return "unscored"
    if preference and rejected is None:
        return "tie"
    if preference and rejected == chosen:
        return "same answers"
    return Row(pair, instruction, chosen, picked, rejected, edited=edited)


@dataclass(slots=True)
class Rows:
    """The rows of an export, in order. `dropped` is complete once they have been walked."""

    store: Store
    choice: Choice
    preference: bool = False
    dropped: Counter[str] = field(default_factory=Counter)

    def walk(self) -> Generator[Row, None, None]:
        """Seed import order (no seed last), metadata, sample, iteration.

        Nodes under θ that were improved upon and that a person accepted all the same come at the end.
        """
        self.dropped.clear()
        seen: set[bytes] = set()
        cases: Counter[str] = Counter()
        families = Families(self.store)
        with self.store.read():
            for pair in self._pairs():
                found = self._row(pair)
                if isinstance(found, Row):
                    row = families.place(found)
                    reason = self._surplus(row, seen, cases)
                    if reason is None:
                        yield row
                        continue
                    found = reason
                self.dropped[found] += 1

    def _pairs(self) -> Iterator[Pair]:
        at = (self.choice.config, self.choice.theta, self.choice.cap)
        yield from self.store.pairs.each(*at)
        if self.choice.include != "kept":
            accepted = self.store.pairs.each(*at, PairFilter(status="accepted"))
            yield from (pair for pair in accepted if pair.status == "improved")

    def _row(self, pair: Pair) -> Row | str:
        if self.choice.only is not None and pair.id not in self.choice.only:
            return "not selected"
        return refusal(pair, self.choice.include) or compose(pair, self.preference)

    def _surplus(self, row: Row, seen: set[bytes], cases: Counter[str]) -> str | None:
        key = blake2b("\0".join((row.system, row.instruction, row.chosen)).encode(), digest_size=16).digest()
        if key in seen:
            return "duplicate"
        most = self.choice.per_use_case
        if most is not None and cases[row.pair.use_case] >= most:
            return "over the cap of its use case"
        seen.add(key)
        cases[row.pair.use_case] += 1
        return None
