"""`import`, `export`, `copy`: between a project and files."""

from __future__ import annotations

from argparse import Namespace
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import asdict

from codeclm import export as exports
from codeclm import ingest
from codeclm.cli.checking import checks_of
from codeclm.cli.opening import config_of, filter_of, open_project, project_path
from codeclm.cli.output import Result, warn
from codeclm.errors import CodecError, UsageError
from codeclm.export import apart
from codeclm.export.push import push
from codeclm.ingest.source import shown
from codeclm.jobs.checking import checked, look
from codeclm.jobs.importing import Imported, ImportKind, prepare, scale_told
from codeclm.jobs.prune import prune as drop
from codeclm.store import PairFilter

SHOWN = 20
"""Rejected rows listed for a person; JSON has them all."""


def import_(args: Namespace) -> Result:
    """Read a file into the project; what is there already is left as it is."""
    table = ingest.read(args.file)
    load = prepare(table, args.kind, args.field, args.input_field)
    with open_project(args, create=True) as store:
        done = load(store)
        told = scale_told(store) if args.kind == "pairs" else ""
        bare = store.seeds.unlabelled() if args.kind == "pairs" else 0
    unread = _unread(table, args.field) if args.kind == "seeds" else ""
    lines = [*_import_lines(done, args.kind, unread), *([f"{told} `run --theta` sets it."] if told else [])]
    if bare:
        lines.append(
            f"{bare} pairs have no labels (columns use_case, skills), so that no filter can tell them apart. "
            "The Metadata page takes their instructions as seeds, in which a run reads some."
        )
    return Result(done.as_dict(), lines, status=3 if done.rejected else 0)


def _unread(table: ingest.Table, field: str | None) -> str:
    """That a file of seeds has answers, and how they come in; empty where it has none."""
    if ingest.has_answers(table):
        return "The file has answers too, which seeds do not take: --as pairs imports them."
    found = [name for name in ingest.answers(table) if name != field]
    if not found:
        return ""
    return (
        f"The column {shown(found[0], 40)} was left out: seeds take no answers. Where the target model's are "
        "there too, name the columns strong and target, and --as pairs imports both."
    )


def _import_lines(done: Imported, kind: ImportKind, unread: str) -> Iterator[str]:
    again = f", {done.repeated} repeated in the file" if done.repeated else ""
    there = done.duplicates - done.repeated
    yield f"{done.read} rows read as {kind}: {done.added} added, {there} known already{again}"
    if done.tagged:
        known = "; what was known already keeps its own" if done.duplicates else ""
        yield f"{done.tagged} rows have tags{known}"
    if unread:
        yield unread
    yield from rejected_lines(done.rejected)


def rejected_lines(rejected: Sequence[ingest.Rejected]) -> Iterator[str]:
    """Rows of a file that could not be used, and why; the first of them."""
    if rejected:
        yield f"{len(rejected)} rejected:"
    for each in rejected[:SHOWN]:
        yield f"  row {each.row}: {each.reason}"
    if len(rejected) > SHOWN:
        yield f"  and {len(rejected) - SHOWN} more; --json lists them all"


def export(args: Namespace) -> Result:
    """Write a training set."""
    if args.push is not None and not args.push.strip():
        raise UsageError("--push: name the dataset on the Hub, as OWNER/NAME")
    if args.push and args.format != "hub":
        raise UsageError("--push: choose --format hub, which writes the folder that the Hub takes")
    if args.per_cluster and args.per_use_case:
        raise UsageError("--per-cluster: not together with --per-use-case")
    with open_project(args) as store:
        config = config_of(store, args.config) if args.config else None
        where = filter_of(store, args)
        options = exports.Options(
            format=args.format,
            include=args.include,
            theta=args.theta,
            config=config,
            split=args.split,
            provenance=args.provenance,
            ids=args.ids,
            per_use_case=args.per_cluster or args.per_use_case,
            by_cluster=args.per_cluster is not None,
            filters=() if where == PairFilter() else (where,),
            stale=args.stale,
            license=args.license,
        )
        asked = checks_of(args)
        if asked.dedup or asked.leaks:
            found = look(store, options, asked, args.against, args.embedding_model).found
            options = checked(options, found)
        done = exports.write(store, args.out, options)
        if done.rows:
            with suppress(CodecError):  # a project that cannot be written is exported all the same
                apart.keep(store, options)
    if not done.rows:
        warn(f"nothing was written to {args.out}: {_empty(done.dropped)}")
    lines = [f"{done.rows} rows written{' to ' if done.files else ''}{', '.join(done.files)}"]
    lines += [f"  {count} in {part}" for part, count in done.parts.items()]
    lines += [f"  {count} left out: {reason}" for reason, count in done.dropped.items()]
    if not done.rows:
        return Result(done.as_dict(), lines, status=3)
    if not args.push:
        return Result(done.as_dict(), lines)
    address = push(args.out, args.push, private=not args.public)
    return Result({**done.as_dict(), "pushed": address}, [*lines, f"pushed to {address}"])


def _empty(dropped: Mapping[str, int]) -> str:
    """Why no pair fits, and what lets some in."""
    if not dropped:
        return "no pair has scores yet; `run` makes some, `import --as pairs` brings some"
    mends = {
        "undecided": "`--include kept` takes what nobody decided yet",
        "pending": "a lower --theta keeps more, and `run` goes on with what is pending",
        "failed": "`failures --retry` tries again what stopped them",
        "exhausted": "a lower --theta keeps more",
        "stale": "--stale takes what was written from labels edited since",
    }
    said = ", ".join(f"{count} {reason}" for reason, count in dropped.items())
    mend = next((mends[reason] for reason in mends if reason in dropped), "`pairs` lists what there is")
    return f"no pair fits ({said}); {mend}"


def copy(args: Namespace) -> Result:
    """Copy the project whole, also while a run goes on."""
    with open_project(args) as store:
        store.copy(args.to)
    return Result({"path": str(args.to)}, [f"copied to {args.to}"])


def prune(args: Namespace) -> Result:
    """Drop what nothing needs, and give the room back."""
    open_project(args).close()
    done = drop(project_path(args))
    kept = "what the current settings could ask for again is kept"
    line = f"{done.calls} calls and {done.texts} texts dropped, {done.bytes:,} bytes freed; {kept}"
    return Result(asdict(done), [line])
