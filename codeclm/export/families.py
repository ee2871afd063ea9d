"""What a row shares with its kin: the seed's system prompt, and the family that no split may part."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from typing import NamedTuple

from codeclm.ids import content_id
from codeclm.records import Pair
from codeclm.store import Store


class Kin(NamedTuple):
    """The system prompt of a row's seed, and its family: the seed's id, or what stands for it."""

    system: str
    family: str


ALONE = Kin("", "")


@dataclass(slots=True)
class Families:
    """Looks up what rows share, once for neighbours: rows of one seed or metadata come together."""

    store: Store
    _systems: dict[str, str] | None = None
    _origin: tuple[str, str] = field(default=("", ""))

    def of(self, pair: Pair) -> Kin:
        """What a pair shares."""
        if pair.seed is None:
            return Kin("", self._without_seed(pair))
        return Kin(self._system(pair.seed), pair.seed)

    def _system(self, seed: str) -> str:
        if self._systems is None:
            self._systems = self.store.seeds.systems()
        return self._systems.get(seed, "")

    def _without_seed(self, pair: Pair) -> str:
        """Its metadata; for an imported pair its first instruction, as many share empty labels."""
        metadata_id = pair.metadata
        if self._origin[0] != metadata_id:
            metadata = self.store.metadata.get(metadata_id)
            self._origin = (metadata_id, metadata.origin if metadata else "")
        if self._origin[1] == "imported":
            path = self.store.lineages.path(pair.instruction_id)
            if path and path[0].origin == "imported":
                return content_id("family", text=path[0].text)
        return metadata_id


def in_test(family: str, share: float) -> bool:
    """Whether a family is in the test split: by its hash alone, so that adding data moves nothing across."""
    digest = hashlib.sha256(f"split:{family}".encode()).digest()
    return int.from_bytes(digest[:8], "big") < share * 2**64
