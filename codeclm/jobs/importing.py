"""A table that was read, into a project, whole or not at all: the same for a command and for a page."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from codeclm import ingest
from codeclm.garbage import uncollected
from codeclm.ingest import Bundle, Rejected, Table
from codeclm.lab import fitting
from codeclm.records import IMPORTED, Seed
from codeclm.store import Added, GivenPair, Store

ImportKind = Literal["seeds", "metadata", "pairs"]


@dataclass(frozen=True, slots=True)
class Imported:
    """What an import came to; `read` counts every row, `tagged` the good ones that have tags, `repeated`
    those of the duplicates that are so within the file."""

    read: int
    added: int
    duplicates: int
    rejected: list[Rejected]
    tagged: int = 0
    repeated: int = 0

    def as_dict(self) -> dict[str, Any]:
        """As the contract's JSON writes it."""
        return {
            "read": self.read,
            "added": self.added,
            "duplicates": self.duplicates,
            "rejected": [each.as_dict() for each in self.rejected],
        }


def prepare(
    table: Table, kind: ImportKind, field: str | None = None, input_field: str | None = None
) -> Callable[[Store], Imported]:
    """Take the table as records of a kind; what is returned puts them into a project, in one transaction.

    InputError: a column is missing. `field` holds the text of a seed or pair, or the use case.
    """
    parsed = parse(table, kind, field, input_field)
    return lambda store: put(store, kind, parsed)


def parse(
    table: Table,
    kind: ImportKind,
    field: str | None = None,
    input_field: str | None = None,
    chosen: Mapping[str, str] | None = None,
) -> ingest.Parsed[Any]:
    """The table's rows as seeds, metadata or bundles, so that they can be looked at before they are put
    anywhere. `input_field` is joined to `field`, or holds the skills. `chosen`: the columns of what else
    there is, by its name: the `tags` of seeds, the answers and scores of pairs; what is not named there goes
    by the usual names. InputError: a column is missing."""
    with uncollected():
        if kind == "seeds":
            return ingest.seeds(table, field, input_field, (chosen or {}).get("tags"))
        if kind == "metadata":
            return ingest.metadata(table, field, input_field)
        return ingest.pairs(table, field, input_field, chosen)


def put(store: Store, kind: ImportKind, parsed: ingest.Parsed[Any]) -> Imported:
    """Put what was parsed as this kind into a project, whole or not at all."""
    refused: list[Rejected] = []
    tagged = 0
    if kind == "seeds":
        added = store.seeds.add(parsed.records)
        tagged = tagged_of(parsed.records)
    elif kind == "metadata":
        added = store.metadata.add(parsed.records)
    else:
        added, refused = _add_pairs(store, list(parsed.records))
    rejected = sorted([*parsed.rejected, *refused], key=lambda each: each.row)
    rows = {each.row for each in refused}
    taken = [each for each in parsed.records if each.row not in rows] if rows else parsed.records
    return Imported(parsed.read, added.added, added.duplicates, rejected, tagged, repeats(taken))


def repeats(records: Iterable[Any]) -> int:
    """How many of these records are the same as one before them."""
    ids = [each.id for each in records]
    return len(ids) - len(set(ids))


def tagged_of(seeds: Iterable[Seed]) -> int:
    """How many of them have tags."""
    return sum(bool(seed.tags) for seed in seeds)


def _add_pairs(store: Store, bundles: list[Bundle]) -> tuple[Added, list[Rejected]]:
    """Put imported pairs into a project. One whose instruction is there already is a duplicate; where it
    is there with other answers, the row is refused."""
    with store.write(), uncollected():
        store.seeds.add(bundle.seed for bundle in bundles if bundle.seed is not None)
        store.metadata.add({bundle.instruction.metadata: bundle.metadata for bundle in bundles}.values())
        # In the order in which they are read again, or an export would jump about in the file: that of their
        # metadata, and under one as the file has them.
        first: dict[str, int] = {}
        for at, bundle in enumerate(bundles):
            first.setdefault(bundle.instruction.metadata, at)
        bundles.sort(key=lambda bundle: (_row(bundle), first[bundle.instruction.metadata]))
        done = store.lineages.add_given(
            [
                GivenPair(each.instruction, (each.strong, each.target), each.comparison, each.named)
                for each in bundles
            ]
        )
    refused = [
        Rejected(each.row, "the project has this instruction with other answers")
        for each in bundles
        if each.id in done.contradicted
    ]
    return Added(done.added, len(bundles) - done.added - len(refused)), refused


def scale_told(store: Store) -> str:
    """What θ means where the project's scores are on another scale than 1 to 10; else nothing."""
    config = store.settings.config()
    shown, scores = config.id if config else IMPORTED, store.scores
    fit = fitting(scores.reach(shown), scores.highest(shown), store.settings.dials().theta)
    return fit.said if fit else ""


def _row(bundle: Bundle) -> float:
    """Where its file has the seed that its labels are of; what is of none comes last."""
    return bundle.seed.row if bundle.seed and bundle.metadata.seed else math.inf
