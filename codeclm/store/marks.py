"""Pairs as an export counts them: a number says all that decides over most, and no text is read for it.

Of a pair that a person edited, and of one whose answers may be blank, the texts are read; they are few.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache, reduce
from itertools import starmap
from typing import Any, NamedTuple, get_args

from codeclm.records import Decision, Status, Verdict, leading
from codeclm.store.connection import Connection, Row, unpack
from codeclm.store.decisions import DECISION, read_decision
from codeclm.store.nodes import HELD, STATUS, Held
from codeclm.store.selections import SEED
from codeclm.store.texts import Texts

_SOME = "an answer", "another answer"
"""Stand for texts that are not read."""


class _Trait(NamedTuple):
    sql: str
    """The place of its value among `values`."""
    values: tuple[Any, ...]


def _among(column: str, *values: str | None) -> _Trait:
    """One of these words; the first where it is none of the others."""
    known = " ".join(f"when '{value}' then {at}" for at, value in enumerate(values) if at)
    return _Trait(f"case {column} {known} else 0 end", values)


def _flag(sql: str) -> _Trait:
    return _Trait(f"({sql})", (False, True))


def _blank(answer: str) -> _Trait:
    """None: its length is not known."""
    return _Trait(f"coalesce({answer}.length = 0, 2)", (False, True, None))


_KIND = {
    "status": _among(f"({STATUS})", *get_args(Status)),
    "verdict": _among("v.verdict", None, "accept", "reject", "conflict"),
    "stale": _flag("n.stale <> 0"),
    "held": _among(f"(case when n.leaf then {HELD} end)", None, *get_args(Held)),
}
_MORE = {
    "gap": _Trait("(coalesce((n.gap > 0) - (n.gap < 0), 0) + 1)", (-1.0, 0.0, 1.0)),
    "strong_truncated": _flag("a.truncated <> 0"),
    "target_truncated": _flag("b.truncated <> 0"),
    "answer": _among("d.answer", None, "strong", "target"),
    "strong_blank": _blank("a"),
    "target_blank": _blank("b"),
    "alike": _flag("a.text = b.text"),
    "edited": _flag("d.instruction is not null or d.response is not null"),
}
_TRAITS = {**_KIND, **_MORE}


def _packed(traits: Mapping[str, _Trait]) -> str:
    """All of them as one number."""
    return reduce(lambda whole, trait: f"({whole} * {len(trait.values)} + {trait.sql})", traits.values(), "0")


KIND = _packed(_KIND)
COLUMNS = f"select {_packed(_TRAITS)}, n.comparison, n.instruction, a.text, b.text"
NAMES = ", c.id, s.id, m.id, l.use_case"
KIN = f"""{NAMES}, m.origin, i.origin, i.parent, i.id,
    case when i.origin = 'imported' and {SEED} is null then i.text end"""
"""Also what tells a pair's family, which takes as long again."""

FROM = """from nodes n left join verdicts v on v.comparison = n.comparison
    left join decisions d on d.seq = v.entry join comparisons c on c.seq = n.comparison
    join answers a on a.seq = c.strong join answers b on b.seq = c.target"""
"""What a pair's kind is told by comes first: of those of other kinds no more is looked up."""
FROM_NAMED = f"""{FROM} join instructions i on i.seq = n.instruction
    left join metadata m on m.seq = i.metadata left join labels l on l.seq = m.labels
    left join seeds s on s.seq = {SEED}"""


def _told(number: int, among: Mapping[str, _Trait]) -> dict[str, Any]:
    """What a number says, by name."""
    found: dict[str, Any] = {}
    for name, trait in reversed([*among.items()]):
        number, at = divmod(number, len(trait.values))
        found[name] = trait.values[at]
    return found


@lru_cache(maxsize=4096)
def _traits(number: int) -> dict[str, Any]:
    """Remembered, as most pairs are like many others."""
    return _told(number, _TRAITS)


class Kind(NamedTuple):
    """What is known of a pair without its texts."""

    number: int
    status: Status
    verdict: str | None
    """What all reviewers come to."""
    stale: bool
    held: Held | None
    """Why no run goes on from it, where it is pending."""


class Mark(NamedTuple):
    """A row of COLUMNS, and perhaps NAMES. Texts are numbers: equal ones are equal texts."""

    code: int
    comparison: int
    stored_instruction: int
    strong_text: int
    target_text: int
    stored_id: bytes | str = ""
    stored_seed: bytes | str | None = None
    stored_metadata: bytes | str = ""
    use_case: str = ""
    labels_origin: str = ""
    """Of its metadata."""
    origin: str = ""
    """Of its instruction."""
    stored_parent: int | None = None
    stored_node: bytes | str = ""
    text: str | None = None
    """The instruction, where that alone tells its family: it was imported, and names no seed."""

    @property
    def read(self) -> bool:
        """Whether its texts must be: its number alone does not decide over it."""
        said = _traits(self.code)
        return said["edited"] or said["strong_blank"] is None or said["target_blank"] is None

    @property
    def status(self) -> Status:
        """Its state for a θ."""
        found: Status = _traits(self.code)["status"]
        return found

    @property
    def verdict(self) -> str | None:
        """What all reviewers come to."""
        found: str | None = _traits(self.code)["verdict"]
        return found

    @property
    def stale(self) -> bool:
        """Whether its labels were edited since."""
        return bool(_traits(self.code)["stale"])

    @property
    def held(self) -> Held | None:
        """Why no run goes on from it, where it is pending."""
        found: Held | None = _traits(self.code)["held"]
        return found

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

    @property
    def first(self) -> bool:
        """Whether its instruction was made from no other."""
        return self.stored_parent is None

    @property
    def instruction_id(self) -> str:
        """The id of its instruction."""
        return unpack(self.stored_node)


class Marked:
    """A mark as the pair that it stands for: its answers are blank or alike where the pair's are."""

    instruction = ""

    def __init__(self, mark: Mark) -> None:
        said = _traits(mark.code)
        self.verdict: str | None = said["verdict"]
        self.winner = leading(said["gap"])
        self.strong_truncated: bool = said["strong_truncated"]
        self.target_truncated: bool = said["target_truncated"]
        self.strong = "" if said["strong_blank"] else _SOME[0]
        self.target = "" if said["target_blank"] else _SOME[0 if said["alike"] else 1]
        self.decision: Decision | None = None
        if self.verdict in ("accept", "reject"):
            verdict: Verdict = "accept" if self.verdict == "accept" else "reject"
            self.decision = Decision("", verdict, "", said["answer"])


def marked(db: Connection, texts: Texts, mark: Mark) -> Marked:
    """The pair that a mark stands for, as far as a count needs it."""
    found = Marked(mark)
    if mark.read:
        found.strong, found.target = texts.get(mark.strong_text), texts.get(mark.target_text)
        sql = f"select {DECISION} from verdicts v join decisions d on d.seq = v.entry where v.comparison = ?"
        row = db.row(sql, [mark.comparison])
        found.decision = read_decision("", row) if row else None
    return found


def read(rows: Iterable[Row]) -> Iterator[Mark]:
    """The marks of rows."""
    return starmap(Mark, rows)


def kind(number: int) -> Kind:
    """What a number of KIND says."""
    return Kind(number, **_told(number, _KIND))
