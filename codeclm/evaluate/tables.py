"""Files of test prompts, of answers to them, and of scores that a judge gave elsewhere.

Rows of the latter two find their prompt by an id column that both files have, else by the prompt's text.
Where a file has neither, its rows go by their order, if there are as many as prompts; one of which no id
and no prompt is known is about others. Knows neither project nor model.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from codeclm import ingest
from codeclm.errors import InputError
from codeclm.ingest import Parsed, Rejected, Row, Table
from codeclm.ingest.fields import ANSWER_NAMES, RowError, find, require, score_of, text_of, value
from codeclm.ingest.source import shown
from codeclm.records import Scores
from codeclm.store import Given, Prompt

KEYS = ("question_id", "prompt_id", "instruction_id", "task_id", "id")
GROUPS = ("use_case", "category", "cluster", "topic", "group")
ANSWERS = (*ANSWER_NAMES, "text")
PROMPTS = ("instruction", "prompt", "question", "query")
EXPLANATIONS = ("explanation", "rationale", "review", "text")
_ORDERS = (
    (("orders[0].strong", "orders[0].target"), ("orders[1].strong", "orders[1].target")),
    (("strong_score_1", "target_score_1"), ("strong_score_2", "target_score_2")),
    (("strong_score", "target_score"),),
    (("score[0]", "score[1]"),),
    (("scores[0]", "scores[1]"),),
)
"""Columns of scores, strong and target, in one order or both; of a bare pair strong's is the first."""


@dataclass(frozen=True, slots=True)
class Asked:
    """A test prompt and the id that its file gives it, empty where there is none."""

    prompt: Prompt
    key: str = ""


@dataclass(frozen=True, slots=True)
class Found:
    """What a file says of the prompts, by their place; rows that could not be used."""

    answers: dict[int, Given]
    scores: dict[int, tuple[Scores, ...]]
    rejected: list[Rejected]


def prompts(
    table: Table, field: str | None = None, input_field: str | None = None, group_field: str | None = None
) -> Parsed[Asked]:
    """The prompts of a table, in order; those that repeat are asked again. InputError: no such column."""
    seeds = ingest.seeds(table, field, input_field)
    key = find(table, *KEYS)
    group = require(table, group_field, flag="--group-field") if group_field else find(table, *GROUPS)
    texts = {seed.row: seed.text for seed in seeds.records}
    found: Parsed[Asked] = Parsed([], seeds.rejected)
    for row in table.rows():
        if isinstance(row, Row) and row.number in texts:
            said = Prompt(texts[row.number], _word(row, group))
            found.records.append(Asked(said, _word(row, key)))
    if not found.records:
        raise InputError(f"{shown(table.name)}: no row of it is a prompt; the first: {_first(found)}")
    return found


def answers(table: Table, asked: list[Asked], field: str | None = None, limit: int | None = None) -> Found:
    """The answers of a table to the prompts, or to the first of them; rows for the others are passed over.

    InputError: no such column, or no row finds its prompt.
    """
    places = _places(table, asked, limit)
    names = (field,) if field else ANSWERS
    column = require(table, *names, flag="--answer-field")
    found = Found({}, {}, [])
    for row, place in places.walk(found.rejected):
        try:
            found.answers.setdefault(
                place, Given(text_of(value(row.values, column), "the answer", empty=True), _cut(row, table))
            )
        except RowError as fault:
            found.rejected.append(Rejected(row.number, str(fault)))
    return _some(found, found.answers, table)


def scores(table: Table, asked: list[Asked], limit: int | None = None) -> Found:
    """The scores of a table, in one order or both, with explanations where it has them; as `answers`."""
    places = _places(table, asked, limit)
    columns = _score_columns(table)
    why = find(table, *EXPLANATIONS)
    found = Found({}, {}, [])
    for row, place in places.walk(found.rejected):
        try:
            found.scores.setdefault(place, tuple(_judged(row, columns, _word(row, why))))
        except RowError as fault:
            found.rejected.append(Rejected(row.number, str(fault)))
    return _some(found, found.scores, table)


@dataclass(frozen=True, slots=True)
class _Places:
    """How the rows of a table find the places of their prompts."""

    table: Table
    column: str | None
    by: Mapping[str, list[int]]
    limit: int

    def walk(self, rejected: list[Rejected]) -> Iterator[tuple[Row, int]]:
        """Each row with each place it is for; rows that find none are rejected."""
        for number, row in enumerate(self.table.rows()):
            if isinstance(row, Rejected):
                rejected.append(row)
                continue
            key = str(number) if self.column is None else _word(row, self.column)
            if key not in self.by:
                rejected.append(Rejected(row.number, "there is no such prompt"))
            for place in self.by.get(key, ()):
                if place < self.limit:
                    yield row, place


def _places(table: Table, asked: list[Asked], limit: int | None) -> _Places:
    first = len(asked) if limit is None else min(limit, len(asked))
    by_key = _index(each.key for each in asked)
    by_text = _index(each.prompt.text for each in asked)
    key = find(table, *KEYS) if by_key else None
    named = [(key, by_key), *((find(table, name), by_text) for name in PROMPTS)]
    telling = [(column, index) for column, index in named if column]
    for column, index in telling:
        if _meet(table, column, index):
            return _Places(table, column, index, first)
    rows = sum(1 for _ in table.rows())
    if telling:
        columns = " or ".join(shown(column, 30) for column, _ in telling)
        raise InputError(
            f"{shown(table.name)}: no row's {columns} is one of the prompts'; where its {rows} rows are "
            "about them, in their order, leave that column out"
        )
    if rows in (len(asked), first):
        return _Places(table, None, {str(place): [place] for place in range(rows)}, first)
    raise InputError(
        f"{shown(table.name)}: its {rows} rows do not find the {len(asked)} prompts; "
        "give both files the same question_id, or a column with the prompt"
    )


def _index(keys: Iterator[str]) -> dict[str, list[int]]:
    index: dict[str, list[int]] = {}
    for place, key in enumerate(keys):
        if key:
            index.setdefault(key, []).append(place)
    return index


def _meet(table: Table, column: str, index: Mapping[str, list[int]]) -> bool:
    return any(isinstance(row, Row) and _word(row, column) in index for row in table.rows())


def _score_columns(table: Table) -> tuple[tuple[str, str], ...]:
    for orders in _ORDERS:
        head = orders[0][0].partition("[")[0]
        nested = any(column.name.startswith(f"{head}[") for column in table.columns)
        if find(table, head) or (nested and head == "orders"):
            return orders
    raise InputError(
        f"{shown(table.name)}: no scores; give strong_score and target_score, those of both orders "
        "(strong_score_1 … target_score_2), or score as a pair, the strong model's first"
    )


def _judged(row: Row, columns: tuple[tuple[str, str], ...], why: str) -> Iterator[Scores]:
    for number, names in enumerate(columns):
        raw = [value(row.values, name) for name in names]
        if number and all(each in (None, "") for each in raw):
            return
        strong, target = (_number(each, name) for each, name in zip(raw, names, strict=True))
        yield Scores(strong, target, why if not number else "")


def _number(raw: Any, column: str) -> float:
    try:
        number = score_of(raw)
    except RowError as fault:
        head, part, _ = column.partition("[")
        if part and raw in (None, ""):
            raise RowError(f"{shown(head, 30)}: not a pair of scores, the strong model's first") from None
        raise RowError(f"{shown(column, 30)}: {'missing' if raw in (None, '') else fault}") from None
    if number < 0:
        raise RowError(f"{shown(column, 30)}: a score is below 0")
    return number


def _cut(row: Row, table: Table) -> bool:
    flag = find(table, "truncated")
    return flag is not None and str(value(row.values, flag)).strip().lower() in ("true", "1")


def _word(row: Row, column: str | None) -> str:
    """A cell as text without blank edges; empty where there is none."""
    raw = value(row.values, column) if column else None
    return str(raw).replace("\r\n", "\n").strip() if isinstance(raw, str | int | float) else ""


def _some(found: Found, what: Mapping[int, object], table: Table) -> Found:
    if not what:
        raise InputError(f"{shown(table.name)}: no row of it can be used: {_first(found)}")
    return found


def _first(found: Parsed[Asked] | Found) -> str:
    return found.rejected[0].reason if found.rejected else "there are none"
