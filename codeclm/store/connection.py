"""One SQLite connection: pragmas, transactions, and errors of one line. Knows no table but `revision`."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Added:
    """What an insert did. A record that was there already, or deleted, is a duplicate."""

    added: int = 0
    duplicates: int = 0


class Connection:
    """A connection."""
