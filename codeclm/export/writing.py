"""Writes an export to a file or a folder, or shows its first lines."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from codeclm.store import Store

Include = Literal["accepted", "kept", "all"]
FORMATS: tuple[str, ...] = (
    "messages", "alpaca", "sharegpt", "prompt-completion", "dpo", "csv", "parquet", "hub",
)


@dataclass(frozen=True, slots=True)
class Options:
    """What is exported and how.

    `include`: accepted = accepted by a person, whatever the state; kept = kept at θ and not rejected;
    all = both. `theta` None: the project's. `config` None: the current one. `split`: the share of
    families that goes to `test`, between 0 and 1; None: one file (hub: 0.1). `provenance`: a sidecar.
    """

    format: str = "messages"
    include: Include = "kept"
    theta: float | None = None
    config: str | None = None
    split: float | None = None
    provenance: bool = False
    license: str = ""
    """For the dataset card of `hub`."""


@dataclass(frozen=True, slots=True)
class Exported:
    """What an export came to: rows written, the files' paths as given, and rows left out by reason."""

    rows: int
    files: list[str]
    dropped: dict[str, int]

    def as_dict(self) -> dict[str, Any]:
        """As the contract's JSON writes it."""
        return {"rows": self.rows, "files": self.files, "dropped": self.dropped}


def write(store: Store, out: str | Path, options: Options) -> Exported:
    """Export to `out`: a file, or with a split, or `hub`, a folder with `train` and `test`.

    UsageError: an option that cannot be; InputError: `out` cannot be written. A file that was there is
    replaced only when the new one is whole.
    """
    raise NotImplementedError


def preview(store: Store, options: Options, n: int = 3) -> list[str]:
    """The first `n` rows exactly as `write` would put them (for Parquet and hub: as JSON)."""
    raise NotImplementedError
