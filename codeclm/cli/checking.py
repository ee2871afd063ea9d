"""`duplicates`, and the words of the checks that `export` takes too."""

from __future__ import annotations

from argparse import Namespace
from collections import Counter
from collections.abc import Iterator
from typing import Any

from codeclm import export as exports
from codeclm.cli.opening import config_of, open_project, project_path
from codeclm.cli.output import Live, Result, plain
from codeclm.dedup import Checked, Checks, Leak, Twin
from codeclm.errors import UsageError
from codeclm.jobs import checking
from codeclm.store import Store

SHOWN = 5
"""Pairs below the threshold that are shown to a person: enough to see where it lies."""


def duplicates(args: Namespace) -> Result:
    """List the near-duplicates and the leaks that an export with these options would leave out."""
    open_project(args).close()

    def options(store: Store) -> exports.Options:
        config = config_of(store, args.config) if args.config else None
        return exports.Options(include=args.include, theta=args.theta, config=config, stale=args.stale)

    with Live(quiet=args.quiet) as live:
        found = checking.duplicates(
            project_path(args), options, checks_of(args), args.against, args.embedding_model, live.show
        )
    data = {
        "rows": len(found.rows),
        "prompts": len(found.prompts),
        "dropped": dict(sorted(Counter(found.found.dropped.values()).items())),
        "duplicates": [_twin(each) for each in found.found.twins],
        "leaks": [_leak(each) for each in found.found.leaks],
    }
    return Result(data, _look_lines(found.found, len(found.rows)))


def checks_of(args: Namespace) -> Checks:
    """The checks that the words ask for; a file to check against means leaks."""
    if args.against_threshold is not None and not args.against:
        raise UsageError("--against-threshold: name a file of prompts with --against")
    if args.dedup_threshold is not None and args.dedup not in ("ngram", "embedding"):
        raise UsageError("--dedup-threshold: choose --dedup ngram or embedding")
    leaks = args.against_by if args.against else None
    return Checks(args.dedup, args.dedup_threshold, leaks, args.against_threshold)


def _twin(twin: Twin) -> dict[str, Any]:
    names = {"kept": twin.kept.id, "other": twin.other.id, "dropped": twin.dropped}
    texts = {"kept_instruction": twin.kept.text, "other_instruction": twin.other.text}
    return {**names, "score": twin.score, "method": twin.method, **texts}


def _leak(leak: Leak) -> dict[str, Any]:
    about = {"id": leak.row.id, "score": leak.score, "method": leak.method}
    return {**about, "instruction": leak.row.text, "prompt": leak.prompt}


def _look_lines(found: Checked, rows: int) -> Iterator[str]:
    yield f"{rows} rows, {len(found.dropped)} of them to leave out"
    below = [twin for twin in found.twins if not twin.dropped]
    for twin in [each for each in found.twins if each.dropped] + below[:SHOWN]:
        mark = "near-duplicate" if twin.dropped else "stays, below the threshold:"
        yield f"  {mark} {twin.score:.2f} ({twin.method}): {plain(twin.other.text, 60)}"
        yield f"      of {plain(twin.kept.text, 60)}"
    if len(below) > SHOWN:
        yield f"  … and {len(below) - SHOWN} more below the threshold; --json lists them"
    for leak in found.leaks:
        yield f"  leak {leak.score:.2f} ({leak.method}): {plain(leak.row.text, 60)}"
        yield f"      of {plain(leak.prompt, 60)}"
