"""Writes an export to a file or a folder, or shows its first lines."""

from __future__ import annotations

from array import array
from bisect import bisect_left
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import Any, TextIO

from codeclm.errors import UsageError
from codeclm.export import recipes
from codeclm.export.card import Facts, card
from codeclm.export.clusters import clusters_of
from codeclm.export.families import LINE, Families, in_test
from codeclm.export.files import mark, staged_file, staged_folder
from codeclm.export.formats import Format, format_of
from codeclm.export.provenance import Provenance
from codeclm.export.row import Row
from codeclm.export.rows import Choice, Include, Rows
from codeclm.export.selecting import found
from codeclm.export.sinks import csv_lines, line
from codeclm.garbage import uncollected
from codeclm.records import IMPORTED
from codeclm.store import PairFilter, Store

SPLIT = 0.1
"""The test share of a `hub` folder where none is given."""


@dataclass(frozen=True, slots=True)
class Options:
    """What is exported and how.

    `include`: accepted = accepted by a person, whatever the state; kept = kept at θ and not rejected;
    all = both. `theta` None: the project's. `config` None: the current one. `split`: the share of
    families that goes to `test`, between 0 and 1; None: one file (hub: 0.1). `provenance`: a sidecar.
    """

    format: str = "messages"
    include: Include = "kept"
    theta: float | None = None
    config: str | None = None
    split: float | None = None
    provenance: bool = False
    ids: bool = False
    """Whether rows of JSON Lines have the pair's `id`, as their provenance has; columns have it always."""
    filters: tuple[PairFilter, ...] = ()
    """Only pairs that each of them finds."""
    per_use_case: int | None = None
    """The most rows of one use case, the first in order."""
    by_cluster: bool = False
    """`per_use_case` counts the clusters of the map in place of use cases."""
    without: Mapping[str, str] | None = None
    """By pair id, why it is left out: what the checks of `dedup` found."""
    stale: bool = False
    """Whether what was written from labels edited since goes in too."""
    license: str = ""
    """For the dataset card of `hub`."""

    @property
    def test_share(self) -> float | None:
        """The share of families that goes to `test`; None: one file."""
        return SPLIT if self.split is None and format_of(self.format).folder else self.split


@dataclass(frozen=True, slots=True)
class Exported:
    """What an export came to: rows written, the files' paths as given, rows left out by reason, and how many
    rows teach the target's own answer.
    """

    rows: int
    files: list[str]
    dropped: dict[str, int]
    of_target: int = 0
    places: Sequence[int] = ()
    """Of a tally for a split: where the families of its rows lie, in order."""
    parts: Mapping[str, int] = field(default_factory=dict)
    """Of what was written into a folder: how many rows `train` and `test` have."""

    def in_test(self, share: float) -> int:
        """How many of the rows that were told apart a test part of this share gets."""
        return bisect_left(self.places, share * LINE)

    def as_dict(self) -> dict[str, Any]:
        """As the contract's JSON writes it."""
        return {"rows": self.rows, "files": self.files, "dropped": self.dropped}


def write(store: Store, out: str | Path, options: Options) -> Exported:
    """Export to `out`: a file, or with a split, or `hub`, a folder with `train` and `test`.

    UsageError: an option that cannot be, or `out` is something else; CodecError: it cannot be written.
    A file that was there is replaced only when the new one is whole. Of no rows no file is made.
    """
    form = _form(options)
    rows, place = _rows(store, options, form), Path(out)
    if place.name in ("", ".."):
        place = place.resolve()
    if options.test_share is not None:
        return _folder(rows, place, options, form)
    return _file(rows, place, options, form)


def preview(store: Store, options: Options, n: int = 3) -> list[str]:
    """The first `n` rows exactly as `write` would put them; CSV with its header, Parquet as JSON."""
    form = _form(options)
    with closing(_rows(store, options, form).walk()) as rows:
        first = list(islice(rows, n))
    return csv_lines(first) if form.suffix == "csv" else [line(form.shape(row)) for row in first]


def walk(store: Store, options: Options) -> Iterator[Row]:
    """The rows in order, as `write` would write them."""
    yield from _rows(store, options, format_of(options.format)).walk()


def tally(store: Store, options: Options) -> Exported:
    """What `write` would come to, with nothing written."""
    form = _form(options)
    rows = _rows(store, options, form)
    with uncollected():
        number = rows.count(parted=options.test_share is not None)
        places = array("Q", sorted(rows.places)) if rows.places else ()
        return Exported(number, [], _sorted(rows), rows.of_target, places)


def _form(options: Options) -> Format:
    form = format_of(options.format)
    return form.with_ids() if options.ids else form


def _rows(store: Store, options: Options, form: Format) -> Rows:
    if options.include not in ("accepted", "kept", "all"):
        raise UsageError(f"include: {options.include} is none of accepted, kept and all")
    if options.split is not None and not 0 < options.split < 1:
        raise UsageError(f"split: {options.split:g} is not between 0 and 1; 0.1 puts a tenth into test")
    dials, config = store.settings.dials(), _config_id(store, options.config)
    theta = dials.theta if options.theta is None else options.theta
    choice = Choice(
        config=config,
        theta=theta,
        cap=dials.iterations,
        include=options.include,
        only=found(store, config, theta, dials.iterations, options.filters),
        per_use_case=options.per_use_case,
        groups=clusters_of(store, "metadata") if options.by_cluster else {},
        without=options.without or {},
        stale=options.stale,
    )
    return Rows(store, choice, preference=form.preference)


def _config_id(store: Store, wanted: str | None) -> str:
    if wanted is None:
        current = store.settings.config()
        return current.id if current else IMPORTED
    if wanted != IMPORTED and store.settings.config_of(wanted) is None:
        raise UsageError(f"config: the project has none called {wanted}")
    return wanted


def _sorted(rows: Rows) -> dict[str, int]:
    return dict(sorted(rows.dropped.items()))


def _file(rows: Rows, out: Path, options: Options, form: Format) -> Exported:
    beside = Path(f"{out}.provenance.jsonl")
    with ExitStack() as stack:
        part = stack.enter_context(staged_file(out))
        sidecar = stack.enter_context(staged_file(beside)) if options.provenance else None
        counts = _fill(rows, form, {"": part}, sidecar, 0.0)
        if not counts[""]:
            for made in filter(None, (part, sidecar)):
                made.unlink()
            return Exported(0, [], _sorted(rows))
    files = [str(out)] + ([str(beside)] if options.provenance else [])
    return Exported(counts[""], files, _sorted(rows), rows.of_target)


def _folder(rows: Rows, out: Path, options: Options, form: Format) -> Exported:
    share = options.test_share or 0.0
    names = {split: f"{split}.{form.suffix}" for split in ("train", "test")}
    with staged_folder(out) as part:
        sidecar = part / "provenance.jsonl" if options.provenance else None
        counts = _fill(rows, form, {split: part / name for split, name in names.items()}, sidecar, share)
        if not any(counts.values()):
            for made in part.iterdir():
                made.unlink()
            return Exported(0, [], _sorted(rows))
        texts = {
            "dataset_info.json": recipes.llama_factory(form.name, names),
            "axolotl.yaml": recipes.axolotl(form.name, names),
            "README.md": _card(rows, options, counts) if form.folder else None,
        }
        for name, text in texts.items():
            if text is not None:
                (part / name).write_text(text, encoding="utf-8", newline="\n")
        mark(part)
        written = [*names.values(), *(name for name, text in texts.items() if text is not None)]
    files = [str(out / name) for name in written + (["provenance.jsonl"] if options.provenance else [])]
    return Exported(sum(counts.values()), files, _sorted(rows), rows.of_target, parts=counts)


def _fill(
    rows: Rows, form: Format, parts: dict[str, Path], sidecar: Path | None, share: float
) -> dict[str, int]:
    """Write every row to the part it belongs to; how many each got. One part, named "": no split."""
    counts = dict.fromkeys(parts, 0)
    trace, families = Provenance(rows.store, rows.choice.config), Families(rows.store)
    with ExitStack() as stack, uncollected():
        sinks = {split: stack.enter_context(closing(form.open(path))) for split, path in parts.items()}
        beside = stack.enter_context(_text(sidecar)) if sidecar else None
        for row in rows.walk():
            split = "" if "" in parts else "test" if in_test(families.of(row.pair), share) else "train"
            sinks[split].add(row)
            counts[split] += 1
            if beside:
                beside.write(line(trace.record(row, split)) + "\n")
    return counts


@contextmanager
def _text(path: Path) -> Iterator[TextIO]:
    with path.open("w", encoding="utf-8", newline="\n") as stream:
        yield stream


def _card(rows: Rows, options: Options, counts: dict[str, int]) -> str:
    choice = rows.choice
    facts = Facts(
        config=rows.store.settings.config_of(choice.config),
        theta=choice.theta,
        iterations=choice.cap,
        include=choice.include,
        rows=counts,
        dropped=_sorted(rows),
        licence=options.license,
        provenance=options.provenance,
    )
    return card(facts)
