"""`status` and `pairs`: what a project holds. Nothing here writes."""

from __future__ import annotations

from argparse import Namespace
from collections.abc import Iterator
from dataclasses import asdict
from typing import Any

from codeclm.cli.opening import config_of, filter_of, open_project
from codeclm.cli.output import Result, pair_data, plain, table, verdict, warn
from codeclm.jobs.lock import RUN
from codeclm.jobs.watch import Watched, newest, running
from codeclm.records import IMPORTED, Pair
from codeclm.store import MetadataFilter, Store

STATUS_KEYS = (
    "seeds", "encoded", "metadata", "instructions", "comparisons", "kept", "superseded", "exhausted",
    "pending", "accepted", "rejected", "failures", "calls", "prompt_tokens", "completion_tokens",
    "cost_usd", "running",
)  # fmt: skip
"""The keys of `status --json`, in the order in which they are printed."""


def status(args: Namespace) -> Result:
    """Count what the project holds."""
    with open_project(args) as store:
        counts = status_data(store, args.theta, args.config)
        said = dict(_about(store, args.theta, args.config))
    return Result(counts, status_lines({**counts, **said}))


def _about(store: Store, theta: float | None, config: str | None) -> Iterator[tuple[str, object]]:
    """What the counts are of, for a person: other models or prompts have counts of their own."""
    yield from proposed(store)
    yield "at θ", f"{store.settings.dials().theta if theta is None else theta:g}"
    shown, known = config_of(store, config), store.settings.config_ids()
    if len(known) > 1:
        yield "config", f"{shown}, of {len(known)}: {', '.join(known)}"
    if (last := newest(store, RUN)) is not None:
        yield "last run", _ended(last)


def _ended(last: Watched) -> str:
    """How a run stands, or how it ended; what it said of a limit or a stop says that too."""
    said = last.job.message
    return (
        said if said and last.state in ("budget", "stopped") else ": ".join(filter(None, (last.state, said)))
    )


def proposed(store: Store) -> Iterator[tuple[str, object]]:
    """How many mixed metadata wait for a yes, where there are any."""
    if waiting := store.metadata.count(MetadataFilter(state="proposed")):
        yield "proposed", f"{waiting} metadata: accept them on Metadata, or run with --accept-mixed"


def status_data(store: Store, theta: float | None = None, config: str | None = None) -> dict[str, Any]:
    """The counts as the contract names them, at the project's θ or another."""
    dials = store.settings.dials()
    shown: str | None = config_of(store, config)
    at = dials.theta if theta is None else theta
    funnel = store.funnel(None if shown == IMPORTED else shown, at, dials.iterations)
    counts = {**asdict(funnel), "running": running(store, RUN)}
    return {key: counts[key] for key in STATUS_KEYS}


def status_lines(counts: dict[str, Any]) -> Iterator[str]:
    """The counts for a person."""
    for key, value in counts.items():
        yield f"{key.replace('_', ' '):<18}{_shown(value)}"


def _shown(value: object) -> str:
    if value is None:
        return "unknown"
    if isinstance(value, bool):
        return "yes" if value else "no"
    return f"{value:.4f}" if isinstance(value, float) else str(value)


def pairs(args: Namespace) -> Result:
    """List pairs, with their states at a θ."""
    with open_project(args) as store:
        dials = store.settings.dials()
        theta = dials.theta if args.theta is None else args.theta
        found = store.pairs.page(
            config_of(store, args.config),
            theta,
            dials.iterations,
            filter_of(store, args, args.status),
            offset=args.offset,
            limit=args.limit,
        )
    if not found:
        warn("note: no pair fits; `status` says how many there are of each state")
    return Result({"pairs": [pair_data(pair) for pair in found]}, table(HEAD, map(_row, found)))


HEAD = ("id", "status", "iteration", "strong", "target", "gap", "decision", "instruction")


def _row(pair: Pair) -> tuple[object, ...]:
    scores = pair.comparison
    marks = (f"{scores.strong_score:g}", f"{scores.target_score:g}", f"{scores.gap:+g}")
    return (pair.id, pair.status, pair.iteration, *marks, verdict(pair) or "-", plain(pair.instruction, 60))
