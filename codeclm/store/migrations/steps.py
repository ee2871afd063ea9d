"""What every migration is made with."""

from __future__ import annotations

from sqlite_utils import Database, Migrations

migrations = Migrations("codeclm")


def run(db: Database, *statements: str) -> None:
    """Run the statements of a migration, one after another."""
    for statement in statements:
        db.conn.execute(statement)
