"""Files and folders that appear whole or not at all. Knows nothing of what is in them."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from codeclm.errors import CodecError, UsageError
from codeclm.store.files import BESIDE

MARK = ".codeclm-export"
"""Names, one a line, the files that an export wrote into its folder: only those may another replace."""
_DATABASE = b"SQLite format 3\0"


@contextmanager
def staged_file(out: Path) -> Iterator[Path]:
    """A path to write to that takes the place of `out` when the block ends well, and has left it there.

    UsageError: `out` is a folder, a project or no plain file; CodecError: it cannot be written.
    """
    with told(out):
        _check_file(out)
        out = out.resolve()
        out.parent.mkdir(parents=True, exist_ok=True)
        descriptor, name = tempfile.mkstemp(prefix=f".{out.name[:40]}.", suffix=".part", dir=out.parent)
        os.close(descriptor)
        part = Path(name)
        try:
            part.chmod(_mode())
            yield part
            if part.exists():
                _sync(part)
                part.replace(out)
        finally:
            part.unlink(missing_ok=True)


def mark(folder: Path) -> None:
    """Note that what is in a folder now was written by an export: by their names, files tell nobody's."""
    names = sorted(path.name for path in folder.iterdir())
    (folder / MARK).write_text("".join(f"{name}\n" for name in names), encoding="utf-8", newline="\n")


def is_export(folder: Path) -> bool:
    """Whether all that is in a folder was written there by an export."""
    try:
        written = (folder / MARK).read_text(encoding="utf-8").splitlines()
    except (OSError, ValueError):
        return False
    return {path.name for path in folder.iterdir()} <= {MARK, *written}


@contextmanager
def staged_folder(out: Path, ours: Callable[[Path], bool] = is_export) -> Iterator[Path]:
    """As `staged_file` for a folder. One that is there is replaced only if it is empty, or `ours`."""
    with told(out):
        _check_folder(out, ours)
        out = out.resolve()
        out.parent.mkdir(parents=True, exist_ok=True)
        part = Path(tempfile.mkdtemp(prefix=f".{out.name[:40]}.", suffix=".part", dir=out.parent))
        try:
            new, old = part / "new", part / "old"
            new.mkdir()
            yield new
            for file in (files := list(new.iterdir())):
                _sync(file)
            if files:
                _put(new, out, old)
        finally:
            shutil.rmtree(part, ignore_errors=True)


def _put(new: Path, out: Path, old: Path) -> None:
    """A folder into the place of another, which goes back there where that fails."""
    there = out.exists()
    if there:
        out.rename(old)
    try:
        new.rename(out)
    except OSError:
        if there:
            old.rename(out)
        raise


@contextmanager
def told(out: Path) -> Iterator[None]:
    """Tell what the disk refuses as a CodecError of one line."""
    try:
        yield
    except OSError as error:
        reason = error.strerror or str(error)
        raise CodecError(f"{out}: cannot be written: {reason}; nothing was changed there") from None


def _check_file(out: Path) -> None:
    if out.is_dir():
        raise UsageError(f"{out} is a folder; give the name of a file")
    if out.exists() and not out.is_file():
        raise UsageError(f"{out} is not a plain file; give another name")
    where = str(out.resolve())
    if _is_project(out) or any(_is_project(Path(where.removesuffix(end))) for end in BESIDE):
        raise UsageError(f"{out} is a project file, or beside one; give another name")


def _is_project(path: Path) -> bool:
    if not path.is_file():
        return False
    with path.open("rb") as stream:
        return stream.read(len(_DATABASE)) == _DATABASE


def _check_folder(out: Path, ours: Callable[[Path], bool]) -> None:
    if not out.exists():
        return
    if not out.is_dir():
        raise UsageError(f"{out} is a file, and a folder is to be written; give another name")
    if any(out.iterdir()) and not ours(out):
        raise UsageError(f"{out} holds other files, which would be lost; name an empty or a new folder")


def _mode() -> int:
    """What a new file's permissions are: mkstemp makes them narrower."""
    mask = os.umask(0)
    os.umask(mask)
    return 0o666 & ~mask


def _sync(path: Path) -> None:
    with path.open("rb") as stream:
        os.fsync(stream.fileno())
