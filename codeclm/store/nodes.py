"""Nodes: an instruction as reached under a config, with all that its state for any θ is read from.

`reach` is the largest |gap| over the nodes before it on its path, so that, locally and for any θ:

    reach > θ                     superseded
    |gap| > θ                     kept
    not a leaf                    improved
    iteration at the cap          exhausted
    else                          pending

An instruction that a person gave (edited or imported) starts a path of its own: an edit is no
improvement, and what it was made from neither passes for it nor waits for it. Knows no texts.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from codeclm.errors import ProjectError
from codeclm.store.configs import Configs
from codeclm.store.connection import Connection, Row
from codeclm.store.metadata import BLANK

STATUS = """case when n.reach > :theta then 'superseded' when abs(n.gap) > :theta then 'kept'
    when not n.leaf then 'improved' when n.iteration >= :cap then 'exhausted' else 'pending' end"""
"""The state of a scored node `n`."""

OPEN = """(n.leaf and n.reach <= :theta and case when n.gap is null then n.iteration <= :cap
    else abs(n.gap) <= :theta and n.iteration < :cap end)"""
"""Whether node `n` is a leaf with a next step: to be answered and scored, or improved."""

EXHAUSTED = """(n.leaf and n.reach <= :theta and case when n.gap is null then n.iteration > :cap
    else abs(n.gap) <= :theta and n.iteration >= :cap end)"""
"""Whether node `n` is a leaf at the cap; without scores it is one only where the cap was lowered since."""

_KEY = """config = ? and (place, sample, iteration, id) = (select m.place, i.sample, i.iteration, i.id
    from instructions i join metadata m on m.seq = i.metadata where i.seq = ?)"""

_INSERT = f"""insert into nodes
    select ?, m.place, i.sample, i.iteration, i.id, i.seq, ?, ?, ?, 1, ?, i.labels <> m.labels and not {BLANK}
    from instructions i join metadata m on m.seq = i.metadata join labels l on l.seq = i.labels
    where i.seq = ?"""
"""Of a config, comparison, gap, reach, whether a person gave it, and the instruction."""

CAME_WITH_PAIRS = """(m.origin = 'imported' and exists (select 1 from nodes g
    join instructions i on i.seq = g.instruction
    where g.config = :config and g.place = m.place and g.given and not g.stale and i.origin = 'imported'))"""
"""Whether metadata `m` has instructions of a file: then basic ones are written only where asked for."""

ASIDE = """select m.place from metadata m where m.state <> 'active'
    union select m.place from seeds s join metadata m on m.seed = s.seq where s.deleted = 1"""
"""The places of the metadata that no run works on."""


def failed(condition: str) -> str:
    """Whether the next step of leaf `n` has a failure `f` for which the condition holds."""
    return f"""(n.id in (select f.record from failures f where f.config = :config and {condition})
    or n.gap is not null and n.place in (select m.place from failures f join metadata m on m.id = f.record
        where f.config = :config and f.stage = 'rubrics' and {condition}))"""


FOR_GOOD = "f.open and not f.transport and f.attempt >= f.wanted"
"""Failure `f` came by reply, and nobody has asked to retry it: no run takes it up."""

Held = Literal["left behind", "failed", "left out"]
HELD = f"""case when n.stale then 'left behind' when {failed(FOR_GOOD)} then 'failed'
    when n.place in ({ASIDE}) then 'left out' end"""
"""Why no run goes on from pending node `n`: an edit of its labels left it behind, a step failed for good, or
its metadata or seed is left out. Null: one does."""


def endless(db: Connection) -> ProjectError:
    """Instructions of a file stand in a circle, each made from the next."""
    return ProjectError(f"{db.path}: an instruction grew from itself; the file is damaged. Put back a copy.")


class Nodes:
    """Keeps the table of nodes true to what is added."""

    def __init__(self, db: Connection, configs: Configs) -> None:
        self._db = db
        self._configs = configs

    def link(self, config: int, instruction: int) -> None:
        """Note that an instruction was reached under a config, and wherever that one's records show.

        ProjectError: the file is damaged, so that there is no end of what it grew from.
        """
        for shown in self._configs.shown_under(config):
            try:
                self._link(shown, instruction)
            except RecursionError:
                raise endless(self._db) from None

    def give(self, config: int, given: Sequence[Row]) -> None:
        """Note instructions of no parent that nobody met before: place, sample, iteration, id, number,
        comparison and gap where there is one, and whether its labels are stale."""
        for shown in self._configs.shown_under(config):
            self._db.fill("nodes", [(shown, *node, 0.0, 1, 1, stale) for *node, stale in given])

    def unlink(self, instruction: int) -> None:
        """Forget that an instruction without scores or children was reached."""
        for config in self._configs.all():
            node = self._node(config, instruction)
            if node is not None and node[0] is None and node[2]:
                self._db.execute(f"delete from nodes where {_KEY}", [config, instruction])

    def score(self, config: int, instruction: int, comparison: int, gap: float) -> None:
        """Give a node its scores; those it has already stay."""
        for shown in self._configs.shown_under(config):
            node = self._scored(shown, instruction, comparison, gap)
            if node is None:
                self._link(shown, instruction)
                node = self._scored(shown, instruction, comparison, gap)
            if node is not None and not node[0]:
                self._pass_on(shown, instruction, max(node[1], abs(gap)))

    def _scored(self, config: int, instruction: int, comparison: int, gap: float) -> Row | None:
        """Whether a node that had no scores until now is a leaf, and its reach."""
        return self._db.row(
            f"""update nodes set comparison = ?, gap = ? where comparison is null and {_KEY}
            returning leaf, reach""",
            [comparison, gap, config, instruction],
        )

    def _link(self, config: int, instruction: int) -> None:
        parent, origin, known = self._origin(config, instruction)
        if known:
            return
        reach, given = 0.0, int(origin != "generated")
        # What a person gave improves on nothing.
        if parent is not None and not given:
            node = self._grown(config, parent)
            if node is None:
                self._link(config, parent)
                node = self._grown(config, parent)
            gap, above, given = node or (None, 0.0, 0)
            reach = max(above, abs(gap or 0.0))
        self._db.execute(_INSERT, [config, None, None, reach, given, instruction])

    def _grown(self, config: int, instruction: int) -> Row | None:
        """A node is no leaf any more: its gap, reach, and whether a person gave it."""
        return self._db.row(
            f"update nodes set leaf = 0 where {_KEY} returning gap, reach, given", [config, instruction]
        )

    def _pass_on(self, config: int, instruction: int, reach: float) -> None:
        children = self._db.rows(
            "select seq from instructions where parent = ? and origin = 'generated'", [instruction]
        )
        for (child,) in children:
            node = self._node(config, child)
            # Where nothing changes, nothing does below: in a damaged file that may be a circle.
            if node is not None and node[1] != reach:
                self._db.execute(f"update nodes set reach = ? where {_KEY}", [reach, config, child])
                self._pass_on(config, child, max(reach, abs(node[0] or 0.0)))

    def _node(self, config: int, instruction: int) -> Row | None:
        """(gap, reach, leaf, given) of a node."""
        return self._db.row(f"select gap, reach, leaf, given from nodes where {_KEY}", [config, instruction])

    def _origin(self, config: int, instruction: int) -> Row:
        """What an instruction was made from, by whom, and whether it has a node under a config."""
        row = self._db.row(
            """select i.parent, i.origin, n.id is not null from instructions i
            join metadata m on m.seq = i.metadata left join nodes n on n.config = ? and n.place = m.place
                and n.sample = i.sample and n.iteration = i.iteration and n.id = i.id
            where i.seq = ?""",
            [config, instruction],
        )
        assert row is not None  # noqa: S101 - a foreign key says so
        return row
