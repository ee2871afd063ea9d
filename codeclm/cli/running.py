"""`run` and `failures`: the commands that ask models, or list what they failed to give."""

from __future__ import annotations

from argparse import Namespace
from collections.abc import Iterator
from typing import Any

from codeclm.cli.opening import config_of, open_project, project_path
from codeclm.cli.output import Live, Result, plain, table, warn
from codeclm.cli.reading import proposed, status_data, status_lines
from codeclm.errors import UsageError
from codeclm.jobs import run as loop
from codeclm.jobs.order import Order, unpriced
from codeclm.jobs.quote import lines
from codeclm.jobs.quote import quote as foretell
from codeclm.jobs.shift import Ended
from codeclm.lab import USUAL, Scale
from codeclm.records import IMPORTED, ROLES, Failure
from codeclm.settings import Dials


def run(args: Namespace) -> Result:
    """Run the loop to its end, or to where it must stop."""
    outcome = _do(args, order_of(args))
    counts = {
        "calls_sent": outcome.calls_sent,
        "calls_cached": outcome.calls_cached,
        "seconds": outcome.seconds,
    }
    with open_project(args) as store:
        data, waiting = {**status_data(store), **counts}, dict(proposed(store))
    # Under an error, a column of noughts would hide it from a person's eye.
    said = {name: value for name, value in data.items() if value} if outcome.status == 1 else data
    return Result(data, status_lines({**said, **waiting}), status=outcome.status)


def failures(args: Namespace) -> Result:
    """List what failed; with --retry, what still fails after another try."""
    status = _do(args, order_of(args)).status if args.retry else 0
    with open_project(args) as store:
        found = store.failures.page(config_of(store, args.config), limit=None)
    return Result({"failures": [_data(each) for each in found]}, _lines(found), status=status)


def _do(args: Namespace, order: Order) -> Ended:
    _check_theta(args, order)
    with Live(quiet=args.quiet) as live:
        outcome = loop.run(project_path(args), order, warn=live.warn, show=live.show)
    if isinstance(outcome.error, UsageError):
        raise outcome.error
    if outcome.error is not None:
        warn(str(outcome.error) if outcome.status in (4, 130) else f"error: {outcome.error}")
    return outcome


def _check_theta(args: Namespace, order: Order) -> None:
    """UsageError: no pair of the project can be over the θ that was typed, were it judged or of a file."""
    with open_project(args) as store:
        most = max(USUAL.most, Scale.of(store.scores.reach(IMPORTED)).most)
    if order.dials.get("theta", 0.0) > most:
        raise UsageError(
            f"--theta: must be from 0 to {most:g}, as a judge scores from 1 to 10 and no file brought scores "
            f"that are further apart, not {order.dials['theta']:g}"
        )


def _data(failure: Failure) -> dict[str, Any]:
    return {
        "id": failure.id,
        "stage": failure.stage,
        "record": failure.record,
        "reason": failure.reason,
        "raw": failure.raw,
    }


def _lines(found: list[Failure]) -> Iterator[str]:
    yield from table(("stage", "record", "reason"), ((f.stage, f.record, plain(f.reason, 80)) for f in found))
    yield f"{len(found)} failed" + ("; failures --retry tries again" if found else "")


def order_of(args: Namespace) -> Order:
    """What the words of a command ask of a run."""
    words = vars(args)
    return Order(
        stages=words.get("stages"),
        dials={name: words[name] for name in Dials.model_fields if words.get(name) is not None},
        urls={role: words[f"{role}_url"] for role in ROLES if words[f"{role}_url"] is not None},
        models={role: words[f"{role}_model"] for role in ROLES if words[f"{role}_model"] is not None},
        prices={role: words[f"{role}_prices"] for role in ROLES if words[f"{role}_prices"] is not None},
        concurrency=args.concurrency,
        limit=words.get("limit"),
        budget=args.budget,
        max_calls=args.max_calls,
        augment_to=words.get("augment_to"),
        accept_mixed=bool(words.get("accept_mixed")),
        retry=bool(words.get("retry")),
    )


def quote(args: Namespace) -> Result:
    """Foretell what a run would take, from what was seen or from a small pilot."""
    order = order_of(args)
    _check_theta(args, order)
    with Live(quiet=args.quiet) as live:
        found = foretell(project_path(args), order, live.warn, live.show, args.pilot)
        with open_project(args) as store:
            lacking = unpriced(store.settings.endpoints())
            if found["cost_usd"] is None and lacking:
                live.warn(f"cost_usd needs a price for {lacking}: --ROLE-prices IN,OUT, 0,0 for a local one")
    return Result(
        found, table(("", "spent", "left: low", "mid", "high", "in all"), map(_quoted, lines(found)))
    )


def _quoted(line: tuple[str, list[float | None]]) -> tuple[str, ...]:
    name, values = line
    unknown = "unknown" if name == "cost_usd" else "-"
    return (name, *(unknown if each is None else f"{each:.6g}" for each in values))
