"""Which metadata a run still has work on, by SQL: finished lineages are never walked again."""

from __future__ import annotations

import json
from collections.abc import Collection
from typing import NamedTuple

from codeclm.records import Instruction, Stage
from codeclm.settings import Dials
from codeclm.store.connection import Connection, Value, columns, pack, unpack
from codeclm.store.metadata import BLANK, within
from codeclm.store.nodes import CAME_WITH_PAIRS, FOR_GOOD, OPEN, failed
from codeclm.store.rows import INSTRUCTION, read_instruction

_WANTED = f"max(case when {CAME_WITH_PAIRS} then 0 else :n end, m.wanted)"
"""The basic instructions wanted of metadata `m`: as many as of each, or more where more were asked for."""

_HAS = f"""(select count(distinct n.sample) from nodes n where n.config = :config and n.place = m.place
    and n.iteration = 1 and n.sample < {_WANTED} and not n.given and not n.stale)"""
_DECODE = f"""{_HAS} < {_WANTED} and not {BLANK} and (
    m.id not in (select f.record from failures f
        where f.config = :config and f.stage = 'decode' and {FOR_GOOD})
    or {_HAS} + (select count(*) from failures f where f.config = :config and f.stage = 'decode'
        and f.record = m.id and f.sample between 0 and {_WANTED} - 1 and {FOR_GOOD}) < {_WANTED})"""
"""Fewer basic instructions, and failures to make one, than wanted. Blank labels have nothing to decode."""

_RUBRICS = f"""not {BLANK} and not exists (select 1 from rubrics r
        where r.labels = m.labels and r.config = :config)
    and not exists (select 1 from failures f where f.config = :config and f.stage = 'rubrics'
        and f.record = m.id and f.sample = -1 and {FOR_GOOD})"""

_ANSWERED = """(select count(distinct a.role) from answers a
    where a.instruction = n.instruction and a.config in (1, :config)) = 2"""

_BY_HAND = """exists (select 1 from nodes k
    join studio d on d.config = k.config and d.instruction = k.instruction
    where k.config = n.config and k.place = n.place and k.sample = n.sample and d.kept)"""
"""Whether a person kept something of the tree of node `n`: it goes on, however few are wanted of each."""
_GOES_ON = f"""{OPEN} and not n.stale
    and (n.given or n.sample < {_WANTED} or {_BY_HAND} or {failed("f.open")})"""
"""Whether node `n` of metadata `m` is the end of a lineage that is to go on. One that failed was wanted when
it was: another try takes it up, however few are wanted of each since."""
_NODES = f"""{INSTRUCTION} join nodes n on n.config = :config and n.place = m.place and n.instruction = i.seq
    where m.id = :metadata and {{}} order by n.sample, n.iteration, n.id"""


class Left(NamedTuple):
    """Which metadata have work left, in order; how many of those have an instruction already, how many no
    rubrics; how many basic instructions are lacking; how many lineages go on, and their calls, at least and
    at most.
    """

    metadata: list[str]
    begun: int
    rubrics: int
    lacking: int
    going: int
    least: int
    most: int


def unfinished(
    db: Connection, config: int, dials: Dials, stages: Collection[Stage], limit: int | None
) -> list[str]:
    """The ids, in order, of metadata with work left under a config for these dials and stages."""
    source, values = _work(db, config, dials, stages, limit)
    return [unpack(row[0]) for row in db.rows(f"select m.id {source} order by m.place", values)]


def left(
    db: Connection,
    config: int,
    dials: Dials,
    stages: Collection[Stage],
    limit: int | None,
    only: Collection[str] | None,
) -> Left:
    """What those have left; of these ids alone where some are named."""
    source, values = _work(db, config, dials, stages, limit)
    named = ""
    if only is not None:
        named = " and hex(m.id) in (select value from json_each(:only))"
        values["only"] = json.dumps([_hex(each) for each in only])
    rows = db.each(
        f"""select m.id, exists (select 1 from nodes n where n.config = :config and n.place = m.place),
            {_RUBRICS}, max(0, {_WANTED} - {_HAS})
        {source}{named} order by m.place""",
        values,
    )
    ids, begun, rubrics, lacking = columns(rows, 4)
    live, _ = within(db, limit)
    # Apart, and from the nodes: looked for metadata by metadata, they take as long as all else.
    of_ends = db.row(
        f"""select count(*), total(case when n.gap is null then 2 else 5 end),
            total(case when n.gap is null then 4 else 0 end + 5 * (:cap - n.iteration))
        from nodes n join metadata m on m.place = n.place
        where n.config = :config and {live} and {_GOES_ON} and not {failed(FOR_GOOD)}{named}""",
        values,
    )
    going, least, most = map(int, of_ends or (0,) * 3)
    return Left([*map(unpack, ids)], sum(begun), sum(rubrics), sum(lacking), going, least, most)


def ends(db: Connection, config: int, dials: Dials, metadata: str) -> list[Instruction]:
    """Where lineages of a metadata go on, or failed to."""
    rows = db.rows(_NODES.format(_GOES_ON), _values(config, dials) | {"metadata": pack(metadata)})
    return [read_instruction(row) for row in rows]


def wanted(db: Connection, config: int, dials: Dials, metadata: str) -> int:
    """How many basic instructions there shall be of a metadata."""
    values = {"config": config, "n": dials.per_metadata, "metadata": pack(metadata)}
    number: int = db.value(f"select {_WANTED} from metadata m where m.id = :metadata", values)
    return number


def written(db: Connection, config: int, dials: Dials, metadata: str) -> list[Instruction]:
    """Those of them that there are."""
    basic = f"n.iteration = 1 and not n.given and not n.stale and n.sample < {_WANTED}"
    values = {"config": config, "n": dials.per_metadata, "metadata": pack(metadata)}
    return [read_instruction(row) for row in db.rows(_NODES.format(basic), values)]


def _work(
    db: Connection, config: int, dials: Dials, stages: Collection[Stage], limit: int | None
) -> tuple[str, dict[str, Value]]:
    """The metadata with work left, as the source of a query, and its values."""
    work = ["0"]
    if "decode" in stages:
        work.append(f"({_DECODE})")
    if "rubrics" in stages and "answer" not in stages:
        work.append(f"({_RUBRICS})")
    steps = _steps(stages)
    if steps:
        work.append(
            f"""exists (select 1 from nodes n where n.config = :config and n.place = m.place
            and {_GOES_ON} and ({" or ".join(steps)}) and not {failed(FOR_GOOD)})"""
        )
    live, values = within(db, limit)
    source = f"from metadata m join labels l on l.seq = m.labels where {live} and ({' or '.join(work)})"
    return source, _values(config, dials) | values


def _hex(id_: str) -> str:
    packed = pack(id_)
    return (packed.encode() if isinstance(packed, str) else packed).hex().upper()


def _values(config: int, dials: Dials) -> dict[str, Value]:
    return {"config": config, "n": dials.per_metadata, "theta": dials.theta, "cap": dials.iterations}


def _steps(stages: Collection[Stage]) -> list[str]:
    """What may be done to a leaf with a next step, at these stages."""
    steps = []
    if "judge" in stages:
        steps.append("n.gap is null" if "answer" in stages else f"n.gap is null and {_ANSWERED}")
    elif "answer" in stages:
        steps.append(f"n.gap is null and not {_ANSWERED}")
    if "rubrics" in stages and "judge" in stages:
        steps.append("n.gap is not null")
    return steps
