"""Distribution matching on one project: an export's rows against prompts of an evaluation, file or seeds."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from codeclm import embed, export
from codeclm.evaluate.matching import TwoSample, energy_distance, label_divergence
from codeclm.export import Options
from codeclm.jobs.candidates import Ask
from codeclm.jobs.local import local
from codeclm.jobs.lock import hold
from codeclm.jobs.telling import Tell
from codeclm.jobs.trial import prompts_of
from codeclm.store import Prompt, Store

MATCHING = "matching"
"""The kind of this job."""


@dataclass(frozen=True, slots=True)
class Match:
    """How near the rows are to the prompts. None: there was nothing to compare by."""

    rows: int
    prompts: int
    labels: TwoSample | None
    embedding: TwoSample | None

    def as_dict(self) -> dict[str, Any]:
        """For JSON."""
        return {
            "rows": self.rows,
            "prompts": self.prompts,
            "labels": self.labels.as_dict() if self.labels else None,
            "embedding": self.embedding.as_dict() if self.embedding else None,
        }


def match(
    store: Store, options: Options, prompts: Sequence[Prompt], vectors: Callable[[list[str]], embed.Vectors]
) -> Match:
    """Compare the rows of an export with prompts, by use case and by embedding."""
    rows = [(row.instruction, row.pair.use_case) for row in export.walk(store, options)]
    return Match(
        len(rows),
        len(prompts),
        label_divergence([case for _, case in rows], [prompt.group for prompt in prompts]),
        energy_distance(vectors([text for text, _ in rows]), vectors([prompt.text for prompt in prompts])),
    )


def matching(
    project: Path, ask: Ask | str, include: export.Include, theta: float | None, model: str | None, show: Tell
) -> Match:
    """`match` as a job. `ask`: a file of prompts or held-out seeds, or the id of an evaluation."""
    with Store.open(project) as store, hold(project, MATCHING):
        prompts = store.evaluations.prompts(ask) if isinstance(ask, str) else prompts_of(store, ask)
        options, command = Options(include=include, theta=theta), {"prompts": len(prompts)}
        with local(store, MATCHING, command, show, "stopped; start again to go on") as job:
            return match(
                store, options, prompts, lambda texts: embed.embed(store, texts, model, job.embedding)
            )
