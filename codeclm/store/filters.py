"""Filters and orders of pairs, as conditions over a node `n` and what is joined to it; reads nothing."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from codeclm.records import AnswerRole, Status
from codeclm.store.connection import Value, pack
from codeclm.store.nodes import STATUS
from codeclm.store.searching import each_word
from codeclm.store.selections import IN_SELECTION, SEED

PairStatus = Status | Literal["accepted", "rejected"]
PairOrder = Literal["lineage", "random", "theta", "orders", "rare"]
"""As the loop made them; at random, so that the first ones are a fair sample; nearest to θ first; those
first whose two orders of scores differ the most; those first whose cluster on the map is the smallest (of
one, where it is in none), or without a map their use case."""

CLUSTER = """coalesce(
    (select cluster from spots where kind = 2 and number = n.instruction),
    (select cluster from spots where kind = 0 and number = m.seq))"""
"""The cluster of node `n` on the map, or that of its metadata `m`."""
_EXACT = {
    "use_case": "l.use_case = :use_case",
    "skill": "exists (select 1 from json_each(l.skills) where value = :skill)",
    "tag": f"{SEED} in (select seed from seed_tags where tag = :tag)",
    "iteration": "n.iteration = :iteration",
    "metadata": "m.id = :metadata",
    "undecided_by": """not exists (select 1 from standing t where t.comparison = n.comparison and not t.undone
        and t.reviewer = :undecided_by)""",
    "decided_by": """exists (select 1 from standing t where t.comparison = n.comparison and not t.undone
        and t.reviewer = :decided_by)""",
    "gap_from": "abs(n.gap) >= :gap_from",
    "gap_to": "abs(n.gap) <= :gap_to",
    "stale": "n.stale = :stale",
    "flagged": "(n.comparison in (select comparison from flags)) = :flagged",
    "cluster": f"{CLUSTER} = :cluster",
    "selection": IN_SELECTION,
    "remarked": "(n.instruction in (select instruction from remarks)) = :remarked",
}
"""What each field of a filter demands, where it is given."""
_ID = re.compile("[0-9a-f]{20}").fullmatch
ORDER = "order by n.place, n.sample, n.iteration, n.id"
_FIRST = "((c.strong_first ->> 0) - (c.strong_first ->> 1))"
_SECOND = "((c.target_first ->> 0) - (c.target_first ->> 1))"
PLACED = "select cluster from spots where kind in (0, 2) and cluster is not null"
"""The cluster of every metadata and instruction that has one."""
PLACES = """left join spots p on p.kind = 2 and p.number = n.instruction
    left join spots q on q.kind = 0 and q.number = i.metadata"""
PLACE = "coalesce(nullif(p.cluster, 0), q.cluster)"
"""The cluster of node `n`, or that of its metadata, by a join: for very many."""
USES = """select s.use_case, count(*) from metadata r join labels s on s.seq = r.labels
    where r.state = 'active' group by 1"""
ORDERS: dict[PairOrder, str] = {
    "lineage": ORDER,
    "rare": ORDER,
    # An id is a hash: no content, score or age has a say in it.
    "random": "order by c.id",
    "theta": ORDER.replace("by", "by abs(abs(n.gap) - :theta),"),
    "orders": ORDER.replace("by", f"by abs({_FIRST} - {_SECOND}) desc,"),
}


@dataclass(frozen=True, slots=True)
class PairFilter:
    """Which pairs. Status None: results (kept, superseded, exhausted, pending); accepted and rejected
    are decisions and bring improved nodes too. `search`: words of the instruction, all of them and whatever
    their case, a phrase in quotes; or the id of the pair, or of its instruction.
    """

    status: PairStatus | None = None
    search: str = ""
    use_case: str | None = None
    skill: str | None = None
    tag: str | None = None
    iteration: int | None = None
    metadata: str | None = None
    winner: AnswerRole | None = None
    decision: Literal["accept", "reject", "conflict", "none"] | None = None
    undecided_by: str | None = None
    """Only what this reviewer has not decided."""
    decided_by: str | None = None
    gap_from: float | None = None
    gap_to: float | None = None
    """Bounds of |gap|, both included."""
    stale: bool | None = None
    flagged: bool | None = None
    cluster: int | None = None
    """On the map."""
    selection: str | None = None
    """The name of one: what is in it, or whose metadata or seed is."""
    remarked: bool | None = None
    """Whether something was noted of the instruction, such as drift."""


def conditions(where: PairFilter) -> Iterator[tuple[str, str, Value]]:
    """Each condition that a filter makes, with the name and value that it binds."""
    verdict = "(select verdict from verdicts where comparison = n.comparison)"
    if where.status == "accepted" or where.status == "rejected":
        yield f"{verdict} = :standing", "standing", where.status.removesuffix("ed")
    elif where.status is None:
        yield f"({STATUS}) <> 'improved'", "", None
    else:
        yield f"({STATUS}) = :status", "status", where.status
    if _ID(where.search.strip()):
        yield "(c.id = :search or i.id = :search)", "search", pack(where.search.strip())
    else:
        for number, (condition, value) in enumerate(each_word("i.text", where.search)):
            yield condition.replace("?", f":search{number}"), f"search{number}", value
    for name, condition in _EXACT.items():
        value = getattr(where, name)
        if value is not None:
            yield condition, name, pack(value) if name == "metadata" else value
    if where.winner is not None:
        yield f"n.gap {'>' if where.winner == 'strong' else '<'} 0", "", None
    if where.decision == "none":
        yield f"{verdict} is null", "", None
    elif where.decision is not None:
        yield f"{verdict} = :verdict", "verdict", where.decision
