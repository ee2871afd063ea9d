"""Files that a person gives and a job may read: kept in a folder of our own under a harmless name, for a day.

A foreign name is never a path: only letters, digits and a few signs of it are left. Streamlit forgets a file
with a look at another page; here it stays given until it is taken out.
"""

from __future__ import annotations

import hashlib
import re
import time
from pathlib import Path
from typing import NamedTuple

import streamlit as st

from codeclm import ingest, projects
from codeclm.ids import content_id
from codeclm.ui.text import plain

DAY = 86_400.0
TYPES = ["jsonl", "ndjson", "json", "csv", "tsv", "parquet", "txt"]
"""What `ingest` reads, by the ends of names."""


class Upload(NamedTuple):
    """A file that was given: its name as it was called, where it lies, and Streamlit's id of it."""

    name: str
    path: Path
    id: str


def upload(label: str, key: str, text: str) -> Upload | None:
    """A field for one file: the one that was given last. `text`: its help."""
    found = _given(label, key, text, many=False)
    return found[-1] if found else None


def uploads(label: str, key: str, text: str) -> list[Upload]:
    """A field for files."""
    return _given(label, key, text, many=True)


def typed(name: str, text: str) -> Upload:
    """A text that was typed, as if it were given as a file of this name."""
    path = keep(name, text.encode("utf-8", "replace"))
    return Upload(name, path, path.parent.name)


@st.cache_resource(max_entries=8, ttl="1h", show_spinner="Reading the file…")
def table(path: Path, name: str = "") -> ingest.Table:
    """What a kept file holds, read once: its path tells its content. InputError, which calls it by `name` or
    as it is kept: it cannot be read.
    """
    return ingest.read(path, name)


def _given(label: str, key: str, text: str, many: bool) -> list[Upload]:
    """What stands in the field, after what did when the page was left."""
    state = st.session_state
    field = st.file_uploader(
        label, TYPES, accept_multiple_files=many, key=key, help=text, on_change=_changed, args=(key,)
    )
    files = field if isinstance(field, list) else [] if field is None else [field]
    before: list[Upload] = state.get(_here(key), [])
    known = {each.id: each for each in before}
    here = [
        known.get(each.file_id) or Upload(each.name, keep(each.name, each.getvalue()), each.file_id)
        for each in files
    ]
    # What was there and is not, though nobody took it out, was there when the page was left.
    earlier = [*state.get(_earlier(key), []), *(each for each in before if each not in here)]
    earlier = [each for each in earlier if each.path.exists()] if many or not here else []
    state[_here(key)], state[_earlier(key)] = here, earlier
    for each in earlier:
        each.path.touch()  # the day begins again
        st.button(
            plain(each.name, 60),
            icon=":material/close:",
            type="tertiary",
            key=f"{key}_out {each.id}",
            help="Given before. Press to take it out.",
            on_click=_take_out,
            args=(key, each),
        )
    return [*earlier, *here]


def _changed(key: str) -> None:
    """A file was given or taken out: what stands there is what is wanted."""
    st.session_state[_here(key)] = []


def _take_out(key: str, gone: Upload) -> None:
    st.session_state[_earlier(key)] = [each for each in st.session_state[_earlier(key)] if each != gone]


def _here(key: str) -> str:
    return f"{key}_here"


def _earlier(key: str) -> str:
    return f"{key}_earlier"


def keep(name: str, content: bytes) -> Path:
    """Put an upload where the job finds it; the same upload is the same file."""
    folder = projects.folder() / ".uploads"
    folder.mkdir(exist_ok=True)
    _sweep(folder)
    place = folder / content_id("upload", name=name, content=hashlib.sha256(content).hexdigest())
    place.mkdir(exist_ok=True)
    path = place / harmless(name)
    if path.exists() and path.stat().st_size == len(content):
        path.touch()
    else:
        path.write_bytes(content)
    return path


def harmless(name: str) -> str:
    """What is left of a file's name when it may only be a name."""
    stem, dot, suffix = Path(name.replace("\\", "/")).name.rpartition(".")
    stem, suffix = (stem, suffix) if dot else (suffix, "txt")
    clean = re.sub(r"[^A-Za-z0-9._-]+", "-", stem).strip("-.")[:60]
    return f"{clean or 'file'}.{re.sub(r'[^a-z0-9]', '', suffix.lower())[:8] or 'txt'}"


def _sweep(folder: Path) -> None:
    for path in folder.glob("*/*"):
        if time.time() - path.stat().st_mtime > DAY:
            path.unlink(missing_ok=True)
            path.parent.rmdir()
