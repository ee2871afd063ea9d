"""Metadata and the revisions of its labels. Knows which instructions an edit makes stale, no more of them."""

from __future__ import annotations

from collections.abc import Iterable

from codeclm.records import Labels, Metadata, MetadataState, Origin
from codeclm.store.connection import Added


class MetadataRoom:
    """The metadata of a project; order everywhere: its seed's import order, then those without a seed by id."""

    def add(self, metadata: Iterable[Metadata]) -> Added:
        """Insert metadata with first labels; what is known stays as it is. Resolves its encoding's failure."""
        raise NotImplementedError

    def get(self, id: str) -> Metadata | None:
        """Metadata with its newest labels."""
        raise NotImplementedError

    def page(
        self,
        search: str = "",
        use_case: str | None = None,
        skill: str | None = None,
        origin: Origin | None = None,
        state: MetadataState | None = None,
        offset: int = 0,
        limit: int | None = 50,
    ) -> list[Metadata]:
        """Metadata in order. `search`: a part of a label, whatever its case; limit None: all."""
        raise NotImplementedError

    def count(
        self,
        search: str = "",
        use_case: str | None = None,
        skill: str | None = None,
        origin: Origin | None = None,
        state: MetadataState | None = None,
    ) -> int:
        """How many `page` has in all."""
        raise NotImplementedError

    def revise(self, id: str, labels: Labels, author: str = "") -> None:
        """Append a revision; the same labels again are none. ProjectError: no such metadata."""
        raise NotImplementedError

    def set_state(self, ids: Iterable[str], state: MetadataState) -> None:
        """Propose, accept (`active`) or exclude metadata."""
        raise NotImplementedError

    def history(self, id: str) -> list[tuple[Labels, str, float]]:
        """Labels, author and time (seconds since the epoch) of every revision, oldest first."""
        raise NotImplementedError

    def use_cases(self) -> list[tuple[str, int]]:
        """The use cases of active metadata with their counts, most used first."""
        raise NotImplementedError

    def skills(self) -> list[tuple[str, int]]:
        """The skills of active metadata with their counts, most used first."""
        raise NotImplementedError

    def active(self, limit: int | None = None) -> list[Metadata]:
        """What a run works on, in order: active, its seed not deleted; `limit` as `run --limit`."""
        raise NotImplementedError

    def affected(self, id: str) -> tuple[int, int]:
        """How many instructions and pairs an edit of the labels would make stale."""
        raise NotImplementedError
