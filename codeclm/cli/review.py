"""`decide`, `undo`, `redo`: what a person says of a pair."""

from __future__ import annotations

from argparse import Namespace
from collections.abc import Callable

from codeclm.cli.opening import open_project
from codeclm.cli.output import Result, pair_data, plain, verdict
from codeclm.errors import CodecError, ProjectError
from codeclm.records import Decision, Pair
from codeclm.store import Store


def decide(args: Namespace) -> Result:
    """Accept or reject a pair, perhaps edited."""
    decision = Decision(
        pair=args.pair,
        verdict=args.verdict,
        reviewer=args.reviewer,
        answer=args.answer,
        instruction=args.instruction,
        response=args.response,
        reasons=tuple(args.reason),
    )
    with open_project(args) as store:
        return _shown(_pair(store, store.decisions.decide(decision)))


def undo(args: Namespace) -> Result:
    """Take a reviewer's last decision back."""
    with open_project(args) as store:
        return _changed(store, store.decisions.undo, args.reviewer, "undo")


def redo(args: Namespace) -> Result:
    """Decide again what was undone last."""
    with open_project(args) as store:
        return _changed(store, store.decisions.redo, args.reviewer, "redo")


def _changed(store: Store, change: Callable[[str], str | None], reviewer: str, word: str) -> Result:
    pair = change(reviewer)
    if pair is None:
        whose = f" by {reviewer}" if reviewer else ""
        raise CodecError(f"there is nothing to {word}{whose}")
    return _shown(_pair(store, pair))


def _pair(store: Store, pair: str) -> Pair:
    dials, config = store.settings.dials(), store.settings.config()
    found = store.pairs.get(pair, dials.theta, dials.iterations, config.id if config else None)
    if found is None:
        raise ProjectError(f"{pair}: no such pair; pairs lists them")
    return found


def _shown(pair: Pair) -> Result:
    said = verdict(pair) or "undecided"
    return Result(pair_data(pair), [f"{pair.id}: {said} · {plain(pair.instruction, 80)}"])
