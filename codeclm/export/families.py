"""What a row shares with its kin: the seed's system prompt, and the family that no split may part."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

from codeclm.ids import content_id
from codeclm.store import Mark, Scanned, Store

LINE = 2**64


@dataclass(slots=True)
class Families:
    """Looks up what rows share."""

    store: Store
    _systems: dict[str, str] | None = None

    @property
    def systems(self) -> dict[str, str]:
        """The system prompts that there are, by seed."""
        if self._systems is None:
            self._systems = self.store.seeds.systems()
        return self._systems

    def system(self, pair: Scanned | Mark) -> str:
        """The system prompt of a pair's seed."""
        return self.systems.get(pair.seed or "", "")

    def of(self, pair: Scanned | Mark) -> str:
        """The family: the seed; without one the metadata; for an imported pair its first instruction."""
        seed = pair.seed
        if seed is not None:
            return seed
        if pair.labels_origin == "imported":
            first = self._imported(pair)
            if first is not None:
                # Not the metadata: many imported pairs share empty labels.
                return content_id("family", text=first)
        return pair.metadata

    def _imported(self, pair: Scanned | Mark) -> str | None:
        if pair.first:
            if pair.origin != "imported":
                return None
            return pair.text if isinstance(pair, Mark) else pair.instruction
        path = self.store.lineages.path(pair.instruction_id)
        return path[0].text if path and path[0].origin == "imported" else None


def in_test(family: str, share: float) -> bool:
    """Whether a family is in the test split: by its hash alone, so that adding data moves nothing across."""
    return place(family) < share * LINE


def place(family: str) -> int:
    """Where a family lies on a line from 0 to LINE, of which the test split is the beginning."""
    digest = hashlib.sha256(f"split:{family}".encode()).digest()
    return int.from_bytes(digest[:8], "big")
