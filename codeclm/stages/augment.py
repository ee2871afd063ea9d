"""Augment (paper, section 3.1): mix and match use cases and skills that have been seen. Asks no model.

Every draw depends on the run's seed, its own number and the sorted labels alone. Knows neither who
strikes out an unreasonable combination nor where the rows are kept.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from random import Random

from codeclm.ids import content_id
from codeclm.records import Labels, Metadata, MetadataState
from codeclm.stages.encode import SKILLS

_TRIES = 50
"""Draws for each row wanted: enough to find nearly every combination there is, and an end."""


def mix(
    existing: Iterable[Metadata], to: int, seed: int, state: MetadataState = "proposed"
) -> list[Metadata]:
    """New combinations, so that with the active and proposed ones of `existing` there are `to`.

    Labels are those of the active metadata that was not itself mixed. No combination of `existing`
    comes again, the excluded ones included. Fewer rows than wanted: there are no more to be found.
    """
    rows = list(existing)
    sources = [row.labels for row in rows if row.state == "active" and row.origin != "mixed"]
    use_cases = sorted({labels.use_case for labels in sources if labels.use_case})
    skills = sorted({skill for labels in sources for skill in labels.skills})
    if not use_cases or not skills:
        return []
    seen = {_combination(row.labels) for row in rows}
    taken = {row.draw for row in rows}
    missing = to - sum(row.state != "excluded" for row in rows)
    mixed: list[Metadata] = []
    for number in range(_TRIES * max(to, 0)):
        if len(mixed) >= missing:
            break
        draw = f"{seed}:{number}"
        labels = _drawn(draw, use_cases, skills)
        if draw not in taken and _combination(labels) not in seen:
            seen.add(_combination(labels))
            mixed.append(Metadata("mixed", labels, draw=draw, state=state))
    return mixed


def _drawn(draw: str, use_cases: Sequence[str], skills: Sequence[str]) -> Labels:
    dice = Random(content_id("draw", draw=draw))  # noqa: S311 - a repeatable draw, no secret
    use_case = dice.choice(use_cases)
    return Labels(use_case, tuple(dice.sample(skills, dice.randint(1, min(SKILLS, len(skills))))))


def _combination(labels: Labels) -> tuple[str, frozenset[str]]:
    return labels.use_case, frozenset(labels.skills)
