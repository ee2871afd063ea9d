"""The counts of `status`, from seeds to decided pairs. Whether a job runs is not known here."""

from __future__ import annotations

from dataclasses import dataclass

from codeclm.store.calls import Spend
from codeclm.store.connection import Connection, Row
from codeclm.store.metadata import within
from codeclm.store.nodes import OPEN, STATUS, failed


@dataclass(frozen=True, slots=True)
class Funnel:
    """The counts for a config, a θ and a cap, named as `status --json` names them.

    `metadata` is what a run works on (active, its seed not deleted). Kept, exhausted: lineages;
    superseded: scored nodes; pending: leaves with a next step, `failed`: those of them whose step
    has an open failure, `stale`: those left behind by an edit of their metadata's labels.
    """

    seeds: int
    encoded: int
    metadata: int
    instructions: int
    comparisons: int
    kept: int
    superseded: int
    exhausted: int
    pending: int
    failed: int
    stale: int
    accepted: int
    rejected: int
    failures: int
    calls: int
    prompt_tokens: int
    completion_tokens: int
    cost_usd: float | None


def count(db: Connection, config: int, theta: float, cap: int, spend: Spend) -> Funnel:
    """Count all, in a few scans of narrow tables."""
    live, _ = within(db, None)
    nodes = _nodes(db, config, theta, cap)
    verdicts: dict[str, int] = dict(
        db.rows(
            """select v.verdict, count(*) from verdicts v join nodes n on n.comparison = v.comparison
            where n.config = ? group by 1""",
            [config],
        )
    )
    return Funnel(
        seeds=db.value("select count(*) from seeds where deleted = 0"),
        encoded=db.value(
            """select count(*) from metadata where seed is not null
            and seed in (select seq from seeds where deleted = 0)"""
        ),
        metadata=db.value(f"select count(*) from metadata m where {live}"),
        instructions=nodes[0],
        comparisons=nodes[1],
        kept=nodes[2],
        superseded=nodes[3],
        exhausted=nodes[4],
        pending=nodes[5],
        failed=nodes[6],
        stale=nodes[7],
        accepted=verdicts.get("accept", 0),
        rejected=verdicts.get("reject", 0),
        failures=db.value("select count(*) from failures where config = ? and open", [config]),
        calls=spend.calls,
        prompt_tokens=spend.prompt_tokens,
        completion_tokens=spend.completion_tokens,
        cost_usd=spend.cost,
    )


def _nodes(db: Connection, config: int, theta: float, cap: int) -> Row:
    row = db.row(
        f"""select count(*), count(gap), total(status = 'kept'), total(status = 'superseded' and scored),
            total(status = 'exhausted'), total(open and not stale and not stuck),
            total(open and not stale and stuck), total(open and stale)
        from (select n.gap, n.gap is not null as scored, n.stale, {_status()} as status, {OPEN} as open,
            {OPEN} and {failed("f.open")} as stuck
            from nodes n where n.config = :config)""",
        {"config": config, "theta": theta, "cap": cap},
    )
    assert row is not None  # noqa: S101 - a sum always has a row
    return tuple(int(number) for number in row)


def _status() -> str:
    """The state of any node: an unscored leaf is pending up to the cap, and counts as exhausted beyond."""
    return f"""case when n.gap is not null or n.reach > :theta then {STATUS}
        when n.leaf and n.iteration > :cap then 'exhausted' end"""
