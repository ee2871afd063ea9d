"""Which metadata a run still has work on, by SQL: finished lineages are never walked again."""

from __future__ import annotations

from collections.abc import Collection

from codeclm.records import Stage
from codeclm.settings import Dials
from codeclm.store.connection import Connection, unpack
from codeclm.store.metadata import BLANK, within
from codeclm.store.nodes import FOR_GOOD, OPEN, failed

_WANTED = "max(:n, m.wanted)"
"""The basic instructions wanted of metadata `m`: as many as of each, or more where more were asked for."""

_DECODE = f"""not {BLANK} and (
    select count(distinct n.sample) from nodes n where n.config = :config and n.place = m.place
        and n.iteration = 1 and n.sample < {_WANTED} and not n.given and not n.stale)
    + (select count(*) from failures f where f.config = :config and f.stage = 'decode'
        and f.record = m.id and f.sample between 0 and {_WANTED} - 1 and {FOR_GOOD}) < {_WANTED}"""
"""Fewer basic instructions, and failures to make one, than wanted. Blank labels have nothing to decode."""

_RUBRICS = f"""not {BLANK} and not exists (select 1 from rubrics r
        where r.labels = m.labels and r.config = :config and r.sample = 0)
    and not exists (select 1 from failures f where f.config = :config and f.stage = 'rubrics'
        and f.record = m.id and f.sample = -1 and {FOR_GOOD})"""

_ANSWERED = """(select count(distinct a.role) from answers a
    where a.instruction = n.instruction and a.config in (1, :config)) = 2"""


def unfinished(
    db: Connection, config: int, dials: Dials, stages: Collection[Stage], limit: int | None
) -> list[str]:
    """The ids, in order, of metadata with work left under a config for these dials and stages."""
    work = []
    if "decode" in stages:
        work.append(f"({_DECODE})")
    if "rubrics" in stages and "answer" not in stages:
        work.append(f"({_RUBRICS})")
    steps = _steps(stages)
    if steps:
        work.append(
            f"""exists (select 1 from nodes n where n.config = :config and n.place = m.place
            and {OPEN} and not n.stale and (n.given or n.sample < {_WANTED})
            and ({" or ".join(steps)}) and not {failed(FOR_GOOD)})"""
        )
    if not work:
        return []
    live, values = within(db, limit)
    dial = {"n": dials.per_metadata, "theta": dials.theta, "cap": dials.iterations}
    rows = db.rows(
        f"""select m.id from metadata m join labels l on l.seq = m.labels
        where {live} and ({" or ".join(work)}) order by m.place""",
        {"config": config, **dial, **values},
    )
    return [unpack(row[0]) for row in rows]


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
