"""`decide`, `undo`, `redo`, `agreement`: what people say of pairs."""

from __future__ import annotations

from argparse import Namespace
from collections import Counter
from collections.abc import Callable

from codeclm.agreement import alpha, best, fits, percent
from codeclm.cli.opening import config_of, open_project
from codeclm.cli.output import Result, pair_data, plain, verdict
from codeclm.errors import CodecError, ProjectError, UsageError
from codeclm.ingest.fields import RowError, text_of
from codeclm.lab import Scale, thetas
from codeclm.llm.text import clean
from codeclm.records import Decision, Pair
from codeclm.store import Store
from codeclm.votes import as_votes, reviewer, units

MOST = 200
"""Characters of a reason."""


def decide(args: Namespace) -> Result:
    """Accept or reject a pair, perhaps edited."""
    decision = Decision(
        pair=args.pair,
        verdict=args.verdict,
        reviewer=reviewer(args.reviewer),
        answer=args.answer,
        instruction=_edit(args.instruction, "--instruction"),
        response=_edit(args.response, "--response"),
        reasons=tuple(said for reason in args.reason if (said := clean(reason).strip()[:MOST])),
        adjudicated=args.adjudicate,
    )
    with open_project(args) as store:
        return _shown(_pair(store, store.decisions.decide(decision)))


def _edit(text: str | None, flag: str) -> str | None:
    try:
        return None if text is None else text_of(text, flag)
    except RowError as fault:
        raise UsageError(f"{fault}; leave it away to keep the text as it is") from None


def undo(args: Namespace) -> Result:
    """Take a reviewer's last decision back."""
    with open_project(args) as store:
        return _changed(store, store.decisions.undo, reviewer(args.reviewer), "undo")


def redo(args: Namespace) -> Result:
    """Decide again what was undone last."""
    with open_project(args) as store:
        return _changed(store, store.decisions.redo, reviewer(args.reviewer), "redo")


def agreement(args: Namespace) -> Result:
    """Say, or set, how many reviewers a pair needs; and how far they agree with each other and the judge."""
    with open_project(args) as store:
        if args.minimum is not None:
            store.decisions.verdicts.set_minimum(args.minimum)
        config = config_of(store, args.config)
        votes, said = store.decisions.votes(config), units(store.decisions.votes(config, own=True))
        steps = thetas(Scale.of(max((abs(vote.gap) for vote in votes), default=0.0)))
        fit = best(fits(as_votes(votes), steps), store.settings.dials().theta)
        agreed = percent(said)
        found = {
            "minimum": store.decisions.verdicts.minimum,
            "reviewers": dict(Counter(vote.reviewer for vote in votes)),
            "conflicts": store.decisions.conflicts(config),
            "agree": agreed.rate,
            "ci95": [agreed.low, agreed.high],
            "alpha": alpha(said),
            "theta": None if fit is None else fit.theta,
            "theta_agree": None if fit is None else fit.agreed.rate,
        }
    return Result(found, (f"{name.replace('_', ' '):<14}{_told(value)}" for name, value in found.items()))


def _told(value: object) -> str:
    if isinstance(value, dict):
        return (
            plain(", ".join(f"{name or 'without a name'}: {count}" for name, count in value.items()))
            or "none"
        )
    if isinstance(value, list):
        return " to ".join(f"{each:.3f}" for each in value)
    return "-" if value is None else f"{value:.3f}" if isinstance(value, float) else str(value)


def _changed(store: Store, change: Callable[[str], str | None], name: str, word: str) -> Result:
    pair = change(name)
    if pair is None:
        whose = f" by {name}" if name else ""
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
