"""What a run has left, in lineages and in calls at least and at most: counted, with nothing foretold.

Questions asked again are not counted, as after a reply that cannot be read.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import NamedTuple

from codeclm.pipeline import DEFAULT_STAGES
from codeclm.records import Stage
from codeclm.settings import Dials
from codeclm.store.work import Left


class Bounds(NamedTuple):
    """Lineages to begin or to go on with; calls, where every first instruction passes θ, and where every one
    is improved to the end.
    """

    lineages: int
    least: int
    most: int


def bounds(left: Left, seeds: int, mixed: int, dials: Dials, stages: Collection[Stage]) -> Bounds | None:
    """Of what is left of metadata, of seeds to read, and of metadata to come by mixing. None: of such stages
    it cannot be told.
    """
    fresh, steps = (seeds + mixed) * dials.per_metadata + left.lacking, dials.iterations
    match set(stages) - {"augment"}:
        case asked if asked == DEFAULT_STAGES:
            least = seeds + 5 * fresh + left.least
            most = 2 * seeds + mixed + left.rubrics + 5 * steps * fresh + left.most
            return Bounds(fresh + left.going, least, most)
        case asked if asked == {"encode", "decode"}:
            return Bounds(fresh, seeds + fresh, seeds + fresh)
        case asked if asked == {"encode"}:
            return Bounds(0, seeds, seeds)
    return None
