"""The call log: every request with its reply or error; by key, the cache. Large texts live in `texts`.

What very many calls have in common (role, stage, model, sampling, schema, the turns' roles) is one row
of `kinds`, which also keeps the sums of its calls, so that spend is known without reading the log.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Literal

from codeclm.llm.model import Call, Reply, Request, Schema
from codeclm.records import Message, Role, Stage
from codeclm.settings import Sampling
from codeclm.store.connection import Connection, Row, Value, dump, pack, unpack
from codeclm.store.texts import Texts

_SELECT = """select c.seq, c.key, k.role, k.stage, k.shape, c.record, c.messages, c.seed, c.sample,
    c.attempt, c.reply, c.raw, c.finish, c.prompt_tokens, c.completion_tokens, c.cost, c.took,
    c.started, c.error from calls c join kinds k on k.seq = c.kind"""


@dataclass(frozen=True, slots=True)
class Spend:
    """What calls took. `calls` counts failed ones too; cost in US dollars, None: some price is unknown."""

    calls: int = 0
    errors: int = 0
    prompt_tokens: int = 0
    completion_tokens: int = 0
    cost: float | None = 0.0


@dataclass(frozen=True, slots=True)
class LoggedCall:
    """A call with its number in the log, from 1 up."""

    number: int
    key: str
    call: Call


class Calls:
    """The log. Reads of it are the store's part of llm.model.CallLog."""

    def __init__(self, db: Connection, texts: Texts) -> None:
        self._db = db
        self._texts = texts

    def get(self, key: str) -> Reply | None:
        """The reply that answers a key (marked cached), or None; calls that ended in an error do not."""
        row = self._db.row(
            """select t.data, t.bases, c.raw, c.finish, c.prompt_tokens, c.completion_tokens, c.cost,
            c.took from calls c join texts t on t.seq = c.reply where c.key = ? and c.reply is not null""",
            [pack(key)],
        )
        if row is None:
            return None
        data, bases, raw, finish, prompt, completion, cost, took = row
        text = self._texts.read(data, bases)
        whole = text if raw is None else self._texts.get(raw)
        return Reply(text, whole, finish or "stop", prompt, completion, cost, took / 1000, cached=True)

    def put(self, call: Call, key: str = "") -> None:
        """Log a call. A second reply to one key is not kept: the first is what was worked with.

        `key`: the request's, where it is known already.
        """
        with self._db.write():
            self._put(call, key or call.request.key)

    def put_many(self, calls: Iterable[Call]) -> None:
        """Log calls in one transaction."""
        with self._db.write():
            for call in calls:
                self._put(call, call.request.key)

    def spend(self, by: Literal["role", "stage"] | None = None) -> dict[str, Spend]:
        """Sums by role or by stage, or over all under the one name "all"."""
        name = by or "'all'"
        rows = self._db.rows(
            f"""select {name}, sum(calls), sum(errors), sum(prompt_tokens), sum(completion_tokens),
            case when sum(unpriced) = 0 then sum(cost) end from kinds group by 1 order by 1"""
        )
        sums = {row[0]: Spend(*row[1:]) for row in rows}
        return sums if by else {"all": sums.get("all", Spend())}

    def page(
        self,
        role: Role | None = None,
        stage: Stage | None = None,
        record: str | None = None,
        errors: bool | None = None,
        offset: int = 0,
        limit: int = 50,
    ) -> list[LoggedCall]:
        """Calls, newest first, with all their texts. `errors`: only failed ones, or only the others."""
        conditions, values = ["1"], list[Value]()
        packed = None if record is None else pack(record)
        for column, value in (("k.role", role), ("k.stage", stage), ("c.record", packed)):
            if value is not None:
                conditions.append(f"{column} = ?")
                values.append(value)
        if errors is not None:
            conditions.append("c.error is not null" if errors else "c.error is null")
        rows = self._db.rows(
            f"{_SELECT} where {' and '.join(conditions)} order by c.seq desc limit ? offset ?",
            [*values, limit, offset],
        )
        return [self._call(row) for row in rows]

    def of_record(self, record: str) -> list[LoggedCall]:
        """The calls made for a seed, metadata or instruction, oldest first."""
        rows = self._db.rows(f"{_SELECT} where c.record = ? order by c.seq", [pack(record)])
        return [self._call(row) for row in rows]

    def count(self) -> int:
        """How many calls are logged, failed ones included."""
        return self.spend()["all"].calls

    def _put(self, call: Call, key: str) -> None:
        request, reply = call.request, call.reply if not call.error else None
        record, kind = pack(request.record), self._kind(request)
        messages = [
            self._texts.put(message.content, record, like=f"{kind}/{turn}")
            for turn, message in enumerate(request.messages)
        ]
        text = raw = None
        if reply is not None:
            raw = self._texts.put(reply.raw, record, lean=False)
            text = self._texts.put(reply.text, record)
        seq = self._db.insert(
            """insert into calls (key, kind, record, messages, seed, sample, attempt, reply, raw, finish,
            prompt_tokens, completion_tokens, cost, took, started, error)
            values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) on conflict do nothing""",
            [
                pack(key),
                kind,
                record,
                dump(messages),
                request.sampling.seed,
                request.sample,
                request.attempt,
                text,
                None if raw == text else raw,
                *_measures(reply),
                _milliseconds(call.started),
                call.error or None,
            ],
        )
        if seq is not None:
            self._count(kind, reply)

    def _kind(self, request: Request) -> int:
        schema = request.schema
        shape = dump(
            {
                "role": request.role,
                "stage": request.stage,
                "model": request.model,
                "sampling": request.sampling.model_dump(mode="json", exclude={"seed"}),
                "schema": None if schema is None else [schema.name, dict(schema.schema)],
                "turns": [message.role for message in request.messages],
            }
        )
        seq: int | None = self._db.value("select seq from kinds where shape = ?", [shape])
        if seq is None:
            seq = self._db.insert(
                "insert into kinds (role, stage, shape) values (?, ?, ?) on conflict do nothing",
                [request.role, request.stage, shape],
            )
        assert seq is not None  # noqa: S101 - looked up in the same transaction
        return seq

    def _count(self, kind: int, reply: Reply | None) -> None:
        cost = None if reply is None else reply.cost
        self._db.execute(
            """update kinds set calls = calls + 1, errors = errors + ?, prompt_tokens = prompt_tokens + ?,
            completion_tokens = completion_tokens + ?, cost = cost + ?, unpriced = unpriced + ?
            where seq = ?""",
            [
                int(reply is None),
                reply.prompt_tokens if reply else 0,
                reply.completion_tokens if reply else 0,
                cost or 0.0,
                int(reply is not None and cost is None),
                kind,
            ],
        )

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


def _measures(reply: Reply | None) -> tuple[Value, ...]:
    if reply is None:
        return (None,) * 5
    finish = None if reply.finish_reason == "stop" else reply.finish_reason
    return finish, reply.prompt_tokens, reply.completion_tokens, reply.cost, _milliseconds(reply.seconds)


def _milliseconds(seconds: float) -> int:
    """Times as they are stored: whole numbers take a third of the room."""
    return round(seconds * 1000)
