"""The counts of `status`, from seeds to decided pairs. Whether a job runs is not known here."""

from __future__ import annotations

from dataclasses import dataclass

from codeclm.store.calls import Spend
from codeclm.store.connection import Connection, Value
from codeclm.store.nodes import EXHAUSTED, OPEN, failed


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
    values: dict[str, Value] = {"config": config, "theta": theta, "cap": cap}
    failures = db.value("select count(*) from failures where config = :config and open", values)
    verdicts: dict[str, int] = dict(
        db.rows(
            """select v.verdict, count(*) from verdicts v join nodes n on n.comparison = v.comparison
            where n.config = :config group by 1""",
            values,
        )
    )
    return Funnel(
        seeds=db.value("select count(*) from seeds where deleted = 0"),
        encoded=_of_live_seeds(db, "m.seed is not null"),
        metadata=_of_live_seeds(db, "m.state = 'active'"),
        **_nodes(db, values, failures),
        accepted=verdicts.get("accept", 0),
        rejected=verdicts.get("reject", 0),
        failures=failures,
        calls=spend.calls,
        prompt_tokens=spend.prompt_tokens,
        completion_tokens=spend.completion_tokens,
        cost_usd=spend.cost,
    )


def _of_live_seeds(db: Connection, condition: str) -> int:
    """How many metadata meet a condition, less those of deleted seeds, which are few."""
    number: int = db.value(
        f"""select (select count(*) from metadata m where {condition})
        - (select count(*) from seeds s join metadata m on m.seed = s.seq
            where s.deleted = 1 and {condition})"""
    )
    return number


def _nodes(db: Connection, values: dict[str, Value], failures: int) -> dict[str, int]:
    names = ("instructions", "comparisons", "kept", "superseded", "exhausted", "open", "stale")
    row = db.row(
        f"""select count(*), count(n.gap), total(n.reach <= :theta and abs(n.gap) > :theta),
            total(n.reach > :theta and n.gap is not null), total({EXHAUSTED}),
            total({OPEN}), total(n.stale and {OPEN}) from nodes n where n.config = :config""",
        values,
    )
    counts = {name: int(number) for name, number in zip(names, row or (), strict=True)}
    stuck = f"""select count(*) from nodes n
        where n.config = :config and not n.stale and {failed("f.open")} and {OPEN}"""
    counts["failed"] = db.value(stuck, values) if failures else 0
    counts["pending"] = counts.pop("open") - counts["stale"] - counts["failed"]
    return counts
