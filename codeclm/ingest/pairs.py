"""Rows into pairs that were answered, and perhaps scored, elsewhere. Knows no project."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import NamedTuple

from codeclm.errors import InputError
from codeclm.ingest.fields import ANSWER_NAMES, RowError, find, joined, require, score_of, text_of, value
from codeclm.ingest.labels import SKILLS, USE_CASE, labels_of
from codeclm.ingest.seeds import input_text
from codeclm.ingest.table import Parsed, Rejected, Row, Table
from codeclm.records import (
    IMPORTED,
    Answer,
    AnswerRole,
    Comparison,
    Instruction,
    Labels,
    Metadata,
    Scores,
    Seed,
)

_MEANS = "strong_score", "target_score"
_FIRST = "strong_score_1", "target_score_1"
_SECOND = "strong_score_2", "target_score_2"
_NESTED = ("orders[0].strong", "orders[0].target"), ("orders[1].strong", "orders[1].target")
_OPTIONAL = ("seed", "strong_model", "target_model", "strong_truncated", "target_truncated")


class Bundle(NamedTuple):
    """The records of one imported pair, under the config `imported`. No scores: a run judges it."""

    metadata: Metadata
    instruction: Instruction
    strong: Answer
    target: Answer
    comparison: Comparison | None = None
    seed: Seed | None = None
    row: int = 0
    """Its number in the file, as a person counts."""

    @property
    def id(self) -> str:
        """Its instruction's, which tells pairs apart."""
        return self.strong.instruction

    @property
    def named(self) -> str | None:
        """The id of its seed, where the file names one."""
        return self.seed.id if self.seed else None


@dataclass(frozen=True, slots=True)
class _Columns:
    instruction: str
    strong: str
    target: str
    input: str | None
    use_case: str | None
    skills: str | None
    optional: dict[str, str | None]
    scores: tuple[tuple[str | None, str | None], ...]
    """Of the first order (or the means), then of the second."""


def pairs(
    table: Table,
    field: str | None = None,
    input_field: str | None = None,
    chosen: Mapping[str, str] | None = None,
) -> Parsed[Bundle]:
    """Pairs of the columns `instruction` (or `field`), `strong`, `target`, and, where there are any,
    `strong_score, target_score` (one order, or means), or both orders: `strong_score_1, target_score_1`
    (the strong answer stood first) and `strong_score_2, target_score_2`, or nested as
    `orders: [{strong, target}, {strong, target}]`. Optional: input, use_case, skills, seed,
    strong_model, target_model, strong_truncated, target_truncated. `chosen` names other columns for `strong`
    and `target`, and for `strong_score` and `target_score` ("": there are none). InputError: no such column.
    """
    columns = _columns(table, field, input_field, chosen or {})
    parsed: Parsed[Bundle] = Parsed([], [])
    seen: dict[str, Bundle] = {}
    for row in table.rows():
        if isinstance(row, Rejected):
            parsed.rejected.append(row)
            continue
        try:
            bundle = _bundle(table.name, row, columns)
            first = seen.setdefault(bundle.id, bundle)
            if (first.strong, first.target) != (bundle.strong, bundle.target):
                raise RowError(f"the instruction of row {first.row} again, with other answers")
            parsed.records.append(bundle)
        except RowError as fault:
            parsed.rejected.append(Rejected(row.number, str(fault)))
    return replace(parsed, records=_with_seeds(parsed.records))


def has_answers(table: Table) -> bool:
    """Whether a table has both answers to each instruction, which seeds would leave unread."""
    return find(table, "strong") is not None and find(table, "target") is not None


def answers(table: Table) -> list[str]:
    """The columns that are called as answers are, be they nested; seeds leave them unread."""
    usual = ("strong", "target", *ANSWER_NAMES)
    return [each.name for each in table.columns if each.name.rpartition(".")[2].casefold() in usual]


def has_orders(table: Table) -> bool:
    """Whether a table has the scores of each order apart, or nested."""
    return any(find(table, *names) is not None for names in (_FIRST, _SECOND, _NESTED[0]))


def _columns(table: Table, field: str | None, input_field: str | None, chosen: Mapping[str, str]) -> _Columns:
    text = require(table, *((field,) if field else ("instruction", "prompt", "question")), flag="--field")
    found = _Columns(
        instruction=text,
        strong=_answers(table, "strong", chosen),
        target=_answers(table, "target", chosen),
        input=require(table, input_field, flag="--input-field") if input_field else None,
        use_case=find(table, *USE_CASE),
        skills=find(table, *SKILLS),
        optional={name: find(table, name) for name in _OPTIONAL},
        scores=_score_columns(table, chosen),
    )
    if any((strong is None) != (target is None) for strong, target in found.scores):
        raise InputError(f"{table.name}: scores of one answer only; give a column for each")
    return found if input_field is not None else replace(found, input=find(table, "input"))


def _answers(table: Table, role: AnswerRole, chosen: Mapping[str, str]) -> str:
    try:
        return require(table, chosen.get(role) or role)
    except InputError as error:
        hint = f"give the one with the {role} model's answers that name, or import the rows as seeds"
        raise InputError(f"{error}; {hint}") from None


def _score_columns(table: Table, chosen: Mapping[str, str]) -> tuple[tuple[str | None, str | None], ...]:
    """Those chosen; else nested orders, else the two orders apart, else means (which stand for one order)."""
    if chosen.keys() & set(_MEANS):
        strong, target = (require(table, name) if (name := chosen.get(mean)) else None for mean in _MEANS)
        return (strong, target), (None, None)
    if find(table, _NESTED[0][0]):
        return _NESTED
    first = _FIRST if any(find(table, name) for name in _FIRST) else _MEANS
    return tuple((find(table, strong), find(table, target)) for strong, target in (first, _SECOND))


def _bundle(source: str, row: Row, columns: _Columns) -> Bundle:
    text = joined(
        text_of(value(row.values, columns.instruction), "the instruction"), input_text(row, columns.input)
    )
    metadata, whose, revision = _metadata(_labels(row, columns))
    instruction = Instruction(whose, revision, text, origin="imported")
    name = instruction.id
    strong = _answer(row, columns, name, "strong")
    target = _answer(row, columns, name, "target")
    orders = [_scores(row, *names) for names in columns.scores]
    if orders[0] is None and orders[1] is not None:
        raise RowError("scores of the second order without those of the first")
    comparison = None
    if orders[0] is not None:
        comparison = Comparison(name, strong.id, target.id, IMPORTED, orders[0], orders[1])
    seed = input_text(row, columns.optional["seed"])
    return Bundle(
        metadata,
        instruction,
        strong,
        target,
        comparison,
        Seed(seed, source=source, row=row.number) if seed else None,
        row.number,
    )


@lru_cache(maxsize=4096)
def _metadata(labels: Labels) -> tuple[Metadata, str, str]:
    """With its id and revision. Remembered, as many rows of a file have the same labels."""
    made = Metadata("imported", labels)
    return made, made.id, made.revision


def _labels(row: Row, columns: _Columns) -> Labels:
    case = columns.use_case
    if case is None or value(row.values, case) in (None, ""):
        return Labels("")
    return labels_of(row, case, columns.skills)


def _answer(row: Row, columns: _Columns, instruction: str, role: AnswerRole) -> Answer:
    """An empty target answer is data; an empty strong one is no answer."""
    name = columns.strong if role == "strong" else columns.target
    text = text_of(value(row.values, name), f"the {role} answer", empty=role == "target")
    cut = columns.optional[f"{role}_truncated"]
    truncated = str(value(row.values, cut)).strip().lower() in ("true", "1") if cut else False
    model = input_text(row, columns.optional[f"{role}_model"])
    return Answer(instruction, role, IMPORTED, text, truncated, model)


def _scores(row: Row, strong: str | None, target: str | None) -> Scores | None:
    first, second = _score(row, strong), _score(row, target)
    if first is None and second is None:
        return None
    if first is None or second is None:
        raise RowError("a score of one answer only")
    return Scores(first, second)


def _score(row: Row, column: str | None) -> float | None:
    raw = value(row.values, column) if column else None
    return None if raw is None or raw == "" else score_of(raw)


def _with_seeds(bundles: list[Bundle]) -> list[Bundle]:
    """Link a metadata to its seed where its labels belong to one seed alone: its id holds only the labels."""
    seeds: dict[str, set[str]] = defaultdict(set)
    for bundle in bundles:
        seeds[bundle.instruction.metadata].add(bundle.named or "")
    linked = {
        bundle.instruction.metadata: replace(bundle.metadata, seed=bundle.named)
        for bundle in bundles
        if bundle.named and len(seeds[bundle.instruction.metadata]) == 1
    }
    if not linked:
        return bundles
    return [
        bundle._replace(metadata=linked.get(bundle.instruction.metadata, bundle.metadata))
        for bundle in bundles
    ]
