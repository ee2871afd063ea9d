"""What a run would take, foretold from metadata that went through the whole loop already.

Where there are too few of those a pilot is run first, on a few seeds spread over those that are left.
What it makes is kept like that of any run, so nothing is paid twice; but what pages show, the dials and the
current config, is as it was.
"""

from __future__ import annotations

import math
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from statistics import fmean
from typing import Any, TypeVar

from codeclm.errors import BudgetReached, CodecError
from codeclm.jobs.bounds import Bounds, bounds
from codeclm.jobs.endpoints import room, slots
from codeclm.jobs.lock import RUN, hold
from codeclm.jobs.order import Order, Setup, another, as_it_stands, config_for
from codeclm.jobs.replay import Replay, Seen
from codeclm.jobs.run import run
from codeclm.jobs.stopping import Stopped
from codeclm.jobs.telling import Tell
from codeclm.jobs.work import lineages_left, seeds_left
from codeclm.records import Labels, Metadata
from codeclm.settings import Dials
from codeclm.store import MetadataFilter, Store

QUOTE = "quote"
"""The kind of this job, and the setting that holds what it found."""
FEWEST, MOST = 4, 30
"""Metadata that a quote is based on."""
SHARE = 2
"""A pilot takes at most one in so many, so that most of what is foretold is still to come. Of 20 seeds whose
lineages differ as they mostly do, five foretold the whole within a quarter three times in four; nine, 19
times in 20."""
LINEAGES = 60
"""The most lineages of a pilot of several metadata, where each has several, as where a file brought them."""
SURE = 0.95
"""On either side: nine times in ten the truth lies between low and high."""
OWN_SECONDS = 0.004
"""What a call takes of this program's own time, however quick the endpoint is."""
SLACK = 1.3
"""The time that a run takes beyond what its requests would fill, at most."""
COUNTED = ("calls", "prompt_tokens", "completion_tokens", "cost_usd")

SPENT = "spent"
"""Beside the ranges: what the project has spent up to now, the pilot's part included."""

T = TypeVar("T")
Range = dict[str, float]
Quoted = dict[str, dict[str, Any] | None]
"""By name a Range, None: a price is unknown; and what is SPENT, by COUNTED."""


@dataclass(frozen=True, slots=True)
class Left:
    """What a run has left: seeds to encode and grow from, metadata to grow from, and mixed ones to come."""

    seeds: list[str]
    metadata: list[str]
    mixed: int
    bounds: Bounds | None
    """None: of these stages they cannot be told."""

    @property
    def growing(self) -> int:
        """How many metadata will be grown, or only encoded where the stages end there."""
        return len(self.seeds) + len(self.metadata) + self.mixed

    @property
    def each(self) -> float:
        """How many lineages a metadata has left, in the mean."""
        return self.bounds.lineages / self.growing if self.bounds and self.growing else 1.0


def quote(project: Path, order: Order, warn: Tell, show: Tell, pilot: int | None = None) -> Quoted:
    """What the order would take from here on: low, mid and high of each; and what is spent already.

    `pilot`: on how many metadata to base it; None: as many as a range of use needs, 0: on those that are
    finished, with no call. It is kept in the project as the newest quote. What stops the pilot is raised
    where nothing can be foretold without it.
    """
    with hold(project, QUOTE):
        found = _quote(project, order, warn, show, pilot)
        with Store.open(project) as store:
            spent = store.calls.spend()["all"]
            costs = (spent.calls, spent.prompt_tokens, spent.completion_tokens, spent.cost)
            found[SPENT] = dict(zip(COUNTED, costs, strict=True))
            basis = _basis(store, order)
            told = {"order": order.as_dict(), "basis": basis, "at": time.time(), "found": found}
            store.settings.set(QUOTE, told)
    return found


def last_quote(store: Store, order: Order, since: float = 0.0) -> Quoted | None:
    """The newest quote, where it is one for this very order, later than `since`, and of the project as it is:
    the same models at the same prices, and as many seeds and metadata.
    """
    told = store.settings.get(QUOTE)
    if told is None or told["order"] != order.as_dict() or told["at"] < since:
        return None
    if told.get("basis") != _basis(store, order):
        return None
    found: Quoted = told["found"]
    return found


def lines(found: Quoted) -> Iterator[tuple[str, list[float | None]]]:
    """By name: what is spent, low, mid and high of what is left, spent and mid together. None: unknown."""
    spent = found.get(SPENT) or {}
    for name in (*COUNTED, "seconds"):
        before, left = spent.get(name), found[name] or {}
        low, mid, high = (left.get(end) for end in ("low", "mid", "high"))
        yield name, [before, low, mid, high, None if before is None or mid is None else before + mid]


def _basis(store: Store, order: Order) -> dict[str, Any]:
    """What a quote holds for beside the words of its order."""
    endpoints = store.settings.endpoints()
    dials = Dials.read({**store.settings.dials().model_dump(), **order.dials})
    return {
        "config": config_for(store, endpoints, dials).id,
        "endpoints": {role: endpoint.model_dump(mode="json") for role, endpoint in endpoints.items()},
        "accept_mixed": order.accept_mixed,
        "seeds": store.seeds.count(),
        "metadata": [store.metadata.count(), store.metadata.count(MetadataFilter(state="active"))],
    }


def _quote(project: Path, order: Order, warn: Tell, show: Tell, pilot: int | None) -> Quoted:
    setup, left, seen = _look(project, order)
    wanted = pilot_size(left.growing + len(seen), left.each) if pilot is None else pilot
    missing = min(wanted - len(seen), len(left.seeds + left.metadata))
    if missing > 0:
        picked = spread(spread(left.seeds + left.metadata, wanted), missing)
        with Store.open(project, readonly=True) as store:
            taken = pilot_bounds(store, setup, left.seeds, picked)
        if taken is not None and left.bounds is not None:
            if pilot is None and too_large(taken, left.bounds.most):
                raise CodecError(
                    f"few metadata hold the {left.bounds.lineages:,} lineages, so that a pilot takes up to "
                    f"{taken.most:,} calls of the {left.bounds.most:,}: --pilot {wanted} takes it; "
                    "or run with --max-calls"
                )
            warn(f"the pilot takes at most {taken.most:,} calls of the {left.bounds.most:,}")
        only = frozenset([*picked, *(Metadata("encoded", Labels(""), seed=each).id for each in picked)])
        stages = tuple(stage for stage in setup.stages if stage != "augment")
        outcome = run(project, replace(order, stages=stages, augment_to=None, only=only), warn, show)
        setup, left, seen = _look(project, order)
        _hear(outcome.error, warn, enough=bool(seen))
    if left.growing and not seen:
        if pilot == 0:
            raise CodecError("nothing is finished yet to foretell from: allow a pilot, of two seeds or more")
        raise CodecError(f"nothing of the pilot came to its end; {_failures(project, setup)} says why")
    return _foretell(setup, left, seen)


def pilot_bounds(store: Store, setup: Setup, seeds: list[str], picked: list[str]) -> Bounds | None:
    """What a pilot takes of what was `picked` of the seeds to be read and of metadata.

    None: of these stages it cannot be told.
    """
    begun = set(seeds).intersection(picked)
    limit, stages = setup.order.limit, setup.stages
    left = store.lineages.left(setup.config.id, setup.dials, stages, limit, set(picked) - begun)
    return bounds(left, len(begun), 0, setup.dials, stages)


def too_large(pilot: Bounds, whole: int) -> bool:
    """Whether a pilot is no small part of the whole, in calls: then it is taken only where asked for."""
    return pilot.lineages > LINEAGES and SHARE * pilot.most > whole


def _failures(project: Path, setup: Setup) -> str:
    """The command that lists what failed under a setup."""
    with Store.open(project, readonly=True) as store:
        return f"failures --config {setup.config.id}" if another(store, setup.config) else "failures"


def _hear(error: CodecError | None, warn: Tell, *, enough: bool) -> None:
    """Raise what ended the pilot where a person stopped it, or nothing can be foretold; else tell of it."""
    if error is None:
        return
    if isinstance(error, Stopped) or not (enough or isinstance(error, BudgetReached)):
        raise error
    if not enough:
        raise BudgetReached(
            f"{error}: nothing of the pilot came to its end before. What it made is kept; "
            "allow more, or estimate without a limit"
        )
    warn(f"the pilot ended early, so that less is foretold from: {error}")


def _look(project: Path, order: Order) -> tuple[Setup, Left, list[Seen]]:
    """What is left, and what was seen of metadata that is finished."""
    with Store.open(project) as store, hold(project, RUN):
        setup = as_it_stands(store, order)
        left = _left(store, setup)
        unfinished = set(left.metadata)
        done = [row for row in store.metadata.active(order.limit) if row.id not in unfinished]
        replay = Replay(store, setup)
        seen = [replay.of(row) for row in spread(done, MOST)]
    return setup, left, [each for each in seen if each.grown or each.encoding]


def _left(store: Store, setup: Setup) -> Left:
    order, seeds = setup.order, seeds_left(store, setup)
    mixed = 0
    if order.augment_to and order.accept_mixed:
        mixed = max(0, order.augment_to - len(seeds) - store.metadata.in_use())
    counted = store.lineages.left(setup.config.id, setup.dials, setup.stages, order.limit)
    bound = bounds(counted, len(seeds), mixed, setup.dials, setup.stages)
    return Left(seeds, lineages_left(store, setup), mixed, bound)


def pilot_size(units: int, lineages: float) -> int:
    """How many of so many metadata, each of so many lineages, to base a quote on: more for a longer run, as
    lineages differ in length.
    """
    most = max(1, min(MOST, int(LINEAGES / max(1.0, lineages))))
    return min(most, units, max(FEWEST, min(round(2 * math.sqrt(units)), units // SHARE)))


def spread(items: Sequence[T], count: int) -> list[T]:
    """As many of them as `count`, evenly over the whole."""
    count = min(count, len(items))
    return [items[at * len(items) // count] for at in range(count)]


def _foretell(setup: Setup, left: Left, seen: list[Seen]) -> Quoted:
    found: Quoted = {name: _range(left, seen, name) for name in COUNTED}
    if not all(each.priced for each in seen):
        found["cost_usd"] = None
    for name in COUNTED[:3]:
        found[name] = {end: round(value) for end, value in (found[name] or {}).items()}
    found["seconds"] = _seconds(setup, left, seen)
    return found


def _range(left: Left, seen: list[Seen], name: str) -> Range:
    """Sums over what is left, from what was seen; from the fewest calls that it can be to the most, unless
    so many questions are asked again that the mean alone is beyond.
    """
    found, calls = _sums(left, seen, name), _sums(left, seen, "calls")["mid"]
    if left.bounds is None or not left.bounds.least <= calls <= left.bounds.most or not calls:
        return found
    low, high = (found["mid"] * bound / calls for bound in left.bounds[1:])
    return {"low": max(low, found["low"]), "mid": found["mid"], "high": min(high, found["high"])}


def _sums(left: Left, seen: list[Seen], name: str) -> Range:
    grown = [one for each in seen for one in each.grown]
    walks = left.growing * len(grown) / len(seen) if seen else 0.0
    if left.bounds is not None and grown:  # as metadata may differ much in how many lineages they have
        walks = left.bounds.lineages * len(grown) / sum(lineages for lineages, _ in grown)
    sides = (
        (float(len(left.seeds)), [each.encoding.get(name, 0.0) for each in seen if each.encoding]),
        (walks, [took.get(name, 0.0) for _, took in grown]),
    )
    sums = [likely(took, count) for count, took in sides if count and took]
    return {end: sum((each[end] for each in sums), 0.0) for end in ("low", "mid", "high")}


def likely(took: Sequence[float], count: float) -> Range:
    """What `count` more come to, of one or more that took so much: in nine of ten cases within the range.

    By Student's t of a mean. As a few may be alike by chance, where most lineages end at once, one more is
    thought of beside them, that took nothing.
    """
    from scipy.special import stdtrit  # here: every command reads this file, and few need it

    mean, of = fmean(took), len(took)
    differ = math.sqrt((math.fsum((each - mean) ** 2 for each in took) + mean**2) / of)
    spread = float(stdtrit(of, SURE)) * differ * count * math.sqrt(1 / of + 1 / count)
    return {"low": max(0.0, count * mean - spread), "mid": count * mean, "high": count * mean + spread}


def _seconds(setup: Setup, left: Left, seen: list[Seen]) -> Range:
    """The time until the busiest server has answered all, the program's own time, and the longest chain."""
    if not left.growing:
        return {"low": 0.0, "mid": 0.0, "high": 0.0}
    own = _range(left, seen, "calls")
    busiest = dict.fromkeys(own, 0.0)
    chain = 0.0
    for url, most in room(setup, slots(setup)).items():
        load = _range(left, seen, url)
        busiest = {end: max(busiest[end], load[end] / most) for end in load}
        chain += max(_longest(each, url) for each in seen)
    whole = {end: max(busiest[end], own[end] * OWN_SECONDS) + chain / 2 for end in own}
    middle = (1 + SLACK) / 2
    return {
        "low": round(whole["low"], 1),
        "mid": round(whole["mid"] * middle, 1),
        "high": round(whole["high"] * SLACK, 1),
    }


def _longest(seen: Seen, url: str) -> float:
    """The seconds that a server took until the last lineage of a metadata was at its end, at most."""
    return seen.encoding.get(url, 0.0) + max((took.get(url, 0.0) for _, took in seen.grown), default=0.0)
