"""The checks of an export on one project: its rows, files of test prompts, embeddings where wanted.

Embedding takes long and brings in torch, so a page starts `duplicates`, which is a job with a lock and
a row of its own, and reads afterwards what is kept.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from codeclm import embed, export, ingest
from codeclm.dedup import Candidate, Checked, Checks, candidates, check
from codeclm.dedup.near import Vectors
from codeclm.evaluate import tables
from codeclm.export import Options
from codeclm.jobs.local import local
from codeclm.jobs.lock import hold
from codeclm.jobs.telling import Tell
from codeclm.store import Store

DUPLICATES = "duplicates"
"""The kind of this job."""


@dataclass(frozen=True, slots=True)
class Look:
    """What the checks are about: the rows and the prompts they were made on, and what they found."""

    rows: list[Candidate]
    prompts: list[str]
    found: Checked


def rows_of(store: Store, options: Options) -> list[Candidate]:
    """The rows of an export as they are compared: without its caps, which count what the checks leave."""
    return candidates(export.walk(store, replace(options, per_use_case=None, without=None)))


def prompts_of(files: Sequence[Path]) -> list[str]:
    """The prompts of every file, each once. InputError: one cannot be read as prompts."""
    asked = (each for path in files for each in tables.prompts(ingest.read(path)).records)
    return list(dict.fromkeys(each.prompt.text for each in asked))


def look(
    store: Store,
    options: Options,
    checks: Checks,
    files: Sequence[Path] = (),
    model: str | None = None,
    progress: embed.Progress = lambda done, total: None,
) -> Look:
    """Check the rows of an export, embedding what has no vector yet. For jobs and commands."""
    rows, prompts = rows_of(store, options), prompts_of(files)

    def vectors(texts: Sequence[str]) -> Vectors:
        return embed.embed(store, texts, model, progress)

    if checks.embeds:
        vectors([row.text for row in rows] + (prompts if checks.leaks else []))
    return Look(rows, prompts, check(rows, checks, prompts, vectors))


def checked(options: Options, found: Checked) -> Options:
    """The options of the export with what the checks found left out."""
    return replace(options, without=found.dropped)


def duplicates(
    project: Path,
    ask: Callable[[Store], Options],
    checks: Checks,
    files: Sequence[Path],
    model: str | None,
    show: Tell,
) -> Look:
    """`look` as a job: it tells how far it is, and hears whether it shall stop."""
    command = {"dedup": checks.dedup, "against": len(files)}
    with (
        Store.open(project) as store,
        hold(project, DUPLICATES),
        local(store, DUPLICATES, command, show, "stopped; start again to go on") as job,
    ):
        return look(store, ask(store), checks, files, model, job.embedding)
