"""Running again what failed, and nothing else."""

from __future__ import annotations

from dataclasses import replace
from typing import get_args

from codeclm.jobs.order import Setup
from codeclm.pipeline import DEFAULT_STAGES
from codeclm.records import Failure, Labels, Metadata, Stage
from codeclm.store import Store


def only_failed(store: Store, setup: Setup, kind: str) -> Setup:
    """The setup kept to what failed, whose attempts are raised, and to how far jobs of this kind went."""
    config = setup.config.id
    wanted: set[str] = set()
    failed: set[Stage] = set()
    for failure in store.failures.page(config, limit=None):
        wanted.update(_items(store, failure))
        failed.add(failure.stage)
    store.failures.retry(config)
    names = _reached(store, kind, failed)
    stages = tuple(stage for stage in get_args(Stage) if stage in names)
    order = replace(setup.order, only=frozenset(wanted), stages=stages)
    return replace(setup, stages=frozenset(stages), order=order)


def _reached(store: Store, kind: str, failed: set[Stage]) -> set[Stage]:
    """The stages of the newest job that had each step that failed: a later one that went only part of the way
    did not come to it. Without mixing, which never fails, and whose number was said of that job alone.
    """
    found, left, offset = set(failed), set(failed), 0
    while left and (jobs := store.jobs.page(kind, offset)):
        for job in jobs:
            stages = set(job.command.get("stages") or DEFAULT_STAGES)
            if left & stages:
                found |= stages
                left -= stages
        offset += len(jobs)
    return found - {"augment"}


def _items(store: Store, failure: Failure) -> tuple[str, ...]:
    """The seed and the metadata that a run must take up to come by the step that failed."""
    if failure.stage == "encode":
        return failure.record, Metadata("encoded", Labels(""), seed=failure.record).id
    node = store.lineages.get(failure.record)
    return (failure.record.partition(":")[0] if node is None else node.metadata,)
