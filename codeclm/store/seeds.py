"""Seeds, in the order of their import. Knows nothing of what is made from them but whether it is encoded."""

from __future__ import annotations

from collections.abc import Iterable

from codeclm.records import Seed
from codeclm.store.connection import Added


class Seeds:
    """The seeds of a project. Deleting is a tombstone."""

    def add(self, seeds: Iterable[Seed]) -> Added:
        """Append seeds. One that is known, deleted ones included, is a duplicate and revives nothing."""
        raise NotImplementedError

    def get(self, id: str) -> Seed | None:
        """A seed, deleted or not."""
        raise NotImplementedError

    def page(
        self,
        search: str = "",
        tag: str | None = None,
        deleted: bool = False,
        offset: int = 0,
        limit: int | None = 50,
    ) -> list[Seed]:
        """Seeds in order of import. `search`: a part of the text, whatever its case; limit None: all."""
        raise NotImplementedError

    def count(self, search: str = "", tag: str | None = None, deleted: bool = False) -> int:
        """How many `page` has in all."""
        raise NotImplementedError

    def delete(self, ids: Iterable[str]) -> int:
        """Bury seeds; how many were alive. What is made from them stays, but no run goes on with it."""
        raise NotImplementedError

    def restore(self, ids: Iterable[str]) -> int:
        """Bring deleted seeds back to their place; how many were deleted."""
        raise NotImplementedError

    def tag(self, ids: Iterable[str], tag: str) -> None:
        """Put a tag on seeds."""
        raise NotImplementedError

    def untag(self, ids: Iterable[str], tag: str) -> None:
        """Take a tag off seeds."""
        raise NotImplementedError

    def tags(self) -> list[tuple[str, int]]:
        """Every tag with its number of seeds, most used first."""
        raise NotImplementedError

    def ids(self, limit: int | None = None) -> list[str]:
        """Live seeds' ids in order of import, the first `limit` of them."""
        raise NotImplementedError

    def unencoded(self, config: str, limit: int | None = None) -> list[Seed]:
        """Of the first `limit` live seeds those without metadata, unless encoding failed for good."""
        raise NotImplementedError

    def unencoded_ids(self, config: str, limit: int | None = None) -> list[str]:
        """The ids of `unencoded`: what a run over very many seeds can hold."""
        raise NotImplementedError
