"""Labels renamed or merged over all metadata at once: previewed, logged, and undone as one.

Each row's own history tells of it too. What was edited by hand since an undo leaves alone.
"""

from __future__ import annotations

import json
import time
from collections.abc import Collection
from dataclasses import dataclass
from typing import Literal

from codeclm.errors import ProjectError
from codeclm.records import Labels, Metadata
from codeclm.store.connection import Connection, dump, pack, unpack
from codeclm.store.metadata import MetadataFilter, MetadataRoom

Facet = Literal["use case", "skill"]
AUTHOR = "relabelled"


@dataclass(frozen=True, slots=True)
class Preview:
    """What a change of labels would touch: rows, and the instructions and pairs that become stale."""

    metadata: int
    instructions: int
    pairs: int


@dataclass(frozen=True, slots=True)
class Relabel:
    """A change that was made: which labels became which, when (seconds since the epoch), on how many rows."""

    id: int
    facet: Facet
    old: tuple[str, ...]
    new: str
    at: float
    metadata: int
    undone: bool


class Relabels:
    """Changes of labels in bulk. `old` labels, one or several, become `new`: a rename, or a merge."""

    def __init__(self, db: Connection, metadata: MetadataRoom) -> None:
        self._db = db
        self._metadata = metadata

    def preview(self, facet: Facet, old: Collection[str], new: str) -> Preview:
        """What it would touch."""
        rows = self._rows(facet, old, new)
        affected = [self._metadata.affected(row.id) for row in rows]
        return Preview(len(rows), sum(each[0] for each in affected), sum(each[1] for each in affected))

    def apply(self, facet: Facet, old: Collection[str], new: str) -> int:
        """Make the change: its number. ProjectError: no row has such a label."""
        with self._db.write():
            rows = self._rows(facet, old, new)
            if not rows:
                raise ProjectError(
                    f"{self._db.path}: no metadata has {' or '.join(old)!r}; nothing was changed. "
                    "Take a label as it is written."
                )
            what = dump({"facet": facet, "old": sorted(old), "new": new})
            seq = self._db.insert(
                "insert into relabels (at, what, undone) values (?, ?, 0)", [time.time(), what]
            )
            for row in rows:
                before = self._labels(row.id)
                self._metadata.revise(row.id, _changed(row.labels, facet, old, new), AUTHOR)
                self._db.execute(
                    "insert into relabelled select ?, seq, ?, labels from metadata where id = ?",
                    [seq, before, pack(row.id)],
                )
        assert seq is not None  # noqa: S101 - nothing there to conflict with
        return seq

    def undo(self, relabel: int) -> int:
        """Give back the old labels to rows that nobody has edited since: how many."""
        with self._db.write():
            rows = self._db.rows(
                """select m.id, l.use_case, l.skills from relabelled r join metadata m on m.seq = r.metadata
                join labels l on l.seq = r.old where r.relabel = ? and m.labels = r.new""",
                [relabel],
            )
            for id_, use_case, skills in rows:
                self._metadata.revise(unpack(id_), Labels(use_case, tuple(json.loads(skills))), AUTHOR)
            self._db.execute("update relabels set undone = 1 where seq = ?", [relabel])
        return len(rows)

    def recent(self, limit: int = 10) -> list[Relabel]:
        """The last changes, newest first."""
        rows = self._db.rows(
            """select r.seq, r.what, r.at, (select count(*) from relabelled where relabel = r.seq), r.undone
            from relabels r order by r.seq desc limit ?""",
            [limit],
        )
        found = []
        for seq, what, at, count, undone in rows:
            told = json.loads(what)
            found.append(
                Relabel(seq, told["facet"], tuple(told["old"]), told["new"], at, count, bool(undone))
            )
        return found

    def _rows(self, facet: Facet, old: Collection[str], new: str) -> list[Metadata]:
        """The rows that would change, in order."""
        found: dict[str, Metadata] = {}
        for label in old:
            use, skill = (label, None) if facet == "use case" else (None, label)
            for row in self._metadata.page(MetadataFilter(use_case=use, skill=skill), limit=None):
                if _changed(row.labels, facet, old, new) != row.labels:
                    found[row.id] = row
        return list(found.values())

    def _labels(self, metadata: str) -> int:
        seq: int = self._db.value("select labels from metadata where id = ?", [pack(metadata)])
        return seq


def _changed(labels: Labels, facet: Facet, old: Collection[str], new: str) -> Labels:
    if facet == "use case":
        return Labels(new if labels.use_case in old else labels.use_case, labels.skills)
    return Labels(
        labels.use_case, tuple(dict.fromkeys(new if skill in old else skill for skill in labels.skills))
    )
