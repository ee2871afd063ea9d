"""Running again what failed, and nothing else."""

from __future__ import annotations

from dataclasses import replace
from typing import get_args

from codeclm.jobs.order import Setup
from codeclm.jobs.watch import newest
from codeclm.records import Failure, Labels, Metadata, Stage
from codeclm.store import Store


def only_failed(store: Store, setup: Setup, kind: str) -> Setup:
    """The setup kept to what failed, whose attempts are raised, and to the stages of the last such job."""
    config = setup.config.id
    wanted: set[str] = set()
    for failure in store.failures.page(config, limit=None):
        wanted.update(_items(store, failure))
    store.failures.retry(config)
    last = newest(store, kind)
    names = (last.job.command.get("stages") if last is not None else None) or setup.stages
    # Mixing never fails, and how many it shall come to was said of that job alone.
    stages = tuple(stage for stage in get_args(Stage) if stage in names and stage != "augment")
    order = replace(setup.order, only=frozenset(wanted), stages=stages)
    return replace(setup, stages=frozenset(stages), order=order)


def _items(store: Store, failure: Failure) -> tuple[str, ...]:
    """The seed and the metadata that a run must take up to come by the step that failed."""
    if failure.stage == "encode":
        return failure.record, Metadata("encoded", Labels(""), seed=failure.record).id
    node = store.lineages.get(failure.record)
    return (failure.record.partition(":")[0] if node is None else node.metadata,)
