"""What reading a file gives, whatever its format: named columns and rows that can be walked again.

Nothing here knows a file format, nor what the rows are wanted for.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Generic, Literal, NamedTuple, TypeVar

Kind = Literal["jsonl", "json", "csv", "tsv", "parquet", "txt"]
T = TypeVar("T")


class Row(NamedTuple):
    """One row. `number` is as a person counts: the line of JSONL and TXT, else the data row, from 1."""

    number: int
    values: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Rejected:
    """A row that cannot be used, and why, in one line."""

    row: int
    reason: str

    def as_dict(self) -> dict[str, Any]:
        """As the contract's JSON writes it."""
        return {"row": self.row, "reason": self.reason}


@dataclass(frozen=True, slots=True)
class Column:
    """A column, or a path to a nested value (`instances[0].input`), with the first value found, cut short."""

    name: str
    example: str
    chat: bool = False
    """Whether its values are lists of turns."""


@dataclass(frozen=True, slots=True)
class Table:
    """A file that could be read as what it is. Nothing of its rows is held in memory but `columns`."""

    name: str
    kind: Kind
    columns: tuple[Column, ...]
    guess: str | None
    """The column that is most likely the text of a seed; None: a person must say."""
    guess_input: str | None
    """The column that is joined to it, where there is one."""
    walk: Callable[[], Iterator[Row | Rejected]] = field(repr=False)

    def rows(self) -> Iterator[Row | Rejected]:
        """Every row in the file's order; one that is broken in itself comes as `Rejected`."""
        return self.walk()


@dataclass(frozen=True, slots=True)
class Parsed(Generic[T]):
    """The records made of the good rows, and the rows that were not."""

    records: list[T]
    rejected: list[Rejected]

    @property
    def read(self) -> int:
        """How many rows there were."""
        return len(self.records) + len(self.rejected)
