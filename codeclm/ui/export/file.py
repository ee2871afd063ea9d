"""What an export comes to: counts, reasons, first lines, and the file, made only when it is asked for."""

from __future__ import annotations

import io
import re
import tempfile
import zipfile
from contextlib import suppress
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import get_args

import streamlit as st

from codeclm.errors import CodecError
from codeclm.export import Exported, Options, apart, preview, tally, write
from codeclm.export.formats import format_of
from codeclm.export.writing import SPLIT
from codeclm.projects import Project
from codeclm.store import Held, Store
from codeclm.ui.export_words import FORMATS, REASONS
from codeclm.ui.page import go
from codeclm.ui.text import number, plural

LINES, SHOWN = 3, 6_000
"""Lines of the preview, and the most characters of it."""
_FIRST = (1980, 1, 1, 0, 0, 0)
"""The oldest time a zip file knows: equal exports give equal bytes."""


def summary_of(project: Project, revision: int, options: Options) -> Exported:
    """How many rows there would be and what is left out; counted once for each change of the file, and not
    again for what changes no count: the form of the file, how large its test part is, its licence."""
    form = "dpo" if format_of(options.format).preference else "messages"
    split = None if options.test_share is None else SPLIT
    counted = replace(options, format=form, split=split, provenance=False, ids=False, license="")
    return _tally(str(project.path), revision, counted)


@st.cache_resource(max_entries=32, ttl="1h", show_spinner="Counting…")
def _tally(path: str, revision: int, options: Options) -> Exported:
    with Store.open(Path(path), readonly=True) as store:
        return tally(store, options)


def outcome(found: Exported, options: Options) -> None:
    """Rows in, rows out, and each reason in plain words."""
    out = sum(found.dropped.values())
    with st.container(horizontal=True, gap="large"):
        st.metric("Rows in the file", number(found.rows), width="content")
        st.metric("Pairs left out", number(out), width="content")
    if options.test_share is not None and found.rows:
        st.caption(_parted(found, found.in_test(options.test_share)))
    if found.of_target:
        share = f"{number(found.of_target)} of the rows ({100 * found.of_target / found.rows:.0f} %)"
        st.caption(f"{share} have the target's own answer, as it won or was chosen.")
    if found.dropped:
        lines = sorted(found.dropped.items(), key=lambda item: -item[1])
        st.markdown("\n".join(f"- **{number(count)}** {REASONS.get(name, name)}" for name, count in lines))


def _parted(found: Exported, test: int) -> str:
    """How many rows each part gets."""
    share = f"{100 * test / found.rows:.0f} %"
    said = f"**{number(found.rows - test)}** in train, **{number(test)}** in test ({share})"
    if test in (0, found.rows):
        return f"{said}. The part goes by a row’s seed, and all fell on one side: set another share."
    return (
        f"{said}. The part goes by a row’s seed, so that rows of one stay together and none moves as data is "
        "added: the share is not exactly the one set."
    )


def first_lines(project: Project, options: Options) -> None:
    """The first lines exactly as they will stand in the file."""
    with project.open(readonly=True) as store:
        lines = preview(store, options, LINES)
    text = "\n".join(lines)
    st.code(text[:SHOWN], language=None, wrap_lines=True)
    if len(text) > SHOWN:
        st.caption(f"The first {number(SHOWN)} characters of {number(len(text))}.")


def download(project: Project, options: Options, rows: int) -> None:
    """The button. The file is made when it is pressed."""
    name = file_name(project.name, options)
    st.download_button(
        f"Download {plural(rows, 'row')}",
        data=partial(content, project, options),
        file_name=name,
        mime="application/zip" if name.endswith(".zip") else "application/octet-stream",
        on_click="ignore",
        type="primary",
        icon=":material/download:",
        disabled=rows == 0,
        key="export_download",
    )
    st.caption(name)


def file_name(project: str, options: Options) -> str:
    """A name that every system takes; a zip where there is more than one file."""
    safe = re.sub(r"[^A-Za-z0-9._-]+", "-", project).strip("-.") or "project"
    return f"{safe}-{options.format}-{options.include}.{'zip' if _several(options) else _suffix(options)}"


def content(project: Project, options: Options) -> bytes:
    """The bytes of the file. In a thread of its own, so an error can only be told in the file itself."""
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / ("export" if options.test_share is not None else f"export.{_suffix(options)}")
        try:
            with project.open(readonly=True) as store:
                files = [Path(each) for each in write(store, out, options).files]
        except CodecError as error:
            return f"The export failed: {error}\n".encode()
        if not files:
            return b"No pair fits any more, so there is no row to export.\n"
        with suppress(CodecError), project.open() as store:  # what cannot be written is exported all the same
            apart.keep(store, options)
        return _zip(files) if _several(options) else files[0].read_bytes()


def _zip(files: list[Path]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED, compresslevel=6) as archive:
        for path in files:
            archive.writestr(zipfile.ZipInfo(path.name, _FIRST), path.read_bytes(), zipfile.ZIP_DEFLATED)
    return buffer.getvalue()


def _several(options: Options) -> bool:
    return options.test_share is not None or options.provenance


def _suffix(options: Options) -> str:
    return options.format if options.format in ("csv", "parquet") else "jsonl"


def nothing(found: Exported, options: Options, accepted: int) -> None:
    """What to do where there are no rows. `accepted`: the pairs that a person took, whatever is asked for."""
    if options.include == "accepted" and not accepted:
        st.info("Nothing is accepted yet. Review pairs first, or choose Kept.", icon=":material/info:")
        go("Review", "Review pairs", status="kept")
    elif found.dropped:
        said = f"{FORMATS[options.format][0]}: no pair fits; the reasons are above."
        under = found.dropped.keys() & {"pending", "exhausted", *get_args(Held)}
        st.info(f"{said} A lower θ keeps more." if under else said, icon=":material/info:")
