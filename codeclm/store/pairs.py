"""Pairs as a person meets them: pages and queues of comparisons with their state for a θ."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from codeclm.records import AnswerRole, Pair, Status
from codeclm.store import bulk
from codeclm.store.configs import Configs
from codeclm.store.connection import Connection, Row, Value, pack, search, unpack
from codeclm.store.decisions import DECISION, read_decision
from codeclm.store.nodes import STATUS
from codeclm.store.rows import read_comparison
from codeclm.store.texts import Texts

PairStatus = Status | Literal["accepted", "rejected"]
PairOrder = Literal["lineage", "theta", "orders", "rare"]
"""As the loop made them; nearest to θ first; those first whose two orders of scores differ the most; those
first whose cluster on the map is the smallest, or without a map their use case."""

_JOINS = """left join comparisons c on c.seq = n.comparison
    left join instructions i on i.seq = n.instruction left join metadata m on m.seq = i.metadata
    left join labels l on l.seq = m.labels"""
"""Left joins, as SQLite leaves those out that a filter and its columns do not need."""
_FROM = f"from nodes n {_JOINS}"
_COLUMNS = f"""select i.id, a.id, b.id, k.id, c.strong_first, c.target_first, c.rationales,
    c.id, s.id, m.seed, m.id, l.use_case, l.skills, i.text, a.text, b.text, a.model, b.model,
    a.truncated, b.truncated, n.iteration, i.action, {STATUS}, n.stale, v.verdict, {DECISION}"""
_MORE = """join configs k on k.seq = c.config join answers a on a.seq = c.strong
    join answers b on b.seq = c.target left join seeds s on s.seq = m.seed
    left join verdicts v on v.comparison = n.comparison left join decisions d on d.seq = v.entry"""
CLUSTER = """coalesce(
    (select t.cluster from spots s join places t on t.text = s.text where s.kind = 2 and s.record = n.id),
    (select t.cluster from spots s join places t on t.text = s.text where s.kind = 0 and s.record = m.id))"""
"""The cluster of node `n` on the map, or that of its metadata `m`."""
_EXACT = {
    "use_case": "l.use_case = :use_case",
    "skill": "exists (select 1 from json_each(l.skills) where value = :skill)",
    "tag": "m.seed in (select seed from seed_tags where tag = :tag)",
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
}
"""What each field of a filter demands, where it is given."""
_ORDER = "order by n.place, n.sample, n.iteration, n.id"
_FIRST = "((c.strong_first ->> 0) - (c.strong_first ->> 1))"
_SECOND = "((c.target_first ->> 0) - (c.target_first ->> 1))"
_SIZES = """with uses as materialized (select s.use_case, count(*) as size from metadata r
        join labels s on s.seq = r.labels where r.state = 'active' group by 1),
    clustered as materialized (select t.cluster, count(*) as size from spots s
        join places t on t.text = s.text where s.kind in (0, 2) and t.cluster is not null group by 1)"""
_RARE = f"""coalesce((select size from clustered where cluster = {CLUSTER}),
    (select size from uses where use_case = l.use_case))"""
_ORDERS: dict[PairOrder, str] = {
    "lineage": _ORDER,
    "theta": _ORDER.replace("by", "by abs(abs(n.gap) - :theta),"),
    "orders": _ORDER.replace("by", f"by abs({_FIRST} - {_SECOND}) desc,"),
    "rare": _ORDER.replace("by", f"by {_RARE},"),
}


@dataclass(frozen=True, slots=True)
class PairFilter:
    """Which pairs. Status None: results (kept, superseded, exhausted, pending); accepted and rejected
    are decisions and bring improved nodes too. `search`: a part of the instruction, whatever its case.
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


class Pairs:
    """The comparisons of a config, by seed, metadata, sample, iteration. `cap`: the iterations allowed."""

    def __init__(self, db: Connection, configs: Configs, texts: Texts) -> None:
        self._db = db
        self._configs = configs
        self._texts = texts

    def page(
        self,
        config: str | None,
        theta: float,
        cap: int,
        where: PairFilter | None = None,
        offset: int = 0,
        limit: int | None = 50,
    ) -> list[Pair]:
        """Some pairs, in order; limit None: all. Config None: none is in use yet, so imported pairs."""
        condition, values = self._where(config, theta, cap, where)
        rows = self._db.rows(
            f"""{_COLUMNS} from (select n.config, n.place, n.sample, n.iteration, n.id
                {_FROM} where {condition} {_ORDER} limit :limit offset :offset) p
            cross join nodes n on n.config = p.config and n.place = p.place and n.sample = p.sample
                and n.iteration = p.iteration and n.id = p.id
            {_JOINS} {_MORE} {_ORDER}""",
            {**values, "limit": -1 if limit is None else limit, "offset": offset},
        )
        return [self._pair(row) for row in rows]

    def each(
        self,
        config: str | None,
        theta: float,
        cap: int,
        where: PairFilter | None = None,
        accepted: bool = False,
    ) -> Iterator[Pair]:
        """Every pair, in order, one at a time from one state of the file, without explanations and tags.

        `accepted`: improved nodes that a person accepted come too, in their place.
        """
        condition, values = self._where(config, theta, cap, where)
        if accepted:
            more = f"({STATUS}) = 'improved' and v.verdict = 'accept'"
            condition = f"n.config = :config and ({condition} or {more})"
        sql = f"{bulk.COLUMNS} {_FROM} {_MORE} {bulk.JOINS} where {condition} {_ORDER}"
        yield from bulk.read(self._texts, self._db.each(sql, values))

    def count(self, config: str | None, theta: float, cap: int, where: PairFilter | None = None) -> int:
        """How many `page` has in all."""
        condition, values = self._where(config, theta, cap, where)
        number: int = self._db.value(f"select count(*) {_FROM} where {condition}", values)
        return number

    def ids(
        self,
        config: str | None,
        theta: float,
        cap: int,
        where: PairFilter | None = None,
        order: PairOrder = "lineage",
    ) -> list[str]:
        """The ids of the pairs, in order: a queue for review."""
        condition, values = self._where(config, theta, cap, where)
        sizes = _SIZES if order == "rare" else ""
        rows = self._db.rows(f"{sizes} select c.id {_FROM} where {condition} {_ORDERS[order]}", values)
        return [unpack(row[0]) for row in rows]

    def instructions(
        self, config: str | None, theta: float, cap: int, where: PairFilter | None = None
    ) -> list[tuple[str, str, float]]:
        """(pair, instruction, gap) of the pairs, in order, without what else belongs to them."""
        condition, values = self._where(config, theta, cap, where)
        rows = self._db.rows(f"select c.id, i.text, n.gap {_FROM} where {condition} {_ORDER}", values)
        return [(unpack(pair), text, gap) for pair, text, gap in rows]

    def get(self, pair: str, theta: float, cap: int, config: str | None = None) -> Pair | None:
        """One pair, of whatever status; an imported one has the state that it has under `config`."""
        row = self._db.row(
            f"""{_COLUMNS} {_FROM} {_MORE} where c.id = :id and n.config in (:config, c.config)
            order by n.config = :config desc""",
            {"id": pack(pair), "config": self._configs.find(config), "theta": theta, "cap": cap},
        )
        return None if row is None else self._pair(row)

    def scores(self, config: str | None) -> list[tuple[int, float, float, bool]]:
        """(iteration, signed gap, reach, leaf) of every scored node: what a sweep over θ needs."""
        rows = self._db.rows(
            "select iteration, gap, reach, leaf from nodes where config = ? and gap is not null",
            [self._configs.find(config)],
        )
        return [(iteration, gap, reach, bool(leaf)) for iteration, gap, reach, leaf in rows]

    def _where(
        self, config: str | None, theta: float, cap: int, where: PairFilter | None
    ) -> tuple[str, dict[str, Value]]:
        where = where or PairFilter()
        conditions, values = ["n.config = :config and n.comparison is not null"], dict[str, Value]()
        values |= {"config": self._configs.find(config), "theta": theta, "cap": cap}
        for condition, name, value in _conditions(where):
            conditions.append(condition)
            if name:
                values[name] = value
        return " and ".join(conditions), values

    def _pair(self, row: Row) -> Pair:
        id_, seed, seed_seq, metadata, use_case, skills, text, strong, target = row[7:16]
        strong_model, target_model, strong_cut, target_cut, iteration, action, status, stale, verdict = row[
            16:25
        ]
        tags = self._db.rows("select tag from seed_tags where seed = ? order by tag", [seed_seq])
        return Pair(
            id=unpack(id_),
            seed=None if seed is None else unpack(seed),
            metadata=unpack(metadata),
            use_case=use_case,
            skills=tuple(json.loads(skills)),
            instruction_id=unpack(row[0]),
            instruction=text,
            strong=self._texts.get(strong),
            target=self._texts.get(target),
            strong_model=strong_model,
            target_model=target_model,
            strong_truncated=bool(strong_cut),
            target_truncated=bool(target_cut),
            comparison=read_comparison(self._texts, row[:7]),
            iteration=iteration,
            action=action,
            status=status,
            stale=bool(stale),
            decision=read_decision(unpack(id_), row[25:]),
            conflict=verdict == "conflict",
            tags=tuple(tag[0] for tag in tags),
        )


def _conditions(where: PairFilter) -> Iterator[tuple[str, str, Value]]:
    """Each condition that a filter makes, with the name and value that it binds."""
    verdict = "(select verdict from verdicts where comparison = n.comparison)"
    if where.status == "accepted" or where.status == "rejected":
        yield f"{verdict} = :standing", "standing", where.status.removesuffix("ed")
    elif where.status is None:
        yield f"({STATUS}) <> 'improved'", "", None
    else:
        yield f"({STATUS}) = :status", "status", where.status
    if where.search:
        condition, values = search("i.text", where.search)
        yield condition.replace("?", ":search", 1), "search", values[0]
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
