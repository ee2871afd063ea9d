"""Pairs read in one scan, for exports, in a fraction of the time that pages would take.

Most of a pair is not asked for by most readers, so that each part is decoded when it is. What an export
has no use for is not read: the judge's explanations and the seeds' tags.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import lru_cache
from typing import Any, NamedTuple

from pydantic_core import from_json

from codeclm.records import AnswerRole, Decision, Origin, Status, gap_of, leading
from codeclm.store.connection import Row, unpack
from codeclm.store.decisions import DECISION, read_decision
from codeclm.store.nodes import HELD, STATUS, Held
from codeclm.store.texts import Texts

COLUMNS = f"""select l.use_case, i.text, a.model, b.model, n.iteration, {STATUS}, v.verdict, m.origin,
    i.origin, c.id, s.id, m.id, i.id, i.parent, l.skills,
    x.data, x.bases, y.data, y.bases, a.truncated, b.truncated,
    n.stale, case when n.leaf then {HELD} end, c.strong_first, c.target_first, n.gap, {DECISION}"""
JOINS = "join texts x on x.seq = a.text join texts y on y.seq = b.text"
"""The texts of the answers `a` and `b`."""

_Packed = bytes | str


class _Stored(NamedTuple):
    """A row of COLUMNS. What is not as a pair has it is named as stored."""

    use_case: str
    instruction: str
    strong_model: str
    target_model: str
    iteration: int
    status: Status
    verdict: str | None
    """What all reviewers come to: accept, reject, conflict or nothing yet."""
    labels_origin: Origin
    """Of its metadata."""
    origin: str
    """Of its instruction: generated, edited or imported."""
    stored_id: _Packed
    stored_seed: _Packed | None
    stored_metadata: _Packed
    stored_instruction: _Packed
    stored_parent: int | None
    stored_skills: str
    strong_data: bytes | str
    strong_bases: str | None
    target_data: bytes | str
    target_bases: str | None
    strong_cut: int
    target_cut: int
    stored_stale: int
    held: Held | None
    """Why no run goes on from it, where it is pending."""
    stored_first: str
    stored_second: str | None
    gap: float
    """G(I)."""
    decided: str | None
    """The verdict of the decision that stands, then what else DECISION has."""
    decided_by: str | None
    decided_answer: str | None
    decided_instruction: str | None
    decided_response: str | None
    decided_reasons: str | None
    decided_finally: int | None


_DECISION = _Stored._fields.index("decided")


@lru_cache(maxsize=4096)
def _numbers(said: str, other: str | None) -> tuple[float | None, ...]:
    """Both means and the gap, then the scores of both orders; the second are None where there was one only.

    Remembered, as a scale has few marks.
    """
    first = from_json(said)
    second = first if other is None else from_json(other)
    strong, target = ((mark + again) / 2 for mark, again in zip(first, second, strict=True))
    return strong, target, gap_of(strong, target), *first, *((None, None) if other is None else second)


@lru_cache(maxsize=4096)
def _skills(said: str) -> tuple[str, ...]:
    """The skills of a metadata. Remembered, as neighbours share one."""
    return tuple(from_json(said))


_MADE: dict[str, tuple[str, Callable[[Any], Any]]] = {
    "id": ("stored_id", unpack),
    "seed": ("stored_seed", lambda seed: None if seed is None else unpack(seed)),
    "metadata": ("stored_metadata", unpack),
    "instruction_id": ("stored_instruction", unpack),
    "strong_truncated": ("strong_cut", bool),
    "target_truncated": ("target_cut", bool),
    "stale": ("stored_stale", bool),
    "winner": ("gap", leading),
    "skills": ("stored_skills", _skills),
}
"""Of what column a field is made, and how."""


def _made(name: str) -> Any:
    """A field that is made of a column whenever it is read."""
    column, decode = _MADE[name]
    place = _Stored._fields.index(column)
    return property(lambda pair: decode(pair[place]))


class Scanned(_Stored):
    """A `Pair` as a scan reads it, without explanations and tags."""

    texts: Texts
    id: str = _made("id")
    seed: str | None = _made("seed")
    metadata: str = _made("metadata")
    instruction_id: str = _made("instruction_id")
    strong_truncated: bool = _made("strong_truncated")
    target_truncated: bool = _made("target_truncated")
    stale: bool = _made("stale")
    winner: AnswerRole | None = _made("winner")
    skills: tuple[str, ...] = _made("skills")
    _strong: str | None = None
    _target: str | None = None

    @property
    def strong(self) -> str:
        """The strong model's answer."""
        if self._strong is None:
            self._strong = self.texts.read(self.strong_data, self.strong_bases)
        return self._strong

    @property
    def target(self) -> str:
        """The target model's answer."""
        if self._target is None:
            self._target = self.texts.read(self.target_data, self.target_bases)
        return self._target

    @property
    def first(self) -> bool:
        """Whether its instruction was made from no other."""
        return self.stored_parent is None

    @property
    def decision(self) -> Decision | None:
        """The decision that stands."""
        return None if self.decided is None else read_decision(self.id, self[_DECISION:])

    @staticmethod
    def columns(pairs: Sequence[Scanned]) -> dict[str, Sequence[Any]]:
        """The fields of one or more pairs, column by column, in a third of the time, and their scores, each
        pair's in one: `_numbers`. Without what takes more than its column: the answers, and the decision.
        """
        stored = dict(zip(_Stored._fields, zip(*pairs, strict=True), strict=True))
        made = {name: list(map(decode, stored[column])) for name, (column, decode) in _MADE.items()}
        numbers = list(map(_numbers, stored["stored_first"], stored["stored_second"]))
        return {**stored, **made, "numbers": numbers}


def read(texts: Texts, rows: Iterable[Row]) -> Iterator[Scanned]:
    """The pairs of rows of COLUMNS."""
    make = tuple.__new__  # `_make` would count the columns of every row
    for row in rows:
        pair = make(Scanned, row)
        pair.texts = texts
        yield pair
