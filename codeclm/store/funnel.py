"""The counts of `status`, from seeds to decided pairs. Whether a job runs is not known here."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Funnel:
    """The counts for a config, a θ and a cap, named as `status --json` names them.

    `metadata` is what a run works on (active, its seed not deleted). Of the leaves of lineages,
    `kept` counts none twice: kept and exhausted are lineages, superseded scored nodes, pending
    leaves that another run goes on with, `failed` leaves whose next step has an open failure.
    """

    seeds: int
    encoded: int
    metadata: int
    instructions: int
    comparisons: int
    kept: int
    superseded: int
    exhausted: int
    pending: int
    failed: int
    accepted: int
    rejected: int
    failures: int
    calls: int
    prompt_tokens: int
    completion_tokens: int
    cost_usd: float | None
