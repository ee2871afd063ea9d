"""The counts of `status`, from seeds to decided pairs. Whether a job runs is not known here."""

from __future__ import annotations

from dataclasses import asdict, dataclass, replace

from codeclm.store.calls import Spend
from codeclm.store.connection import Connection, Value
from codeclm.store.nodes import ASIDE, EXHAUSTED, FOR_GOOD, OPEN, failed

_TROUBLED = """select m.place from failures f
    join instructions i on i.id = f.record join metadata m on m.seq = i.metadata
    where f.config = :config and f.open
    union select m.place from failures f join metadata m on m.id = f.record
    where f.config = :config and f.open"""
"""The places of metadata with an open failure, which are few: nodes are kept by place."""


@dataclass(frozen=True, slots=True)
class NodeCounts:
    """The counts of nodes for a config, a θ and a cap: plain decisions leave them as they are.

    Kept, exhausted: lineages; superseded: scored nodes; pending: leaves with a next step that a run takes,
    `failed`: those whose step failed for good, `stale`: those left behind by an edit of their metadata's
    labels, `aside`: those of metadata that no run works on.
    """

    instructions: int
    comparisons: int
    kept: int
    superseded: int
    exhausted: int
    pending: int
    failed: int
    stale: int
    aside: int


@dataclass(frozen=True, slots=True)
class Funnel(NodeCounts):
    """All counts, named as `status --json` names them.

    `metadata` is what a run works on (active, its seed not deleted). `undecided`: kept, and nobody's
    decision stands.
    """

    seeds: int
    encoded: int
    metadata: int
    accepted: int
    rejected: int
    undecided: int
    failures: int
    calls: int
    prompt_tokens: int
    completion_tokens: int
    cost_usd: float | None


def count(db: Connection, config: int, theta: float, nodes: NodeCounts, spend: Spend) -> Funnel:
    """Count the rest: from indexes, and by what is decided."""
    # a cross join, as SQLite would go through all nodes for a few verdicts
    verdicts = db.rows(
        """select v.verdict, count(*), total(n.reach <= :theta and abs(n.gap) > :theta)
        from verdicts v cross join nodes n on n.comparison = v.comparison where n.config = :config
        group by 1""",
        {"config": config, "theta": theta},
    )
    number = {verdict: count for verdict, count, _ in verdicts}
    return Funnel(
        seeds=db.value(
            "select (select count(*) from seeds) - (select count(*) from seeds where deleted = 1)"
        ),
        encoded=_of_live_seeds(db, "m.seed is not null"),
        metadata=_of_live_seeds(db, "1") - _of_live_seeds(db, "m.state <> 'active'"),
        **asdict(nodes),
        accepted=number.get("accept", 0),
        rejected=number.get("reject", 0),
        undecided=nodes.kept - int(sum(kept for _, _, kept in verdicts)),
        failures=_failures(db, config),
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


def node_counts(
    db: Connection, config: int, theta: float, cap: int, before: NodeCounts | None = None
) -> NodeCounts:
    """Count nodes and lineages, in one scan of a narrow table.

    `before`: as it was before labels were edited or metadata left out, which only makes nodes stale, or puts
    them aside, or no longer.
    """
    values: dict[str, Value] = {"config": config, "theta": theta, "cap": cap}
    counted = before or _scanned(db, values)
    open_ = counted.pending + counted.failed + counted.stale + counted.aside
    stale = db.value(f"select count(*) from nodes n where n.config = :config and n.stale and {OPEN}", values)
    fresh = f"select count(*) from nodes n where n.config = :config and not n.stale and {OPEN}"
    stuck = f"{fresh} and n.place in ({_TROUBLED}) and {failed(FOR_GOOD)}"
    held = db.value(stuck, values) if _failures(db, config) else 0
    aside = db.value(f"{fresh} and n.place in ({ASIDE}) and not {failed(FOR_GOOD)}", values)
    pending = open_ - stale - held - aside
    return replace(counted, stale=stale, failed=held, aside=aside, pending=pending)


def _scanned(db: Connection, values: dict[str, Value]) -> NodeCounts:
    """The counts, with all leaves that have a next step as pending."""
    row = db.row(
        f"""select count(*), count(n.gap), total(n.reach <= :theta and abs(n.gap) > :theta),
            total(n.reach > :theta and n.gap is not null), total({EXHAUSTED}), total({OPEN}), 0, 0, 0
        from nodes n where n.config = :config""",
        values,
    )
    return NodeCounts(*map(int, row or ()))


def _failures(db: Connection, config: int) -> int:
    number: int = db.value("select count(*) from failures where config = ? and open", [config])
    return number
