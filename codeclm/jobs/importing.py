"""A table that was read, into a project, whole or not at all: the same for a command and for a page."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, Literal

from codeclm import ingest
from codeclm.ingest import Bundle, Rejected, Table
from codeclm.records import IMPORTED
from codeclm.store import Added, Store

Kind = Literal["seeds", "metadata", "pairs"]


@dataclass(frozen=True, slots=True)
class Imported:
    """What an import came to; `read` counts every row."""

    read: int
    added: int
    duplicates: int
    rejected: list[Rejected]

    def as_dict(self) -> dict[str, Any]:
        """As the contract's JSON writes it."""
        return {
            "read": self.read,
            "added": self.added,
            "duplicates": self.duplicates,
            "rejected": [each.as_dict() for each in self.rejected],
        }


def prepare(
    table: Table, kind: Kind, field: str | None = None, input_field: str | None = None
) -> Callable[[Store], Imported]:
    """Take the table as records of a kind; what is returned puts them into a project, in one transaction.

    InputError: a column is missing. `field` holds the text of a seed or pair, or the use case.
    """
    if kind == "seeds":
        seeds = ingest.seeds(table, field, input_field)
        return lambda store: _count(seeds, store.seeds.add(seeds.records))
    if kind == "metadata":
        rows = ingest.metadata(table, field)
        return lambda store: _count(rows, store.metadata.add(rows.records))
    bundles = ingest.pairs(table, field, input_field)
    return lambda store: _count(bundles, add_pairs(store, bundles.records))


def add_pairs(store: Store, bundles: Iterable[Bundle]) -> Added:
    """Put imported pairs into a project. One whose instruction is there already is a duplicate."""
    added = duplicates = 0
    with store.write():
        for bundle in bundles:
            if store.lineages.get(bundle.instruction.id) is not None:
                duplicates += 1
            else:
                added += 1
            _add(store, bundle)
    return Added(added, duplicates)


def _add(store: Store, bundle: Bundle) -> None:
    if bundle.seed is not None:
        store.seeds.add([bundle.seed])
    store.metadata.add([bundle.metadata])
    store.lineages.add_instruction(bundle.instruction, IMPORTED)
    for answer in (bundle.strong, bundle.target):
        store.lineages.add_answer(answer)
    if bundle.comparison is not None:
        store.lineages.add_comparison(bundle.comparison)


def _count(parsed: ingest.Parsed[Any], added: Added) -> Imported:
    return Imported(parsed.read, added.added, added.duplicates, parsed.rejected)
