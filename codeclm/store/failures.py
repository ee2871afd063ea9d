"""Steps that gave nothing: one row for each stage, record and config, and the attempts that retries raise."""

from __future__ import annotations

from codeclm.records import Failure, Stage


class Failures:
    """The failures of a project. An open one is neither resolved nor succeeded by anything."""

    def put(self, failure: Failure) -> None:
        """Record a failure; a later one of the same step takes its place."""
        raise NotImplementedError

    def resolve(self, stage: Stage, record: str, config: str) -> None:
        """The step succeeded. Its raised attempt persists, so that the cache goes on answering it."""
        raise NotImplementedError

    def page(self, config: str, offset: int = 0, limit: int | None = 50) -> list[Failure]:
        """Open failures, oldest first; limit None: all."""
        raise NotImplementedError

    def get(self, id: str) -> Failure | None:
        """An open failure by its id."""
        raise NotImplementedError

    def count(self, config: str) -> int:
        """How many are open."""
        raise NotImplementedError

    def by_stage(self, config: str) -> dict[Stage, int]:
        """How many are open at each stage."""
        raise NotImplementedError

    def retry(self, config: str) -> int:
        """Let the next run try every open failure again; how many.

        Raises the attempt where a reply came; where none came the same request is asked again.
        """
        raise NotImplementedError

    def attempts(self, config: str) -> dict[tuple[Stage, str], int]:
        """The attempt, where above 0, that each (stage, record) is at."""
        raise NotImplementedError
