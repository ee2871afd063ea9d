"""The scores of a config as plain columns, each read by itself when it is asked for: what charts and sweeps
over θ are made of.

Instructions and comparisons go by their row numbers here, so that columns can be put together without a
look at the file. Knows no array library.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Sequence
from functools import lru_cache
from typing import NamedTuple

from codeclm.contrast import Judged
from codeclm.records import AnswerRole
from codeclm.store.configs import Configs
from codeclm.store.connection import Connection, columns, slots, unpack
from codeclm.store.nodes import HELD, Held

_SCORED = f"""select n.instruction, n.comparison, n.gap, n.reach, n.leaf, case when n.leaf then {HELD} end,
    n.iteration from nodes n where n.config = :config and n.comparison is not null
    order by n.place, n.sample, n.iteration, n.id"""
_MINE = """select k.seq, k.stage = 'rubrics' from kinds k, configs f where f.seq = ?
    and not exists (select 1 from jobs j where j.seq = k.job and j.kind in ('evaluate', 'names'))
    and k.shape ->> '$.model' = coalesce(f.value ->> ('$.models.' || k.role), k.shape ->> '$.model')"""
"""The kinds of calls to the models of a config. What measuring candidates and naming clusters took made no
pair."""
# +c.kind: by the index of kinds SQLite would have to sort the calls by their records
_TAKEN = """with taken as materialized (select c.record,
        total(c.prompt_tokens + c.completion_tokens) filter (where c.kind not in ({step})),
        total(c.prompt_tokens + c.completion_tokens) filter (where c.kind in ({step})),
        total(c.cost) filter (where c.kind not in ({step})), total(c.cost) filter (where c.kind in ({step}))
        from calls c where +c.kind in ({mine}) group by c.record)
    select coalesce(i.seq, 0), t.* from taken t left join instructions i on i.id = t.record"""
"""What the calls for each record took: to answer and score it, and to improve on it."""
_REPLIES = """select json_array_length(k.shape, '$.turns') > :turns, sum(k.calls - k.errors)
    from configs f join kinds k on k.stage = 'judge' and k.shape ->> '$.model' = f.value ->> '$.models.judge'
    left join jobs j on j.seq = k.job left join configs o on o.id = j.command ->> '$.config'
    where f.seq = :config and coalesce(j.kind, '') not in ('evaluate', 'names') and (o.seq is null
        or (o.value ->> '$.templates.judge', o.value ->> '$.overrides.judge', o.value ->> '$.profile')
        is (f.value ->> '$.templates.judge', f.value ->> '$.overrides.judge', f.value ->> '$.profile'))
    group by 1"""
"""The judge's replies, to a question and to a re-ask, in runs that put the question as a config does: the
replies in their logs may stand for its own."""
_JUDGED = """select c.strong_first, c.target_first,
        coalesce(a.length > b.length, 0), coalesce(a.length < b.length, 0)
    from nodes n join comparisons c on c.seq = n.comparison join answers a on a.seq = c.strong
    join answers b on b.seq = c.target where n.config = ?"""


class Scored(NamedTuple):
    """The scored nodes of a config, in the order of lineages. Leaf is 0 or 1; held: why no run goes on from a
    leaf, None: one does, if there is a next step.
    """

    instruction: list[int]
    comparison: list[int]
    gap: list[float]
    reach: list[float]
    leaf: list[int]
    held: list[Held | None]
    iteration: list[int]


class Taken(NamedTuple):
    """What calls took, by instruction: to answer and score it, and to improve on it; money in US dollars."""

    instruction: list[int]
    own_tokens: list[float]
    step_tokens: list[float]
    own_cost: list[float]
    step_cost: list[float]
    shared_tokens: float
    """What encoding, decoding and rubrics took, which no single node answers for."""
    shared_cost: float
    priced: bool
    """Whether every reply has a price."""


class Replies(NamedTuple):
    """Replies of the judge, and those of them that could not be read: asked for again, or given up."""

    judged: int
    unparsed: int


class ScoreSheet:
    """The scores of a project."""

    def __init__(self, db: Connection, configs: Configs) -> None:
        self._db = db
        self._configs = configs

    def reach(self, config: str) -> float:
        """The largest |gap| under a config; 0: none is scored."""
        sql = "select max(max(gap), -min(gap)) from nodes where config = ?"
        return self._db.value(sql, [self._configs.find(config)]) or 0.0

    def highest(self, config: str) -> float:
        """The highest of some hundred scores under a config; 0: none is there."""
        sql = """with some as (select comparison from nodes
                where config = ? and comparison is not null limit 500)
            select max(max(strong_first ->> 0, strong_first ->> 1)) from comparisons
            where seq in (select comparison from some)"""
        return float(self._db.value(sql, [self._configs.find(config)]) or 0)

    def scored(self, config: str | None) -> Scored:
        """Every scored node."""
        return Scored(*columns(self._db.each(_SCORED, {"config": self._configs.find(config)}), 7))

    def taken(self, config: str | None) -> Taken:
        """What the calls to the models of a config took."""
        with self._db.read():
            kinds = dict[int, int](self._db.rows(_MINE, [self._configs.find(config)]))
            lists = {"mine": kinds, "step": filter(kinds.get, kinds)}
            sql = _TAKEN.format(**{name: ",".join(map(str, each)) for name, each in lists.items()})
            rows = columns(self._db.each(sql), 6)
            priced = not self._db.value("select total(unpriced) from kinds")
        instruction, _, own, step, own_cost, step_cost = rows
        shared = [at for at, number in enumerate(instruction) if not number]
        tokens = sum(own[at] + step[at] for at in shared)
        cost = sum(own_cost[at] + step_cost[at] for at in shared)
        return Taken(instruction, own, step, own_cost, step_cost, tokens, cost, priced)

    def metadata(self) -> tuple[list[int], list[int]]:
        """Every instruction and its metadata, by number."""
        # in the order of the index that holds both, or their texts would be passed over one by one
        instruction, metadata = columns(
            self._db.each("select seq, metadata from instructions order by metadata, seq"), 2
        )
        return instruction, metadata

    def judged(self, config: str | None, own: AnswerRole | None) -> Counter[Judged]:
        """How often the judge said what; of the lengths only which is greater.

        `own`: the answer that the judge's own model wrote.
        """
        found: Counter[Judged] = Counter()
        rows = Counter(self._db.each(_JUDGED, [self._configs.find(config)]))
        for (strong_first, target_first, longer, shorter), count in rows.items():
            second = None if target_first is None else _pair(target_first)
            found[Judged(_pair(strong_first), second, longer, shorter, own)] += count
        return found

    def replies(self, config: str | None, turns: int | None) -> Replies:
        """How well the judge keeps to the form: each fault has a re-ask or a failure behind it.

        `turns`: of the config's question to the judge, as sent; a re-ask has more. None: not known.
        """
        seq = self._configs.find(config)
        replies = dict[int | None, int](self._db.rows(_REPLIES, {"config": seq, "turns": turns}))
        given_up = self._db.value(
            "select count(*) from failures where config = ? and stage = 'judge' and open and not transport",
            [seq],
        )
        return Replies(sum(replies.values()), replies.get(1, 0) + given_up)

    def pairs(self, comparisons: Sequence[int]) -> list[str]:
        """The ids of some comparisons, in the order given."""
        rows = self._db.rows(
            f"select seq, id from comparisons where seq in ({slots(comparisons)})", comparisons
        )
        known = {seq: unpack(id_) for seq, id_ in rows}
        return [known[each] for each in comparisons if each in known]


@lru_cache(maxsize=1024)
def _pair(text: str) -> tuple[float, float]:
    """Scores repeat: each text of two numbers is read once."""
    strong, target = json.loads(text)
    return strong, target
