"""What people said of pairs: an append-only log, undo and redo per reviewer, and the verdict that stands."""

from __future__ import annotations

from codeclm.records import Decision


class Decisions:
    """The log of decisions."""

    def decide(self, decision: Decision) -> str:
        """Log a decision and return its pair's id. An edited instruction becomes a node of its own.

        Clears the reviewer's redo. ProjectError: no such pair.
        """
        raise NotImplementedError

    def undo(self, reviewer: str = "") -> str | None:
        """Take back the reviewer's newest standing decision: its pair's id; None: nothing to undo."""
        raise NotImplementedError

    def redo(self, reviewer: str = "") -> str | None:
        """Bring back what the reviewer undid last: its pair's id; None: nothing to redo."""
        raise NotImplementedError

    def of(self, pair: str) -> list[Decision]:
        """The standing decision of each reviewer of a pair, oldest first."""
        raise NotImplementedError

    def verdict(self, pair: str) -> tuple[Decision | None, bool]:
        """The decision that stands over all reviewers, and whether they are in conflict."""
        raise NotImplementedError

    def reviewers(self) -> list[tuple[str, int]]:
        """Every reviewer with the number of their standing decisions."""
        raise NotImplementedError

    def count(self) -> int:
        """How many pairs have a standing decision."""
        raise NotImplementedError
