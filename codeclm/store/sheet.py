"""What a map is drawn from, as plain columns, each read by itself: what changed is read anew, and no more.

Records go by their row numbers here, so that columns can be put together without a look at the file. Knows
no array library.
"""

from __future__ import annotations

import json
from typing import NamedTuple

from codeclm.store.configs import Configs
from codeclm.store.connection import Connection, Value, columns, unpack
from codeclm.store.mapped import KINDS, MapKind, most, read_each, sampled
from codeclm.store.nodes import STATUS

_REVISED = "select metadata from revisions where seq > :since"
_OF_REVISED = f"and n.place in (select place from metadata where seq in ({_REVISED}))"
_METADATA: dict[MapKind, str] = {"metadata": "x.seq", "seeds": "0", "instructions": "x.metadata"}


class Spots(NamedTuple):
    """The records of a kind that were put on the map, whatever became of them; in order of their numbers."""

    id: list[str]
    x: list[float]
    y: list[float]
    cluster: list[int]
    """0: unclustered."""
    number: list[int]
    metadata: list[int]
    """Of a seed 0: which metadata is of it, that one says."""


class Labelled(NamedTuple):
    """Metadata by number, with its seed (0: none) and newest labels."""

    number: list[int]
    seed: list[int]
    use_case: list[str]
    skills: list[int]
    """As a place among the `lists`."""
    lists: list[tuple[str, ...]]
    """Each once."""


class Reached(NamedTuple):
    """The nodes of a config that are not stale, with their state for a θ and a cap."""

    instruction: list[int]
    metadata: list[int]
    iteration: list[int]
    given: list[int]
    """1: a person gave it."""
    gap: list[float | None]
    state: list[str]
    comparison: list[int | None]


class Sheet:
    """The columns of a project."""

    def __init__(self, db: Connection, configs: Configs) -> None:
        self._db = db
        self._configs = configs

    def spots(self, kind: MapKind, share: float = 1.0) -> Spots:
        """Where the records of a kind were put, or about a share of them."""
        rows = self._db.each(
            f"""select x.id, p.x, p.y, coalesce(p.cluster, 0), p.number, {_METADATA[kind]}
            from spots p cross join {kind} x on x.seq = p.number
            where p.kind = :kind and {sampled("p.number")} order by p.number""",
            {"kind": KINDS.index(kind), "most": most(share)},
        )
        id_, *others = columns(rows, 6)
        return Spots([unpack(each) for each in id_], *others)

    def clustered(self, kind: MapKind) -> tuple[list[int], list[int]]:
        """The numbers of all records of a kind that were put on the map, and the cluster of each."""
        # As two texts, since a row for each record takes twice as long.
        row = self._db.row(
            """select json_group_array(number), json_group_array(coalesce(cluster, 0)) from spots
            where kind = ?""",
            [KINDS.index(kind)],
        )
        number, cluster = map(json.loads, row or ("[]", "[]"))
        return number, cluster

    def labelled(self, since: int = 0) -> Labelled:
        """The labels of all metadata, or of that which was revised after revision `since`."""
        changed = f"where m.seq in ({_REVISED})" if since else ""
        rows = self._db.each(
            f"""select m.seq, coalesce(m.seed, 0), l.use_case, l.skills from metadata m
            join labels l on l.seq = m.labels {changed}""",
            {"since": since} if since else {},
        )
        number, seed, use_case, skills = columns(rows, 4)
        # Told apart as they are stored: to hash a list of labels again and again takes far longer.
        places = {stored: at for at, stored in enumerate(dict.fromkeys(skills))}
        return Labelled(number, seed, use_case, [places[stored] for stored in skills], read_each([*places]))

    def revised(self, since: int) -> list[int]:
        """The numbers of the metadata that was revised after revision `since`."""
        return [row[0] for row in self._db.rows(_REVISED, {"since": since})]

    def reached(self, config: str | None, theta: float, cap: int, since: int = 0) -> Reached:
        """Every node's state; of one without scores it is pending. With `since`: as `labelled` has it."""
        values: dict[str, Value] = {"config": self._configs.find(config), "theta": theta, "cap": cap}
        if since:
            values["since"] = since
        rows = self._db.each(
            f"""select n.instruction, i.metadata, n.iteration, n.given, n.gap,
                case when n.gap is null then 'pending' else {STATUS} end, n.comparison
            from nodes n join instructions i on i.seq = n.instruction
            where n.config = :config and not n.stale {_OF_REVISED if since else ""} order by 1""",
            values,
        )
        return Reached(*columns(rows, 7))

    def verdicts(self) -> dict[int, str]:
        """What was decided of comparisons, by their numbers."""
        return dict(self._db.rows("select comparison, verdict from verdicts"))

    def set_aside(self) -> dict[int, str]:
        """The state of the metadata that is not active, by number."""
        return dict(self._db.rows("select seq, state from metadata where state <> 'active'"))

    def deleted(self) -> list[int]:
        """The numbers of the seeds that were deleted."""
        return [row[0] for row in self._db.rows("select seq from seeds where deleted = 1")]
