"""How often each use case, skill or cluster occurs among seeds, and among what is generated, kept, accepted.

Counts only; what they say is worked out in `atlas`. A generated instruction is a basic one, so that a
lineage counts once however long it grew; stale ones do not count.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

from codeclm.store.configs import Configs
from codeclm.store.connection import Connection, Row, Value, unpack
from codeclm.store.metadata import BLANK

By = Literal["use case", "skill", "cluster"]
BYS: tuple[By, ...] = ("use case", "skill", "cluster")

_LABELLED = "metadata m join labels l on l.seq = m.labels"
_SEEDED = f"""{_LABELLED}
    where m.seed is not null and m.seed not in (select seq from seeds where deleted = 1)"""
_OF_SEEDS: dict[By, str] = {
    "use case": f"select l.use_case, count(*) from {_SEEDED} and l.use_case <> '' group by 1",
    "skill": f"select l.skills, count(*) from {_SEEDED} group by 1",
    "cluster": """select coalesce(cluster, 0), count(*) from spots
        where kind = 1 and record not in (select id from seeds where deleted = 1) group by 1""",
}
"""By skill, whole lists are counted, of which there are fewer than skills in all rows."""
_GROUP: dict[By, tuple[str, str]] = {
    "use case": (
        "l.use_case",
        f"join metadata m on m.place = n.place join labels l on l.seq = m.labels and not {BLANK}",
    ),
    "skill": ("l.skills", "join metadata m on m.place = n.place join labels l on l.seq = m.labels"),
    "cluster": ("coalesce(p.cluster, 0)", "join spots p on p.kind = 2 and p.record = n.id"),
}
_ACTIVE = f"m.state = 'active' and not {BLANK}"
_COUNTS = """total(n.iteration = 1 or n.given), total(n.reach <= :theta and abs(n.gap) > :theta),
    total(v.verdict = 'accept')"""
"""What is generated, kept and accepted of nodes `n` with their verdicts `v`."""
_MEMBERS: dict[By, str] = {
    "use case": "l.use_case = :key",
    "skill": "exists (select 1 from json_each(l.skills) where value = :key)",
    "cluster": """(m.id in (select record from spots where kind = 0 and coalesce(cluster, 0) = :key)
        or m.seed in (select s.seq from spots p join seeds s on s.id = p.record
            where p.kind = 1 and coalesce(p.cluster, 0) = :key))""",
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

    def groups(self, by: By, config: str | None, theta: float) -> list[Group]:
        """Every group with its counts, that of most seeds first."""
        return self.course(by, config, theta, [])[-1]

    def course(self, by: By, config: str | None, theta: float, upto: Sequence[int]) -> list[list[Group]]:
        """`groups` as they were after so many instructions each, in ascending order, and as they are now."""
        seeds, steps = self._seeds(by), self._generated(by, config, theta, upto)
        sums = defaultdict[str | int, list[int]](lambda: [0, 0, 0])
        found: list[list[Group]] = []
        for step in steps:
            for key, counts in step.items():
                _add(sums[key], counts)
            groups = [Group(key, seeds.get(key, 0), *sums.get(key, (0, 0, 0))) for key in {*seeds, *sums}]
            found.append(sorted(groups, key=lambda group: (-group.seeds, -group.generated, str(group.key))))
        return found

    def totals(self, config: str | None, theta: float) -> Group:
        """The counts of all, whatever they are about; seeds without metadata too."""
        row = self._db.row(
            f"""select {_COUNTS} from nodes n left join verdicts v on v.comparison = n.comparison
            where n.config = :config and not n.stale""",
            {"config": self._configs.find(config), "theta": theta},
        ) or (0, 0, 0)
        seeds = self._db.value("select count(*) from seeds where deleted = 0")
        return Group("", seeds, *map(int, row))

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

    def skills_by_use_case(
        self, config: str | None, theta: float, most: int
    ) -> list[tuple[str, str, int, int, int]]:
        """(use case, skill, metadata, kept, accepted) for every two that occur together; skill '': none.

        `most`: of so many use cases, those with the most metadata.
        """
        rows = self._db.each(
            f"""with made as materialized (select n.place, {_COUNTS} from nodes n
                left join verdicts v on v.comparison = n.comparison
                where n.config = :config and not n.stale group by 1),
            largest as materialized (select l.use_case from {_LABELLED} where {_ACTIVE} group by 1
                order by count(*) desc, 1 limit :most)
            select l.use_case, l.skills, made.* from {_LABELLED}
            left join made on made.place = m.place where {_ACTIVE}
            and l.use_case in (select use_case from largest)""",
            {"config": self._configs.find(config), "theta": theta, "most": most},
        )
        lists = defaultdict[tuple[str, str], list[int]](lambda: [0, 0, 0])
        for use, skills, _, _, kept, accepted in rows:
            counts = lists[use, skills]
            counts[0] += 1
            counts[1] += int(kept or 0)
            counts[2] += int(accepted or 0)
        sums = defaultdict[tuple[str, str], list[int]](lambda: [0, 0, 0])
        for (use, skills), counts in lists.items():
            for skill in json.loads(skills) or [""]:
                _add(sums[use, skill], counts)
        return sorted((*pair, count, kept, accepted) for pair, (count, kept, accepted) in sums.items())

    def _seeds(self, by: By) -> dict[str | int, int]:
        rows = self._db.rows(_OF_SEEDS[by])
        return {key: count for key, (count,) in _each_skill(rows).items()} if by == "skill" else dict(rows)

    def _generated(
        self, by: By, config: str | None, theta: float, upto: Sequence[int]
    ) -> list[dict[str | int, list[int]]]:
        """The counts of each step: from one number of instructions to the next, and since the last."""
        key, joins = _GROUP[by]
        whens = " ".join(f"when n.instruction <= {int(each)} then {at}" for at, each in enumerate(upto))
        step = f"case {whens} else {len(upto)} end" if upto else "0"
        values: dict[str, Value] = {"config": self._configs.find(config), "theta": theta}
        rows = self._db.rows(
            f"""select {step}, {key}, {_COUNTS} from nodes n {joins}
            left join verdicts v on v.comparison = n.comparison
            where n.config = :config and not n.stale group by 1, 2""",
            values,
        )
        steps: list[list[Row]] = [[] for _ in range(len(upto) + 1)]
        for at, *row in rows:
            steps[at].append(tuple(row))
        if by == "skill":
            return [_each_skill(each) for each in steps]
        return [{key: [*map(int, counts)] for key, *counts in each} for each in steps]


def _each_skill(rows: Iterable[Row]) -> dict[str | int, list[int]]:
    """Counts by whole lists of skills as counts by single ones."""
    sums: dict[str | int, list[int]] = {}
    for skills, *counts in rows:
        for skill in json.loads(skills):
            _add(sums.setdefault(skill, [0] * len(counts)), [*map(int, counts)])
    return sums


def _add(sums: list[int], counts: Sequence[int]) -> None:
    for at, count in enumerate(counts):
        sums[at] += count
