"""The formats by name. A new one is a line here, a name in `cli.measuring`, a word in `ui.export_words`."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from codeclm.errors import UsageError
from codeclm.export import shapes
from codeclm.export.flat import flat
from codeclm.export.row import Row
from codeclm.export.sinks import Csv, JsonLines, Sink


@dataclass(frozen=True, slots=True)
class Format:
    """How rows become a file."""

    name: str
    suffix: str
    shape: Callable[[Row], dict[str, Any]]
    """A row as the record that a person is shown."""
    preference: bool = False
    """Whether a row needs a rejected answer."""
    folder: bool = False
    """Whether it is always a folder with splits and a dataset card."""

    def with_ids(self) -> Format:
        """The same with the pair's id in every row; columns have it already."""
        if self.suffix != "jsonl":
            return self
        return replace(self, shape=lambda row: {**self.shape(row), "id": row.pair.id})

    def open(self, path: Path) -> Sink:
        """An empty file of this format at `path`."""
        if self.suffix == "csv":
            return Csv(path)
        if self.suffix == "parquet":
            from codeclm.export.columnar import Parquet

            return Parquet(path)
        return JsonLines(path, self.shape)


_ALL = (
    Format("messages", "jsonl", shapes.messages),
    Format("alpaca", "jsonl", shapes.alpaca),
    Format("sharegpt", "jsonl", shapes.sharegpt),
    Format("prompt-completion", "jsonl", shapes.completion),
    Format("dpo", "jsonl", shapes.dpo, preference=True),
    Format("csv", "csv", flat),
    Format("parquet", "parquet", lambda row: shapes.messages(row) | flat(row)),
    Format("hub", "parquet", lambda row: shapes.messages(row) | flat(row), folder=True),
)
FORMATS: tuple[str, ...] = tuple(known.name for known in _ALL)


def format_of(name: str) -> Format:
    """The format called `name`. UsageError: there is none."""
    for known in _ALL:
        if known.name == name:
            return known
    raise UsageError(f"no format is called {name}; choose one of {', '.join(FORMATS)}")
