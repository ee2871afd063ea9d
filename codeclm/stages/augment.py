"""Augment (paper, section 3.1): mix and match use cases and skills that have been seen. Asks no model.

Every draw depends on the run's seed, its own number and the sorted labels alone. Knows neither who
strikes out an unreasonable combination nor where the rows are kept.
"""

from __future__ import annotations

from collections.abc import Iterable

from codeclm.records import Metadata, MetadataState


def mix(
    existing: Iterable[Metadata], to: int, seed: int, state: MetadataState = "proposed"
) -> list[Metadata]:
    """New combinations, so that with the active and proposed ones of `existing` there are `to`.

    Labels are those of the active metadata that was not itself mixed. No combination of `existing`
    comes again, the excluded ones included. Fewer rows than wanted: there are no more to be found.
    """
    raise NotImplementedError
