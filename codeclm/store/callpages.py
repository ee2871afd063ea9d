"""Reading the call log: pages of it by filter, single calls with all their texts. Writes nothing."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence, Set
from dataclasses import dataclass
from typing import Any

from codeclm.llm.model import Call, Reply, Request, Schema
from codeclm.records import Message, Role, Stage
from codeclm.settings import Sampling
from codeclm.store.connection import Connection, Row, Value, pack, unpack
from codeclm.store.evaluations import Prompt
from codeclm.store.searching import search, words_of
from codeclm.store.texts import Texts

_SELECT = """select c.seq, c.key, k.role, k.stage, k.shape, c.record, c.messages, c.seed, c.sample,
    c.attempt, c.reply, c.raw, c.finish, c.prompt_tokens, c.completion_tokens, c.cost, c.took,
    c.started, c.error from calls c join kinds k on k.seq = c.kind"""
_ROWS = """select c.seq, k.job, k.role, k.stage, k.shape ->> '$.model', c.record, c.key, c.sample, c.attempt,
    c.finish, c.prompt_tokens, c.completion_tokens, c.cost, c.took, c.started, c.error
    from calls c join kinds k on k.seq = c.kind"""
_BEGINS = """select seq from calls where record between ? and ?
    union select seq from calls where reply is not null and key between ? and ?
    union select seq from calls where error is not null and key between ? and ?
    union select seq from calls where record in (select i.id from comparisons c
        join instructions i on i.seq = c.instruction where c.id between ? and ?)"""
"""By the beginning of an id: of a record, of the call's key, or of a pair, which is its instruction's."""
_LABELLED = "metadata m join labels l on l.seq = m.labels"
_WORDED = (
    ("id", "seeds", "text"),
    ("id", "instructions", "text"),
    ("m.id", _LABELLED, "l.use_case"),
    ("m.id", _LABELLED, "l.skills"),
)
"""Where a record's words are: its id, its table, its text."""
_WHOLE = 20
"""The digits of an id."""
_BEGINNING = re.compile(rf"[0-9a-f]{{4,{_WHOLE}}}").fullmatch


@dataclass(frozen=True, slots=True)
class LoggedCall:
    """A call with its number in the log, from 1 up."""

    number: int
    key: str
    call: Call


@dataclass(frozen=True, slots=True)
class CallRow:
    """A call without its texts. `job`: the job that made it, 0 for none; `seconds`, `started`: as in Call."""

    number: int
    job: int
    role: Role
    stage: Stage
    model: str
    record: str
    key: str
    sample: int
    attempt: int
    finish_reason: str
    prompt_tokens: int
    completion_tokens: int
    cost: float | None
    seconds: float
    started: float
    error: str


@dataclass(frozen=True, slots=True)
class CallFilter:
    """Which calls. `search`: the beginning of a record's or a pair's id or of a key, at least four digits;
    else words of an error, or of the seed, labels, instruction or test prompt asked for. `errors`: only
    failed ones, or the others.
    """

    role: Role | None = None
    stage: Stage | None = None
    model: str | None = None
    job: int | None = None
    record: str | None = None
    errors: bool | None = None
    search: str = ""


class CallPages:
    """The log as it is read by people."""

    def __init__(self, db: Connection, texts: Texts) -> None:
        self._db = db
        self._texts = texts

    def rows(self, where: CallFilter | None = None, offset: int = 0, limit: int = 50) -> list[CallRow]:
        """Calls, newest first, without their texts."""
        condition, values = self._where(where or CallFilter())
        found = self._db.rows(
            f"""{_ROWS} where c.seq in (select c.seq from calls c where {condition}
            order by c.seq desc limit ? offset ?) order by c.seq desc""",
            [*values, limit, offset],
        )
        return [_row(row) for row in found]

    def count(self, where: CallFilter | None = None) -> int:
        """How many calls are in the log, failed ones included, that a filter lets through."""
        condition, values = self._where(where or CallFilter())
        number: int = self._db.value(f"select count(*) from calls c where {condition}", values)
        return number

    def number(self, number: int) -> LoggedCall | None:
        """The call of this number, with its texts."""
        row = self._db.row(f"{_SELECT} where c.seq = ?", [number])
        return None if row is None else self._call(row)

    def of_record(self, record: str) -> list[LoggedCall]:
        """The calls made for a seed, metadata or instruction, oldest first."""
        rows = self._db.rows(f"{_SELECT} where c.record = ? order by c.seq", [pack(record)])
        return [self._call(row) for row in rows]

    def rows_of(self, records: Sequence[str], limit: int = 500) -> list[CallRow]:
        """The calls made for these records, the first record's first, each record's oldest first."""
        found: list[CallRow] = []
        for record in records:
            left = limit - len(found)
            rows = self._db.rows(f"{_ROWS} where c.record = ? order by c.seq limit ?", [pack(record), left])
            found += map(_row, rows)
        return found

    def behind(self, metadata: str, config: str) -> tuple[int, float | None]:
        """Replies to what was asked for a metadata and for all that a config has of it, and what they cost in
        dollars; None: a price is unknown.
        """
        row = self._db.row(
            """with record (id) as (select id from metadata where id = :metadata
                union all select i.id from metadata m
                join nodes n on n.config = (select seq from configs where id = :config) and n.place = m.place
                join instructions i on i.seq = n.instruction where m.id = :metadata)
            select count(*), total(c.cost), total(c.cost is null) from record r
            cross join calls c on c.record = r.id where c.reply is not null""",
            {"metadata": pack(metadata), "config": config},
        )
        replies, cost, unknown = row or (0, 0.0, 0)
        return replies, None if unknown else cost

    def subjects(self, records: Sequence[str]) -> dict[str, str]:
        """By id, the words of those of these records that have any: a seed's, labels, an instruction's or
        those of the prompt of an evaluation."""
        ids = [pack(record) for record in dict.fromkeys(records)]
        found = self._db.rows(
            f"""with asked (id) as (values {",".join(["(?)"] * len(ids)) or "(null)"})
            select s.id, s.text from asked join seeds s using (id)
            union all select i.id, i.text from asked join instructions i using (id)
            union all select m.id, l.use_case || coalesce(', ' || (select group_concat(value, ', ')
                from json_each(l.skills)), '') from asked join metadata m using (id)
                join labels l on l.seq = m.labels""",
            ids,
        )
        words = {unpack(id_): text for id_, text in found}
        return words | self._prompts(set(records).difference(words))

    def _prompts(self, records: Set[str]) -> dict[str, str]:
        """The test prompts among these records. Their ids are made of their texts and are not stored."""
        known = ((Prompt(text).node.id, text) for text in self._asked()) if records else ()
        return {id_: text for id_, text in known if id_ in records}

    def _asked(self) -> Iterator[str]:
        """The test prompts of all evaluations."""
        kept = self._db.rows("select distinct text from evaluation_prompts")
        return (self._texts.get(text) for (text,) in kept)

    def _where(self, where: CallFilter) -> tuple[str, list[Value]]:
        conditions, values = ["1"], list[Value]()
        for condition, bound in _conditions(where):
            conditions.append(condition)
            values += bound
        if part := where.search.strip():
            found, bound = _searched(part)
            words = [word.casefold() for word in words_of(part)]
            prompts = (text for text in self._asked() if all(word in text.casefold() for word in words))
            ids = ", ".join(f"x'{Prompt(text).node.id}'" for text in prompts)
            conditions.append(f"c.seq in ({found} union select seq from calls where record in ({ids}))")
            values += bound
        return " and ".join(conditions), values

    def models(self) -> list[str]:
        """The names of the models that were asked."""
        return [row[0] for row in self._db.rows("select distinct shape ->> '$.model' from kinds order by 1")]

    def _call(self, row: Row) -> LoggedCall:
        number, key, role, stage, shape, record, messages, seed, sample, attempt, *answer = row
        text, raw, finish, prompt, completion, cost, took, started, error = answer
        kind: dict[str, Any] = json.loads(shape)
        contents = [self._texts.get(seq) for seq in json.loads(messages)]
        request = Request(
            role=role,
            stage=stage,
            record=unpack(record),
            model=kind["model"],
            messages=tuple(
                Message(turn, content) for turn, content in zip(kind["turns"], contents, strict=True)
            ),
            sampling=Sampling(**{**kind["sampling"], "seed": seed}),
            schema=None if kind["schema"] is None else Schema(*kind["schema"]),
            sample=sample,
            attempt=attempt,
        )
        reply = None
        if text is not None:
            said = self._texts.get(text)
            whole = said if raw is None else self._texts.get(raw)
            reply = Reply(said, whole, finish or "stop", prompt, completion, cost, took / 1000)
        return LoggedCall(number, unpack(key), Call(request, reply, error or "", started / 1000))


def _conditions(where: CallFilter) -> Iterator[tuple[str, list[Value]]]:
    """What is asked of the calls themselves; all but the search."""
    kind = {"role": where.role, "stage": where.stage, "shape ->> '$.model'": where.model, "job": where.job}
    chosen = {column: value for column, value in kind.items() if value is not None}
    if chosen:
        test = " and ".join(f"{column} = ?" for column in chosen)
        # failed calls are few, and have an index that the plus leaves to be chosen
        plus = "+" if where.errors else ""
        yield f"{plus}c.kind in (select seq from kinds where {test})", list(chosen.values())
    if where.record is not None:
        yield "c.record = ?", [pack(where.record)]
    if where.errors is not None:
        yield ("c.error is not null" if where.errors else "c.error is null"), []


def _searched(part: str) -> tuple[str, list[Value]]:
    """The numbers of calls with an id that begins so, or with the words: "decade" and 2024 may be either."""
    if not _BEGINNING(part.lower()):
        return _with_words(part)
    bounds: list[Value] = [bytes.fromhex(part.lower().ljust(_WHOLE, digit)) for digit in "0f"]
    if len(part) == _WHOLE:
        return _BEGINS, bounds * 4
    found, values = _with_words(part)
    return f"{_BEGINS} union {found}", bounds * 4 + values


def _with_words(part: str) -> tuple[str, list[Value]]:
    """The numbers of calls whose error holds the words, or that were made for a record whose text does."""
    error, values = search("error", part)
    records = []
    for id_, table, column in _WORDED:
        condition, bound = search(column, part)
        records.append(f"select {id_} from {table} where {condition}")
        values += bound
    return (
        f"""select seq from calls where error is not null and {error}
        union select seq from calls where record in ({" union ".join(records)})""",
        values,
    )


def _row(row: Row) -> CallRow:
    number, job, role, stage, model, record, key, sample, attempt, *told = row
    finish, prompt, completion, cost, took, started, error = told
    return CallRow(
        number,
        job,
        role,
        stage,
        model,
        unpack(record),
        unpack(key),
        sample,
        attempt,
        "" if error else finish or "stop",
        prompt or 0,
        completion or 0,
        cost,
        (took or 0) / 1000,
        started / 1000,
        error or "",
    )
