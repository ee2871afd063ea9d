"""Pairs as a person meets them: pages and queues of comparisons with their state for a θ."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Iterator

from codeclm.records import Pair
from codeclm.store import bulk, marks
from codeclm.store.configs import Configs
from codeclm.store.connection import Connection, Row, Value, columns, pack, unpack
from codeclm.store.decisions import DECISION, read_decision
from codeclm.store.filters import (
    ORDER,
    ORDERS,
    PLACE,
    PLACED,
    PLACES,
    USES,
    PairFilter,
    PairOrder,
    conditions,
)
from codeclm.store.marks import Kind, Mark, Marked
from codeclm.store.nodes import STATUS
from codeclm.store.rows import read_comparison
from codeclm.store.selections import SEED
from codeclm.store.texts import Texts

_JOINS = """left join comparisons c on c.seq = n.comparison
    left join instructions i on i.seq = n.instruction left join metadata m on m.seq = i.metadata
    left join labels l on l.seq = m.labels"""
"""Left joins, as SQLite leaves those out that a filter and its columns do not need."""
_FROM = f"from nodes n {_JOINS}"
_COLUMNS = f"""select i.id, a.id, b.id, k.id, c.strong_first, c.target_first, c.rationales,
    c.id, s.id, s.seq, m.id, l.use_case, l.skills, i.text, a.text, b.text, a.model, b.model,
    a.truncated, b.truncated, n.iteration, i.action, {STATUS}, n.stale, v.verdict, {DECISION}"""
_ANSWERS = f"""join answers a on a.seq = c.strong
    join answers b on b.seq = c.target left join seeds s on s.seq = {SEED}
    left join verdicts v on v.comparison = n.comparison left join decisions d on d.seq = v.entry"""
_MORE = f"join configs k on k.seq = c.config {_ANSWERS}"


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
                {_FROM} where {condition} {ORDER} limit :limit offset :offset) p
            cross join nodes n on n.config = p.config and n.place = p.place and n.sample = p.sample
                and n.iteration = p.iteration and n.id = p.id
            {_JOINS} {_MORE} {ORDER}""",
            {**values, "limit": -1 if limit is None else limit, "offset": offset},
        )
        return [self._pair(row) for row in rows]

    def each(
        self,
        config: str | None,
        theta: float,
        cap: int,
        accepted: bool = False,
    ) -> Iterator[bulk.Scanned]:
        """Every pair, in order, one at a time from one state of the file, without explanations and tags.

        `accepted`: improved nodes that a person accepted come too, in their place.
        """
        condition, values = self._each(config, theta, cap, accepted)
        sql = f"{bulk.COLUMNS} {_FROM} {_ANSWERS} {bulk.JOINS} where {condition} {ORDER}"
        yield from bulk.read(self._texts, self._db.each(sql, values))

    def marks(
        self,
        config: str | None,
        theta: float,
        cap: int,
        accepted: bool = False,
        kinds: Iterable[Kind] | None = None,
        named: bool = False,
        kin: bool = False,
    ) -> Iterator[Mark]:
        """What `each` has, as marks. `kinds`: only pairs of these; `named`: with ids and use cases; `kin`:
        with what tells their families too.
        """
        condition, values = self._each(config, theta, cap, accepted)
        if kinds is not None:
            condition += f" and {marks.KIND} in ({','.join(str(each.number) for each in kinds)})"
        more = marks.KIN if kin else marks.NAMES if named else ""
        source = marks.FROM_NAMED if more else marks.FROM
        sql = f"{marks.COLUMNS}{more} {source} where {condition} {ORDER}"
        return marks.read(self._db.each(sql, values))

    def marked(self, mark: Mark) -> Marked:
        """The pair that a mark stands for, as far as a count needs it."""
        return marks.marked(self._db, self._texts, mark)

    def instruction(self, mark: Mark) -> str:
        """The instruction of the pair that a mark stands for."""
        text: str = self._db.value("select text from instructions where seq = ?", [mark.stored_instruction])
        return text

    def said(self, answer: str) -> int | None:
        """The number of an answer's text, where it is any model's."""
        return self._texts.find(answer)

    def kinds(self, config: str | None, theta: float, cap: int, accepted: bool = False) -> dict[Kind, int]:
        """How many pairs of each kind `each` has: counted without a look at what they say."""
        condition, values = self._each(config, theta, cap, accepted)
        rows = self._db.rows(
            f"""select {marks.KIND} from nodes n left join verdicts v on v.comparison = n.comparison
            where {condition}""",
            values,
        )
        # Counted here, as SQLite would sort them.
        return {marks.kind(number): count for (number,), count in Counter(rows).items()}

    def _each(
        self, config: str | None, theta: float, cap: int, accepted: bool
    ) -> tuple[str, dict[str, Value]]:
        condition, values = self._where(config, theta, cap, None)
        if accepted:
            more = f"({STATUS}) = 'improved' and v.verdict = 'accept'"
            condition = f"n.config = :config and ({condition} or {more})"
        return f"({condition})", values

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
        if order == "rare":
            return self._by_rarity(condition, values)
        rows = self._db.rows(f"select c.id {_FROM} where {condition} {ORDERS[order]}", values)
        return [unpack(id_) for (id_,) in rows]

    def _by_rarity(self, condition: str, values: dict[str, Value]) -> list[str]:
        """Sorted here, as SQLite would count for each row anew."""
        placed = Counter(self._db.rows(PLACED))
        lone, group, joins = (1, PLACE, PLACES) if placed else (0, "l.use_case", "")
        found = self._db.rows(f"select c.id, {group} {_FROM} {joins} where {condition} {ORDER}", values)
        sizes = {name: size for (name,), size in placed.items()} or dict(self._db.rows(USES))
        rarity = [sizes.get(name, lone) for _, name in found]
        return [unpack(found[at][0]) for at in sorted(range(len(found)), key=rarity.__getitem__)]

    def instructions(
        self, config: str | None, theta: float, cap: int, where: PairFilter | None = None
    ) -> tuple[list[str], list[str], list[float]]:
        """The ids, instructions and gaps of the pairs, in order, without what else belongs to them."""
        condition, values = self._where(config, theta, cap, where)
        rows = self._db.each(f"select c.id, i.text, n.gap {_FROM} where {condition} {ORDER}", values)
        ids, texts, gaps = columns(rows, 3)
        return [unpack(each) for each in ids], texts, gaps

    def get(self, pair: str, theta: float, cap: int, config: str | None = None) -> Pair | None:
        """One pair, of whatever status; an imported one has the state that it has under `config`."""
        row = self._db.row(
            f"""{_COLUMNS} {_FROM} {_MORE} where c.id = :id and n.config in (:config, c.config)
            order by n.config = :config desc""",
            {"id": pack(pair), "config": self._configs.find(config), "theta": theta, "cap": cap},
        )
        return None if row is None else self._pair(row)

    def _where(
        self, config: str | None, theta: float, cap: int, where: PairFilter | None
    ) -> tuple[str, dict[str, Value]]:
        where = where or PairFilter()
        parts, values = ["n.config = :config and n.comparison is not null"], dict[str, Value]()
        values |= {"config": self._configs.find(config), "theta": theta, "cap": cap}
        for condition, name, value in conditions(where):
            parts.append(condition)
            if name:
                values[name] = value
        return " and ".join(parts), values

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
