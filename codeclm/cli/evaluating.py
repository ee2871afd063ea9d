"""`evaluate` and `evaluations`: measure candidates against the strong model, and see what was measured."""

from __future__ import annotations

import re
from argparse import Namespace
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

from codeclm.cli.files import rejected_lines
from codeclm.cli.opening import open_project, project_path
from codeclm.cli.output import Live, Result, plain, table, warn
from codeclm.cli.running import order_of
from codeclm.errors import UsageError
from codeclm.evaluate.crr import Tally
from codeclm.evaluate.report import Report, report
from codeclm.export import apart
from codeclm.jobs import evaluate as job
from codeclm.jobs.candidates import Ask, Candidate, CandidateKind
from codeclm.jobs.matching import Match
from codeclm.jobs.matching import matching as match
from codeclm.jobs.trial import NO_ANSWER, NO_SCORES, look
from codeclm.settings import Endpoint

_AT = re.compile(r"(?P<model>.+?)@(?P<url>[a-z][a-z0-9+.-]*://.*|builtin)", re.DOTALL)


def evaluate(args: Namespace) -> Result:
    """Evaluate, or go on with an evaluation that was cut short."""
    ask = ask_of(args)
    if not project_path(args).exists():
        # What cannot be used is told before a project is made for it.
        look(ask)
    with open_project(args, create=ask.prompts is not None) as store:
        if told := apart.seen(store, ask.holdout or 0.0):
            warn(f"warning: {told}")
    with Live(quiet=args.quiet) as live:
        found = job.evaluate(project_path(args), ask, warn=live.warn, show=live.show)
    if found.ended.error is not None:
        warn(str(found.ended.error) if found.status in (4, 130) else f"error: {found.ended.error}")
    data = {
        **found.report.as_dict(),
        "rejected": [each.as_dict() for each in found.rejected],
        "calls_sent": found.ended.calls_sent,
        "calls_cached": found.ended.calls_cached,
        "seconds": found.ended.seconds,
    }
    return Result(data, [*_lines(found.report), *rejected_lines(found.rejected)], status=found.status)


def ask_of(args: Namespace) -> Ask:
    """What the words ask for. The target is a candidate where no other is named, or where it is asked for."""
    candidates = [
        *(_endpoint(text) for text in args.candidate),
        *_joined(
            [_file(text, "answers") for text in args.answers], [_file(text, "scores") for text in args.scores]
        ),
    ]
    typed = args.target_url is not None or args.target_model is not None
    if not candidates or args.with_target or typed:
        candidates.insert(0, Candidate())
    return Ask(
        prompts=args.prompts,
        prompt_field=args.field,
        input_field=args.input_field,
        group_field=args.group_field,
        answer_field=args.answer_field,
        holdout=args.holdout,
        by_cluster=args.by_cluster,
        strong_answers=args.strong_answers,
        candidates=tuple(candidates),
        limit=args.limit,
        retry=args.retry,
        order=order_of(args),
    )


def evaluations(args: Namespace) -> Result:
    """List the evaluations of a project, or show or forget one."""
    with open_project(args) as store:
        if args.id is None:
            if args.delete:
                raise UsageError("evaluations --delete: say which, by its id")
            found = [report(store, each.id) for each in store.evaluations.recent(1000)]
            return Result({"evaluations": [_short(each) for each in found]}, table(_HEAD, map(_row, found)))
        shown = report(store, args.id)
        if args.delete:
            store.evaluations.delete(args.id)
            return Result({"deleted": args.id}, [f"{args.id}: forgotten"])
    return Result(shown.as_dict(), _lines(shown))


def matching(args: Namespace) -> Result:
    """How near the rows of an export are to held-out prompts, by labels and by embeddings."""
    ask: Ask | str
    if args.evaluation is not None:
        if args.prompts is not None or args.holdout is not None:
            raise UsageError("matching: give --evaluation, a file of prompts, or --holdout")
        ask = args.evaluation
    else:
        ask = Ask(args.prompts, args.field, group_field=args.group_field, holdout=args.holdout)
    open_project(args).close()
    with Live(quiet=args.quiet) as live:
        found = match(project_path(args), ask, args.include, args.theta, args.embedding_model, live.show)
    return Result(found.as_dict(), _match_lines(found))


def _match_lines(found: Match) -> Iterator[str]:
    yield f"{found.rows} rows against {found.prompts} prompts"
    for name, each in (
        ("use cases (Jensen-Shannon, bits)", found.labels),
        ("embeddings (energy distance)", found.embedding),
    ):
        if each is None:
            yield f"{name}: nothing to compare by, as one side has none or no two are alike"
        else:
            chance = f"by chance {each.low:.4f} to {each.high:.4f}"
            yield f"{name}: {each.value:.4f}, {chance}, p = {each.p:.3g}"


def _endpoint(text: str) -> Candidate:
    name, rest = _named(text)
    at = _AT.fullmatch(rest)
    model, url = (at["model"], at["url"]) if at else (rest, None)
    if not model.strip():
        raise UsageError(f"--candidate {text}: say which model, as in NAME=MODEL@URL")
    if url is not None:
        try:
            Endpoint.read({"url": url})
        except UsageError as error:
            raise UsageError(f"--candidate {text}: {error}") from None
    return Candidate(name, "model", model, url)


def _file(text: str, kind: CandidateKind) -> Candidate:
    name, rest = ("", text) if Path(text).exists() else _named(text)
    return Candidate(name, kind, path=Path(rest))


def _joined(answers: list[Candidate], scores: list[Candidate]) -> list[Candidate]:
    """Answers and scores of one name are one candidate's: nobody is asked, and the answers can be read."""
    found = {each.called: each for each in answers}
    scored = [
        replace(each, answers=twin.path if (twin := found.get(each.called)) else None) for each in scores
    ]
    alone = {each.called for each in scores}
    return [each for each in answers if each.called not in alone] + scored


def _named(text: str) -> tuple[str, str]:
    """A name before the first equals sign, which no address has before its model."""
    name, sign, rest = text.partition("=")
    return (name.strip(), rest) if sign and "@" not in name else ("", text)


_HEAD = ("id", "prompts", "candidates", "CRR", "edited prompts")


def _short(found: Report) -> dict[str, Any]:
    whole = found.as_dict()
    return {name: whole[name] for name in ("id", "prompts", "strong", "judge", "edited")} | {
        "source": found.evaluation.spec["prompts"]["source"],
        "candidates": [
            {name: each[name] for name in ("name", "wins", "ties", "losses", "crr", "ci95")}
            for each in whole["candidates"]
        ],
        "failures": len(found.missed),
    }


def _row(found: Report) -> tuple[object, ...]:
    names = ", ".join(plain(result.name, 30) for result in found.results)
    rates = ", ".join(_percent(result.counts.crr) for result in found.results)
    return (found.evaluation.id, found.evaluation.prompts, names, rates, ", ".join(found.edited))


def _lines(found: Report) -> Iterator[str]:
    yield f"evaluation {found.evaluation.id}: {found.evaluation.prompts} prompts"
    head = ("candidate", "group", "wins", "ties", "losses", "CRR", "95 %")
    rows: list[tuple[object, ...]] = []
    for result in found.results:
        rows.append((plain(result.name, 30), "all", *_counts(result.counts)))
        groups = {name: counts for name, counts in result.groups.items() if name}
        rows += [
            (plain(result.name, 30), plain(name, 30), *_counts(counts)) for name, counts in groups.items()
        ]
    yield from table(head, rows)
    if found.edited:
        yield f"asked with prompts edited in the project ({', '.join(found.edited)}): with others CRR differs"
    for result in found.results:
        if result.one_order:
            yield f"{plain(result.name, 30)}: {result.one_order} prompts were judged in one order only"
    for pair in found.compared:
        yield (
            f"{plain(pair.first, 30)} against {plain(pair.second, 30)}: {pair.only_first} prompts "
            f"recovered by the first alone, {pair.only_second} by the second; exact McNemar p = {pair.p:.3g}"
            + (f", {pair.adjusted:.3g} over all pairs" if len(found.compared) > 1 else "")
        )
    if found.missed:
        yield f"{len(found.missed)} failed{_mends(found)}:"
    for each in found.missed[:20]:
        yield f"  prompt {each.place + 1}, {plain(found.name(each.candidate), 30)}, {each.stage}: " + plain(
            each.reason, 80
        )


def _mends(found: Report) -> str:
    """What to do about what failed: nobody is asked for what a file is to bring."""
    lacking = sum(each.reason in (NO_ANSWER, NO_SCORES) for each in found.missed)
    asked = "" if lacking == len(found.missed) else "; --retry asks again"
    return asked + (f"; for {lacking} a file lacks a row: add it, and evaluate again" if lacking else "")


def _counts(counts: Tally) -> tuple[object, ...]:
    low, high = counts.recovered.low, counts.recovered.high
    between = f"{100 * low:.1f}-{100 * high:.1f}" if counts.total else "-"
    return (counts.wins, counts.ties, counts.losses, _percent(counts.crr), between)


def _percent(rate: float | None) -> str:
    return "-" if rate is None else f"{100 * rate:.2f}"
