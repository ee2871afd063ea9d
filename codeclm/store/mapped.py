"""What of each kind of record the map shows, as records and as SQL over tables of other rooms."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Literal, NamedTuple

from codeclm.store.connection import SPREAD
from codeclm.store.metadata import BLANK, IN_USE

MapKind = Literal["metadata", "seeds", "instructions"]
KINDS: tuple[MapKind, ...] = ("metadata", "seeds", "instructions")
"""In the order in which points are listed."""
SOURCES: dict[MapKind, str] = {
    "metadata": f"""select m.id, l.use_case, l.skills, '' as text
        from metadata m join labels l on l.seq = m.labels
        where {IN_USE} and not {BLANK} order by m.place""",
    "seeds": """select s.id, coalesce(l.use_case, '') as use_case, coalesce(l.skills, '[]') as skills,
        s.text from seeds s
        left join metadata m on m.seed = s.seq left join labels l on l.seq = m.labels
        where s.deleted = 0 order by s.seq""",
    "instructions": """select n.id, coalesce(l.use_case, '') as use_case, coalesce(l.skills, '[]') as skills,
        i.text
        from nodes n join instructions i on i.seq = n.instruction join metadata m on m.place = n.place
        left join labels l on l.seq = m.labels
        where n.config = :config and not n.stale order by n.place, n.sample, n.iteration, n.id""",
}
ON_MAP: dict[MapKind, str] = {
    "metadata": f"""metadata x on x.seq = p.number join labels l on l.seq = x.labels
        where p.kind = 0 and {IN_USE.replace("m.", "x.")} and not {BLANK} order by x.place""",
    "seeds": "seeds x on x.seq = p.number where p.kind = 1 and x.deleted = 0 order by x.seq",
    "instructions": """instructions x on x.seq = p.number join metadata m on m.seq = x.metadata
        join nodes n on n.config = :config and n.place = m.place and n.sample = x.sample
        and n.iteration = x.iteration and n.id = x.id
        where p.kind = 2 and not n.stale order by n.place, n.sample, n.iteration, n.id""",
}
"""To be joined to spots `p`, as `x`: those records that are still what `sources` gives."""


class Source(NamedTuple):
    """A record that has a place: its own text (of metadata: none), and the labels that go with it."""

    kind: MapKind
    id: str
    use_case: str
    skills: tuple[str, ...]
    text: str


class Point(NamedTuple):
    """A record on the map. `cluster` None: unclustered."""

    kind: MapKind
    id: str
    x: float
    y: float
    cluster: int | None


def label_text(use_case: str, skills: Sequence[str]) -> str:
    """Labels as one text, as they are shown."""
    return f"{use_case}: {', '.join(skills)}" if skills else use_case


def read_skills(stored: str) -> tuple[str, ...]:
    """A stored list of labels."""
    return tuple(json.loads(stored))


def read_each(stored: Sequence[str]) -> list[tuple[str, ...]]:
    """Many of them: read as one text, in a third of the time."""
    return [tuple(each) for each in json.loads(f"[{','.join(stored)}]")]


def sampled(number: str) -> str:
    """The condition that a record of this number is among a share of all; the share is the value `:most`."""
    return f"{SPREAD.format(number)} < :most"


def most(share: float) -> int:
    """The value that goes with `sampled`."""
    return round(min(share, 1.0) * 2**32)
