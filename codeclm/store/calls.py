"""The call log: every request with its reply or error; by key, the cache. Large texts live in `texts`.

What very many calls have in common (role, stage, model, sampling, schema, the turns' roles) is one row
of `kinds`, by the job that asked; it also keeps the sums of its calls, so that spend is known without
reading the log.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Literal

from codeclm.llm.model import Call, Reply, Request
from codeclm.store.callpages import CallPages
from codeclm.store.connection import Connection, Row, Value, dump, pack
from codeclm.store.texts import Texts

_REPLY = """select c.key, t.data, t.bases, c.raw, c.finish, c.prompt_tokens, c.completion_tokens, c.cost,
    c.took from calls c join texts t on t.seq = c.reply where c.reply is not null and """
_OF_RECORD = f"{_REPLY} c.record = (select record from calls where key = ? and reply is not null) limit 16"
_NEAR = 1_000
"""Replies that may wait to be asked for; those of a lineage are five for each instruction."""


@dataclass(frozen=True, slots=True)
class Spend:
    """What calls took. `calls` counts failed ones too; cost in US dollars, None: some price is unknown."""

    calls: int = 0
    errors: int = 0
    prompt_tokens: int = 0
    completion_tokens: int = 0
    cost: float | None = 0.0


class Calls(CallPages):
    """The log. `get` is the store's part of llm.model.CallLog."""

    def __init__(self, db: Connection, texts: Texts) -> None:
        super().__init__(db, texts)
        self.job = 0
        """The job for which calls are logged from now on through this store; 0: none."""
        self._near: dict[bytes | str, Row] = {}

    def get(self, key: str) -> Reply | None:
        """The reply that answers a key (marked cached), or None; calls that ended in an error do not.

        Whoever asks for one call of a record asks for its others next: they are read together.
        """
        packed = bytes.fromhex(key)  # met once: not for `pack` to remember
        row = self._near.pop(packed, None)
        if row is None:
            if len(self._near) > _NEAR:
                self._near.clear()
            found = {each[0]: each for each in self._db.rows(_OF_RECORD, [packed])}
            row = found.pop(packed, None)
            if found and row is None:  # one of a record of very many
                row = self._db.row(f"{_REPLY} c.key = ?", [packed])
            self._near.update(found)
        if row is None:
            return None
        _, data, bases, raw, finish, prompt, completion, cost, took = row
        text = self._texts.read(data, bases)
        whole = text if raw is None else self._texts.get(raw)
        return Reply(text, whole, finish or "stop", prompt, completion, cost, took / 1000, cached=True)

    def put(self, call: Call, key: str = "") -> None:
        """Log a call. A second reply to one key is not kept: the first is what was worked with.

        `key`: the request's, where it is known already.
        """
        with self._db.write():
            self._put(call, key or call.request.key)

    def spend(self, by: Literal["role", "stage"] | None = None, job: int | None = None) -> dict[str, Spend]:
        """Sums by role or by stage, or over all under the one name "all"; of one job, or of everything.

        They tell what was paid, so that they also count calls that were dropped from the log since.
        """
        name, where = by or "'all'", "1" if job is None else "job = ?"
        rows = self._db.rows(
            f"""select {name}, sum(calls), sum(errors), sum(prompt_tokens), sum(completion_tokens),
            case when sum(unpriced) = 0 then sum(cost) end from kinds
            where {where} group by 1 order by 1""",
            [] if job is None else [job],
        )
        sums = {row[0]: Spend(*row[1:]) for row in rows}
        return sums if by else {"all": sums.get("all", Spend())}

    def _put(self, call: Call, key: str) -> None:
        request, reply = call.request, call.reply if not call.error else None
        record, kind = pack(request.record), self._kind(request)
        messages = [
            self._texts.put(message.content, record, like=f"{kind}/{turn}")
            for turn, message in enumerate(request.messages)
        ]
        text = raw = None
        if reply is not None:
            raw = text = self._texts.put(reply.raw, record, lean=False)
            if reply.text != reply.raw:
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
        schema, sampling = request.schema, asdict(request.sampling)
        del sampling["seed"]
        shape = dump(
            {
                "role": request.role,
                "stage": request.stage,
                "model": request.model,
                "sampling": sampling,
                "schema": None if schema is None else [schema.name, dict(schema.schema)],
                "turns": [message.role for message in request.messages],
                **({"job": self.job} if self.job else {}),
            }
        )
        seq: int | None = self._db.value("select seq from kinds where shape = ?", [shape])
        if seq is None:
            seq = self._db.insert(
                "insert into kinds (role, stage, shape, job) values (?, ?, ?, ?) on conflict do nothing",
                [request.role, request.stage, shape, self.job],
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


def _measures(reply: Reply | None) -> tuple[Value, ...]:
    if reply is None:
        return (None,) * 5
    finish = None if reply.finish_reason == "stop" else reply.finish_reason
    return finish, reply.prompt_tokens, reply.completion_tokens, reply.cost, _milliseconds(reply.seconds)


def _milliseconds(seconds: float) -> int:
    """Times as they are stored: whole numbers take a third of the room."""
    return round(seconds * 1000)
