"""Which part of the seeds the last export kept apart: what an evaluation may ask of a model tuned on it.

Parts are nested, as `families.in_test` says: a smaller share of the seeds lies in every larger one.
"""

from __future__ import annotations

from codeclm.export.writing import Options
from codeclm.store import Store

_NAME = "exported_part"


def keep(store: Store, options: Options) -> None:
    """Remember the test part of what was just exported. CodecError: the project cannot be written."""
    share = options.test_share or 0.0
    if last(store) != share:
        store.settings.set(_NAME, share)


def last(store: Store) -> float | None:
    """The share of seeds that the last export kept apart, 0: none of them; None: nothing was exported yet."""
    share = store.settings.get(_NAME)
    return float(share) if type(share) in (int, float) and 0 <= share < 1 else None


def seen(store: Store, share: float) -> str:
    """Why this share of the seeds is no test for a model tuned on the last export, or nothing."""
    kept = last(store)
    if kept is None or share <= kept:
        return ""
    if not kept:
        part, seeds = "no test part", "these seeds"
    else:
        part, seeds = f"only {100 * kept:g} % of the seeds", "some of these seeds"
    return (
        f"The last export kept {part} apart: a model tuned on it has seen what grew from {seeds}, so its CRR "
        "is too high."
    )
