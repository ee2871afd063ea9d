"""Pairs as an export counts them: marks stand for the answers, and what no count depends on is not read.

What decides over a pair stands in front of what only tells it from others, so that pairs which are alike in
that are asked about once.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from codeclm.records import AnswerRole, Decision, Status, Verdict, leading
from codeclm.store.connection import Row, unpack
from codeclm.store.nodes import STATUS
from codeclm.store.selections import SEED
from codeclm.store.texts import SHORT, Texts

_LONG = "=" * (SHORT + 1), "#" * (SHORT + 1)
"""Stand for a long answer, and another: no short one is the same."""


def _short(column: str, answer: str) -> str:
    return f"""case when {answer}.length <= {SHORT} then
        (select {column} from texts where seq = {answer}.text) end"""


COLUMNS = f"""select {STATUS}, v.verdict, n.stale, n.gap, a.truncated, b.truncated, d.answer, d.instruction,
    d.response, {_short("data", "a")}, {_short("data", "b")}, {_short("bases", "a")}, {_short("bases", "b")},
    a.text = b.text, a.text, b.text, i.text"""
NAMES, NO_NAMES = ", c.id, s.id, m.id, l.use_case", ", '', null, '', ''"

FROM = """from nodes n left join verdicts v on v.comparison = n.comparison
    left join decisions d on d.seq = v.entry join comparisons c on c.seq = n.comparison
    join instructions i on i.seq = n.instruction join answers a on a.seq = c.strong
    join answers b on b.seq = c.target"""
"""What a pair's kind is told by comes first: of those of other kinds no more is looked up."""
FROM_NAMED = f"""{FROM} left join metadata m on m.seq = i.metadata left join labels l on l.seq = m.labels
    left join seeds s on s.seq = {SEED}"""


class Mark(NamedTuple):
    """A row of COLUMNS, and NAMES or NO_NAMES."""

    status: Status
    verdict: str | None
    """What all reviewers come to: accept, reject, conflict or nothing yet."""
    stale: int
    gap: float
    strong_truncated: int
    target_truncated: int
    answer: AnswerRole | None
    """What the decision that stands says, and its edits."""
    edited_instruction: str | None
    edited_response: str | None
    strong_data: bytes | str | None
    """An answer as it is stored; None: it is long."""
    target_data: bytes | str | None
    strong_bases: str | None
    target_bases: str | None
    alike: int
    """Whether the two answers are the same; with it ends what decides over a pair."""
    strong_text: int
    target_text: int
    instruction: str
    stored_id: bytes | str
    stored_seed: bytes | str | None
    stored_metadata: bytes | str
    use_case: str

    @property
    def kind(self) -> Row:
        """What decides over it."""
        return self[: _ALIKE + 1]

    @property
    def id(self) -> str:
        """The pair's."""
        return unpack(self.stored_id)

    @property
    def metadata(self) -> str:
        """The id of its metadata."""
        return unpack(self.stored_metadata)

    @property
    def seed(self) -> str | None:
        """The id of its seed."""
        return None if self.stored_seed is None else unpack(self.stored_seed)


_ALIKE = Mark._fields.index("alike")


class Marked:
    """A mark as the pair that it stands for: its answers are blank, short or alike where the pair's are."""

    def __init__(self, mark: Mark, texts: Texts) -> None:
        self.instruction, self.verdict = mark.instruction, mark.verdict
        self.winner = leading(mark.gap)
        self.strong_truncated, self.target_truncated = (
            bool(mark.strong_truncated),
            bool(mark.target_truncated),
        )
        self.strong = _read(texts, mark.strong_data, mark.strong_bases, _LONG[0])
        self.target = _read(texts, mark.target_data, mark.target_bases, _LONG[0 if mark.alike else 1])
        self.decision: Decision | None = None
        if mark.verdict in ("accept", "reject"):
            verdict: Verdict = "accept" if mark.verdict == "accept" else "reject"
            edits = mark.edited_instruction, mark.edited_response
            self.decision = Decision("", verdict, "", mark.answer, *edits)


def _read(texts: Texts, data: bytes | str | None, bases: str | None, otherwise: str) -> str:
    return otherwise if data is None else texts.read(data, bases)


def read(rows: Iterable[Row]) -> Iterator[Mark]:
    """The marks of rows."""
    return map(Mark._make, rows)
