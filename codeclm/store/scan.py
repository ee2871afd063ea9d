"""Every scored node of a config as plain columns, read in one go: what charts and sweeps over θ are made of.

Knows no array library: columns are lists of equal length, and what they mean is in `Scan`.
"""

from __future__ import annotations

import json
from dataclasses import dataclass

from codeclm.store.configs import Configs
from codeclm.store.connection import Connection, Row, unpack

_SCAN = """select c.id, n.gap, n.reach, n.leaf, n.iteration, n.stale, l.use_case,
    c.strong_first, c.target_first, a.length, b.length, n.id
    from nodes n join comparisons c on c.seq = n.comparison join answers a on a.seq = c.strong
    join answers b on b.seq = c.target join instructions i on i.seq = n.instruction
    join metadata m on m.seq = i.metadata join labels l on l.seq = m.labels
    where n.config = :config order by n.place, n.sample, n.iteration, n.id"""
_TAKEN = """with mine as materialized (select k.seq, k.stage from kinds k, configs f where f.seq = :config
        and k.shape ->> '$.model' = coalesce(f.value ->> ('$.models.' || k.role), k.shape ->> '$.model'))
    select c.record,
        total(c.prompt_tokens + c.completion_tokens) filter (where k.stage <> 'rubrics'),
        total(c.prompt_tokens + c.completion_tokens) filter (where k.stage = 'rubrics'),
        total(c.cost) filter (where k.stage <> 'rubrics'), total(c.cost) filter (where k.stage = 'rubrics')
    from calls c join mine k on k.seq = c.kind group by c.record"""
"""What the calls for each record took: to answer and score it, and to improve on it."""
_NOTHING = (0.0, 0.0, 0.0, 0.0)
_CLUSTERS = """select c.id, coalesce(p.cluster, q.cluster) from nodes n
    join comparisons c on c.seq = n.comparison join instructions i on i.seq = n.instruction
    left join spots p on p.kind = 2 and p.number = n.instruction
    left join spots q on q.kind = 0 and q.number = i.metadata
    where n.config = :config and coalesce(p.cluster, q.cluster) is not null"""


@dataclass(frozen=True, slots=True)
class Scan:
    """Columns over scored nodes, in the order of lineages. Lengths are in characters, money in US dollars."""

    pair: list[str]
    gap: list[float]
    reach: list[float]
    leaf: list[int]
    iteration: list[int]
    stale: list[int]
    use_case: list[str]
    orders: list[tuple[tuple[float, float], tuple[float, float] | None]]
    """Of each: (strong, target) with the strong answer read first, and with the target's first."""
    strong_length: list[int]
    target_length: list[int]
    own_tokens: list[float]
    """To answer and score it."""
    step_tokens: list[float]
    """To improve on it."""
    own_cost: list[float]
    step_cost: list[float]
    shared_tokens: float
    """What encoding, decoding and rubrics took, which no single node answers for."""
    shared_cost: float
    priced: bool
    """Whether every reply has a price."""
    judged: int
    """Replies of the judge."""
    unparsed: int
    """Those of them that could not be read, and were asked for again or given up."""


def scan(db: Connection, configs: Configs, config: str | None) -> Scan:
    """Read it all, of one state of the file."""
    seq = configs.find(config)
    with db.read():
        rows = db.rows(_SCAN, {"config": seq})
        # joined here: SQLite takes as long again to look each record up in what it has just added up
        taken = {record: took for record, *took in db.rows(_TAKEN, {"config": seq})}
        known_ids = {record for (record,) in db.rows("select id from instructions")}
        priced = not db.value("select total(unpriced) from kinds")
        judged, unparsed = _judged(db, seq)
    columns = list(zip(*rows, strict=True)) if rows else [()] * 12
    own, step, own_cost, step_cost = (
        (list(each) for each in zip(*(taken.get(node, _NOTHING) for node in columns[11]), strict=True))
        if rows
        else ([], [], [], [])
    )
    shared = [took for record, took in taken.items() if record not in known_ids]
    known: dict[str, tuple[float, float]] = {}
    return Scan(
        pair=[unpack(each) for each in columns[0]],
        gap=list(columns[1]),
        reach=list(columns[2]),
        leaf=list(columns[3]),
        iteration=list(columns[4]),
        stale=list(columns[5]),
        use_case=list(columns[6]),
        orders=[_orders(pair, known) for pair in zip(columns[7], columns[8], strict=True)],
        strong_length=list(columns[9]),
        target_length=list(columns[10]),
        own_tokens=own,
        step_tokens=step,
        own_cost=own_cost,
        step_cost=step_cost,
        shared_tokens=sum(took[0] + took[1] for took in shared),
        shared_cost=sum(took[2] + took[3] for took in shared),
        priced=priced,
        judged=judged,
        unparsed=unparsed,
    )


def clusters(db: Connection, configs: Configs, config: str | None) -> dict[str, int]:
    """The cluster of each scored pair that has one: on the map, its instruction's or its metadata's."""
    rows = db.rows(_CLUSTERS, {"config": configs.find(config)})
    return {unpack(pair): cluster for pair, cluster in rows}


def _orders(
    row: Row, known: dict[str, tuple[float, float]]
) -> tuple[tuple[float, float], tuple[float, float] | None]:
    """Scores repeat: each text of two numbers is read once."""
    for text in row:
        if text is not None and text not in known:
            strong, target = json.loads(text)
            known[text] = (strong, target)
    return known[row[0]], None if row[1] is None else known[row[1]]


def _judged(db: Connection, config: int) -> tuple[int, int]:
    """Replies of the judge, and how many could not be read: each has a re-ask or a failure behind it."""
    model = db.value("select value ->> '$.models.judge' from configs where seq = ?", [config])
    rows = db.rows(
        """select json_array_length(shape, '$.turns'), sum(calls - errors) from kinds
        where stage = 'judge' and shape ->> '$.model' = ? group by 1 order by 1""",
        [model],
    )
    given_up = db.value(
        "select count(*) from failures where config = ? and stage = 'judge' and open and not transport",
        [config],
    )
    return sum(calls for _, calls in rows), sum(calls for _, calls in rows[1:]) + given_up
