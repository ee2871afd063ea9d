"""What a row shares with its kin: the seed's system prompt, and the family that no split may part."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field, replace

from codeclm.export.row import Row
from codeclm.records import content_id
from codeclm.store import Store


@dataclass(slots=True)
class Families:
    """Looks up what rows share, once for neighbours: rows of one seed or metadata come together."""

    store: Store
    _seed: tuple[str, str] = ("", "")
    _origin: tuple[str, str] = field(default=("", ""))

    def place(self, row: Row) -> Row:
        """The row with its system prompt and family."""
        seed = row.pair.seed
        if seed is None:
            return replace(row, family=self._without_seed(row))
        return replace(row, family=seed, system=self._system(seed))

    def _system(self, seed: str) -> str:
        if self._seed[0] != seed:
            found = self.store.seeds.get(seed)
            first = found.messages[0] if found and found.messages else None
            self._seed = (seed, first.content if first and first.role == "system" else "")
        return self._seed[1]

    def _without_seed(self, row: Row) -> str:
        """Its metadata; for an imported pair its first instruction, as many share empty labels."""
        metadata_id = row.pair.metadata
        if self._origin[0] != metadata_id:
            metadata = self.store.metadata.get(metadata_id)
            self._origin = (metadata_id, metadata.origin if metadata else "")
        if self._origin[1] == "imported":
            path = self.store.lineages.path(row.pair.instruction_id)
            if path and path[0].origin == "imported":
                return content_id("family", text=path[0].text)
        return metadata_id


def in_test(family: str, share: float) -> bool:
    """Whether a family is in the test split: by its hash alone, so that adding data moves nothing across."""
    digest = hashlib.sha256(f"split:{family}".encode()).digest()
    return int.from_bytes(digest[:8], "big") < share * 2**64
