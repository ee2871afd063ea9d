"""What the studio works on. Draws nothing."""

from __future__ import annotations

from dataclasses import dataclass

from codeclm.records import Metadata, RubricSet
from codeclm.settings import Config
from codeclm.store import Branch


@dataclass(frozen=True, slots=True)
class Bench:
    """What lies on the bench: a metadata, its rubrics, and a page of the tree grown from it.

    `samples` name its lineages, all of them; `newest` is the instruction that was written last.
    """

    metadata: Metadata
    config: Config
    rubrics: list[RubricSet]
    samples: list[int]
    page: int
    tree: list[Branch]
    newest: str | None
