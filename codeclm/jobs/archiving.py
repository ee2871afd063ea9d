"""A whole project as a folder of readable files, and back: one JSON Lines file a table, and a manifest.

Nothing is lost on the way; the calls, which are most of the bytes, may be left out, and then a run pays
again for what it asks. Written and restored whole or not at all.
"""

from __future__ import annotations

import json
from collections.abc import Generator, Iterator
from contextlib import ExitStack
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from codeclm.errors import InputError
from codeclm.export.files import staged_folder, told
from codeclm.store import Store, archive
from codeclm.store.files import check_free

FORMAT = "codeclm project"
MANIFEST = "manifest.json"
_LONGEST = 2**26
"""Characters of a row, or of the manifest."""


def write(store: Store, out: Path, calls: bool = True) -> dict[str, int]:
    """Archive a project into the folder `out`, new, empty or an older archive: rows by table.

    UsageError: something else is there; CodecError: it cannot be written.
    """
    with staged_folder(out, _is_archive) as new, store.read():
        about: dict[str, Any] = {"format": FORMAT, "schema": archive.version_of(store), "calls": calls}
        counts = {table: _table(new / f"{table}.jsonl", rows) for table, rows in archive.dumped(store, calls)}
        text = json.dumps({**about, "rows": counts}, indent=2)
        (new / MANIFEST).write_text(text + "\n", encoding="utf-8", newline="\n")
    return counts


def restore(folder: Path, project: Path) -> dict[str, int]:
    """Make a project of an archive: rows by table. ProjectError: the project is there already.

    InputError: the folder is no archive, or its files are damaged; CodecError: it cannot be written.
    """
    check_free(project)
    manifest = _manifest(folder)
    archived = {path.stem: _lines(path) for path in sorted(folder.glob("*.jsonl")) if _plain(path)}
    if missing := sorted(manifest["rows"].keys() - archived.keys()):
        raise InputError(f"{folder}: {missing[0]}.jsonl is missing; fetch the whole archive again")
    with ExitStack() as stack:
        stack.enter_context(told(project))
        project.parent.mkdir(parents=True, exist_ok=True)
        work = stack.enter_context(TemporaryDirectory(prefix=".restore.", dir=project.resolve().parent))
        part = Path(work) / "part.db"
        try:
            counts = archive.restore(part, manifest["schema"], archived)
        finally:
            for rows in archived.values():
                rows.close()
        if counts != manifest["rows"]:
            raise InputError(
                f"{folder}: its files do not have the rows that {MANIFEST} counts; fetch it again"
            )
        Store.open(part).close()
        check_free(project)
        part.rename(project)
    return counts


def _plain(path: Path) -> bool:
    """Whether it is a file of the archive itself: a link leads to somebody else's."""
    return path.is_file() and not path.is_symlink()


def _is_archive(folder: Path) -> bool:
    """Whether all that is in a folder is what an archive has: many a folder has some manifest.json."""
    try:
        tables = _manifest(folder)["rows"]
    except InputError:
        return False
    return {path.name for path in folder.iterdir()} <= {MANIFEST, *(f"{table}.jsonl" for table in tables)}


def _table(path: Path, rows: Iterator[archive.Line]) -> int:
    count = 0
    with path.open("w", encoding="utf-8", newline="\n") as stream:
        for row in rows:
            stream.write(json.dumps(row, ensure_ascii=False) + "\n")
            count += 1
    return count


def _manifest(folder: Path) -> dict[str, Any]:
    try:
        if (folder / MANIFEST).is_symlink():
            raise InputError(
                f"{folder}: {MANIFEST} is a link, and no archive has one; fetch the archive again"
            )
        with (folder / MANIFEST).open(encoding="utf-8") as stream:
            found = json.loads(stream.read(_LONGEST))
    except OSError as error:
        raise InputError(
            f"{folder}: no archive of a project ({MANIFEST}: {error.strerror}); name one that archive wrote"
        ) from None
    except (ValueError, RecursionError):
        raise InputError(f"{folder}: {MANIFEST} is damaged; fetch the archive again") from None
    well = isinstance(found, dict) and found.get("format") == FORMAT and isinstance(found.get("rows"), dict)
    if not (well and type(found.get("schema")) is int and found["schema"] > 0):
        raise InputError(f"{folder}: {MANIFEST} is not that of a project; name the folder that archive wrote")
    return dict(found)


def _lines(path: Path) -> Generator[archive.Line, None, None]:
    try:
        with path.open(encoding="utf-8", newline="\n") as stream:
            for number, line in enumerate(iter(partial(stream.readline, _LONGEST), ""), 1):
                row = json.loads(line)
                if not isinstance(row, dict):
                    raise InputError(f"{path.name}: line {number} is no object; fetch the archive again")
                yield row
    except (ValueError, RecursionError):
        raise InputError(
            f"{path.name}: damaged, it is not JSON Lines in UTF-8; fetch the archive again"
        ) from None
    except OSError as error:
        raise InputError(f"{path.name}: cannot be read: {error.strerror}") from None
