"""Which pairs become rows, and with which texts; why the others do not.

Knows the rules of states, decisions and edits; knows no file format.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Generator, Mapping
from dataclasses import dataclass, field
from typing import Literal

from codeclm.export.families import Families, place
from codeclm.export.row import Row, Said
from codeclm.records import AnswerRole, Status
from codeclm.store import Held, Kind, Mark, Scanned, Store

Include = Literal["accepted", "kept", "all"]
Chosen = tuple[str, str, AnswerRole, bool, frozenset[str]]
"""Of a `Row`: from the instruction to what was edited."""
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

    @property
    def picks(self) -> bool:
        """Whether pairs are told one from another by their ids."""
        return self.only is not None or bool(self.without)

    def refuses(self, pair: Kind | Mark | Scanned) -> str | None:
        """`refusal` as it is chosen here."""
        stale = bool(pair.stale) and not self.stale
        return refusal(pair.verdict, pair.status, stale, pair.held, self.include)


def refusal(
    verdict: str | None, status: Status, stale: bool, held: Held | None, include: Include
) -> str | None:
    """Why a pair is left out before its texts are looked at; None: it is wanted. A pending one is told by why
    no run goes on from it, where that is so.
    """
    if verdict == "conflict":
        return "conflict"
    if verdict == "reject":
        return "rejected"
    if include == "accepted" and status == "kept" and verdict != "accept":
        return "undecided"
    if status != "kept" and not (verdict == "accept" and include != "kept"):
        return (held or status) if status == "pending" else status
    return "stale" if stale else None


def compose(pair: Scanned, preference: bool, system: str = "") -> Row | str:
    """The row of a wanted pair, or why there is none. `preference`: a rejected answer is needed."""
    found = choose(pair, preference)
    return found if isinstance(found, str) else Row(pair, *found, system)


def choose(pair: Said, preference: bool) -> Chosen | str:
    """What the row of a wanted pair says, or why there is none."""
    decision = None if pair.verdict == "conflict" else pair.decision
    if decision is None:
        role, instruction, response = pair.winner, None, None
    else:
        role = decision.answer or pair.winner
        instruction, response = decision.instruction, decision.response
    if role is None and response is None:
        return "tie"
    strong = role != "target"
    if response is None and (pair.strong_truncated if strong else pair.target_truncated):
        return "truncated"
    chosen = response if response is not None else pair.strong if strong else pair.target
    if not chosen.strip():
        return "empty"
    if preference and (role is None or instruction is not None):
        return "tie" if role is None else "unscored"
    if preference and chosen == (pair.target if strong else pair.strong):
        return "same answers"
    return (
        pair.instruction if instruction is None else instruction,
        chosen,
        "strong" if strong else "target",
        role is not None and instruction is None,
        _edits(instruction, response),
    )


def _edits(instruction: str | None, response: str | None) -> frozenset[str]:
    if instruction is None and response is None:
        return _UNEDITED
    edits = {"instruction": instruction, "response": response}
    return frozenset(name for name, text in edits.items() if text is not None)


@dataclass(slots=True)
class Rows:
    """The rows of an export, in order.

    Once they have been walked or counted, `dropped` is complete, and `of_target`: how many of them teach the
    target's own answer.
    """

    store: Store
    choice: Choice
    preference: bool = False
    dropped: Counter[str] = field(default_factory=Counter)
    of_target: int = 0
    places: list[int] = field(default_factory=list)
    """Where the families of the rows lie that were counted to be parted."""

    def walk(self) -> Generator[Row, None, None]:
        """Seed import order (no seed last), metadata, sample, iteration."""
        self._begin()
        surplus, families = Surplus(self.choice), Families(self.store)
        with self.store.read():
            chats = bool(families.systems)
            for pair in self.store.pairs.each(*self._dials):
                system = families.system(pair) if chats else ""
                found = self._refusal(pair) or compose(pair, self.preference, system)
                if isinstance(found, str):
                    self.dropped[found] += 1
                    continue
                # Hashes in place of texts, or memory would grow with them; that both are another's by chance
                # is one in 2**128, and nobody can aim at it, as they differ from process to process.
                key = hash(found.instruction), hash(found.chosen), found.system
                reason = surplus.reason(pair, key)
                if reason is None:
                    self.of_target += found.chosen_role == "target"
                    yield found
                else:
                    self.dropped[reason] += 1

    def count(self, parted: bool = False) -> int:
        """How many there are, in a fraction of the time that a walk takes: marks stand for the answers, and
        pairs that are alike in all that decides over them are asked about once. `parted`: `places` too.
        """
        self._begin()
        surplus, families, keys = Surplus(self.choice), Families(self.store), _Keys(self.store)
        told: dict[int, Chosen | str] = {}
        number = 0
        with self.store.read():
            choice, pairs = self.choice, self.store.pairs
            named = bool(parted or choice.picks or choice.per_use_case or families.systems)
            for mark in pairs.marks(*self._dials, self._kinds(), named, kin=parted):
                reason = self._refusal(mark) if choice.picks else None
                found = told.get(mark.code)
                if reason is None and found is None:
                    found = choose(pairs.marked(mark), self.preference)
                    if not mark.read:
                        told[mark.code] = found
                if isinstance(found, str):
                    reason = reason or found
                elif reason is None and found is not None:
                    reason = surplus.reason(
                        mark, keys.of(mark, found, families.system(mark) if named else "")
                    )
                    self.of_target += reason is None and found[2] == "target"
                if reason is None:
                    number += 1
                    if parted:
                        self.places.append(place(families.of(mark)))
                else:
                    self.dropped[reason] += 1
        return number

    def _begin(self) -> None:
        self.dropped.clear()
        self.places.clear()
        self.of_target = 0

    @property
    def _dials(self) -> tuple[str, float, int, bool]:
        choice = self.choice
        return choice.config, choice.theta, choice.cap, choice.include != "kept"

    def _kinds(self) -> list[Kind] | None:
        """The kinds that are wanted: others are counted, and not read."""
        if self.choice.only is not None:
            return None
        wanted: list[Kind] = []
        for kind, count in self.store.pairs.kinds(*self._dials).items():
            reason = self.choice.refuses(kind)
            if reason is None:
                wanted.append(kind)
            else:
                self.dropped[reason] += count
        return wanted

    def _refusal(self, pair: Scanned | Mark) -> str | None:
        choice = self.choice
        if choice.only is not None and pair.id not in choice.only:
            return "not selected"
        reason = choice.refuses(pair)
        return reason or (choice.without.get(pair.id) if choice.without else None)


class _Keys:
    """What tells the texts of a row from others. It reads instructions only where two rows say one answer."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._first: dict[tuple[int | str, str], Mark | str] = {}
        """By answer, which first row says it: its mark, or once it was read, its instruction."""

    def of(self, mark: Mark, found: Chosen, system: str) -> object:
        """Equal for rows whose texts are."""
        instruction, chosen, role, _, edited = found
        own = mark.strong_text if role == "strong" else mark.target_text
        answer = (self._store.pairs.said(chosen) or chosen) if "response" in edited else own, system
        text = instruction if "instruction" in edited else None
        first = self._first.get(answer)
        if first is None:
            self._first[answer] = mark if text is None else text
            return answer
        if not isinstance(first, str):
            first = self._first[answer] = self._store.pairs.instruction(first)
        if text is None:
            text = self._store.pairs.instruction(mark)
        # Its hash, as labels are the answers of very many rows.
        return answer if text == first else (answer, hash(text))


class Surplus:
    """Which rows are left out because of those before them."""

    def __init__(self, choice: Choice) -> None:
        self._choice = choice
        self._seen: set[object] = set()
        self._cases: Counter[str] = Counter()

    def reason(self, pair: Scanned | Mark, key: object) -> str | None:
        """Why a pair's row is; None: it is not. `key`: what tells its texts from others."""
        if key in self._seen:
            return "duplicate"
        most, groups = self._choice.per_use_case, self._choice.groups
        if most is not None:
            group = groups.get(pair.metadata, pair.use_case)
            if self._cases[group] >= most:
                return f"over the cap of its {'cluster' if groups else 'use case'}"
            self._cases[group] += 1
        self._seen.add(key)
        return None
