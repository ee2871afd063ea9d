"""How often each use case, skill or cluster occurs among seeds, and among what is generated, kept, accepted.

Counts only; what they say is worked out in `atlas`. A generated instruction is a basic one, so that a
lineage counts once however long it grew; stale ones do not count.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from codeclm.store.configs import Configs
from codeclm.store.connection import Connection, Row, Value, unpack
from codeclm.store.metadata import BLANK

By = Literal["use case", "skill", "cluster"]
BYS: tuple[By, ...] = ("use case", "skill", "cluster")

_OF_SEEDS: dict[By, str] = {
    "use case": """select l.use_case, count(*) from seeds s join metadata m on m.seed = s.seq
        join labels l on l.seq = m.labels where s.deleted = 0 and l.use_case <> '' group by 1""",
    "skill": """select j.value, count(*) from seeds s join metadata m on m.seed = s.seq
        join labels l on l.seq = m.labels, json_each(l.skills) j where s.deleted = 0 group by 1""",
    "cluster": """select coalesce(t.cluster, 0), count(*) from seeds s
        join spots p on p.kind = 1 and p.record = s.id join places t on t.text = p.text
        where s.deleted = 0 group by 1""",
}
_GROUP: dict[By, tuple[str, str]] = {
    "use case": ("l.use_case", f"join labels l on l.seq = m.labels and not {BLANK}"),
    "skill": ("j.value", "join labels l on l.seq = m.labels, json_each(l.skills) j"),
    "cluster": (
        "coalesce(t.cluster, 0)",
        "join spots p on p.kind = 2 and p.record = n.id join places t on t.text = p.text",
    ),
}
_MEMBERS: dict[By, str] = {
    "use case": "l.use_case = :key",
    "skill": "exists (select 1 from json_each(l.skills) where value = :key)",
    "cluster": """(m.seq in (select seq from metadata where id in (select record from spots p
            join places t on t.text = p.text where p.kind = 0 and coalesce(t.cluster, 0) = :key))
        or m.seed in (select s.seq from spots p join places t on t.text = p.text
            join seeds s on s.id = p.record where p.kind = 1 and coalesce(t.cluster, 0) = :key))""",
}


@dataclass(frozen=True, slots=True)
class Group:
    """A use case, skill or cluster (its number; 0: unclustered) with its counts."""

    key: str | int
    seeds: int = 0
    generated: int = 0
    kept: int = 0
    accepted: int = 0


class Coverage:
    """The counts that coverage is read from, under a config."""

    def __init__(self, db: Connection, configs: Configs) -> None:
        self._db = db
        self._configs = configs

    def groups(self, by: By, config: str | None, theta: float, upto: int | None = None) -> list[Group]:
        """Every group with its counts, that of most seeds first. `upto`: as after this many instructions."""
        seeds: dict[str | int, int] = dict(self._db.rows(_OF_SEEDS[by]))
        made: dict[str | int, Row] = {row[0]: row[1:] for row in self._generated(by, config, theta, upto)}
        groups = [Group(key, seeds.get(key, 0), *made.get(key, (0, 0, 0))) for key in {*seeds, *made}]
        return sorted(groups, key=lambda group: (-group.seeds, -group.generated, str(group.key)))

    def totals(self, config: str | None, theta: float) -> Group:
        """The counts of all, whatever they are about; seeds without metadata too."""
        row = self._db.row(
            """select count(*), total(n.iteration = 1 or n.given),
            total(n.reach <= :theta and abs(n.gap) > :theta), total(v.verdict = 'accept')
            from nodes n left join verdicts v on v.comparison = n.comparison
            where n.config = :config and not n.stale""",
            {"config": self._configs.find(config), "theta": theta},
        ) or (0, 0, 0, 0)
        seeds = self._db.value("select count(*) from seeds where deleted = 0")
        return Group("", seeds, *map(int, row[1:]))

    def runs(self) -> list[tuple[int, float, int]]:
        """(job, when it ended, how many instructions there were then) of every run that made some."""
        found: list[tuple[int, float, int]] = []
        rows = self._db.rows(
            """select seq, finished, reached from jobs where kind in ('run', 'failures')
            and reached is not null and finished is not null order by seq"""
        )
        for job, ended, reached in rows:
            if reached and (not found or found[-1][2] != reached):
                found.append((job, ended, reached))
        return found

    def metadata(self, by: By, key: str | int) -> list[str]:
        """The active metadata of a group, from which more of it can be written, in order."""
        rows = self._db.rows(
            f"""select m.id from metadata m join labels l on l.seq = m.labels where m.state = 'active'
            and not {BLANK} and (m.seed is null or m.seed in (select seq from seeds where deleted = 0))
            and {_MEMBERS[by]} order by m.place""",
            {"key": key},
        )
        return [unpack(row[0]) for row in rows]

    def skills_by_use_case(self, config: str | None, theta: float) -> list[tuple[str, str, int, int, int]]:
        """(use case, skill, metadata, kept, accepted) for every two that occur together; skill '': none."""
        values: dict[str, Value] = {"config": self._configs.find(config), "theta": theta}
        rows = self._db.rows(
            f"""select l.use_case, l.skills, m.seq from metadata m join labels l on l.seq = m.labels
            where m.state = 'active' and not {BLANK}"""
        )
        counted = self._db.rows(
            """select m.seq, total(n.reach <= :theta and abs(n.gap) > :theta), total(v.verdict = 'accept')
            from nodes n join metadata m on m.place = n.place
            left join verdicts v on v.comparison = n.comparison
            where n.config = :config and not n.stale group by 1""",
            values,
        )
        made = {seq: (int(kept), int(accepted)) for seq, kept, accepted in counted}
        lists = {skills: json.loads(skills) or [""] for _, skills, _ in rows}
        return sorted(
            _summed((use, skill, made.get(seq, (0, 0))) for use, all_, seq in rows for skill in lists[all_])
        )

    def _generated(self, by: By, config: str | None, theta: float, upto: int | None) -> list[Row]:
        key, joins = _GROUP[by]
        values: dict[str, Value] = {"config": self._configs.find(config), "theta": theta, "upto": upto}
        return self._db.rows(
            f"""select {key}, total(n.iteration = 1 or n.given),
            total(n.reach <= :theta and abs(n.gap) > :theta), total(v.verdict = 'accept')
            from nodes n join metadata m on m.place = n.place
            left join verdicts v on v.comparison = n.comparison {joins}
            where n.config = :config and not n.stale and (:upto is null or n.instruction <= :upto)
            group by 1""",
            values,
        )


def _summed(rows: Iterable[tuple[str, str, tuple[int, int]]]) -> list[tuple[str, str, int, int, int]]:
    sums: dict[tuple[str, str], tuple[int, int, int]] = defaultdict(lambda: (0, 0, 0))
    for use, skill, (kept, accepted) in rows:
        before = sums[use, skill]
        sums[use, skill] = (before[0] + 1, before[1] + kept, before[2] + accepted)
    return [(*pair, *counts) for pair, counts in sums.items()]
