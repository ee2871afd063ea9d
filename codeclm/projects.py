"""The folder of projects: list, name, copy, rename, delete and restore project files.

A project is one SQLite file, named by its stem. A name is checked before it becomes a path, so that
no address or form can lead out of the folder. What is inside a file is the store's business.
"""

from __future__ import annotations

import os
import re
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from codeclm.errors import BusyError, ProjectError, UsageError
from codeclm.jobs.lock import holder, kinds
from codeclm.store import Store
from codeclm.store.files import check_free, left

SUFFIX = ".db"
ENVIRONMENT = "CODECLM_PROJECT"
"""Names a project file anywhere on the machine, which is then listed beside those of the folder."""
FOLDER_ENVIRONMENT = "CODECLM_PROJECTS"
"""Names another folder than data/projects beside the program."""

LONGEST = 60
"""Characters of a name."""

_ELSEWHERE = " (elsewhere)"
"""Ends the name of the project that $CODECLM_PROJECT names where the folder has one of the same stem."""

_BLANK = "\u115f\u1160\u3164\uffa0"
"""Letters of Hangul that nobody sees."""
_NAME = re.compile(rf"(?!.*[{_BLANK}])[^\W_](?:[\w .()-]{{0,{LONGEST - 2}}}[\w)])?", re.UNICODE)
_RESERVED = re.compile(r"(?i)con|prn|aux|nul|com\d|lpt\d")


@dataclass(frozen=True, slots=True)
class Project:
    """A project file and its name: the file's stem, unless it lies elsewhere and the folder has that name."""

    name: str
    path: Path

    def open(self, readonly: bool = False) -> Store:
        """The store of this project; a context manager."""
        return Store.open(self.path, readonly=readonly)

    @property
    def changed(self) -> float:
        """When the file, or its write-ahead log, was last written (seconds since the epoch)."""
        log = _beside(self.path, "-wal")
        kept = [path.stat() for path in (self.path, log) if path.exists()]
        return max((each.st_mtime for each in kept if each.st_size), default=0.0)

    @contextmanager
    def unchanged(self) -> Iterator[None]:
        """For what is written beside a person's work, and is worked out from it: `changed` stays."""
        before = self.changed
        yield
        for path in (self.path, _beside(self.path, "-wal")):
            with suppress(OSError):
                os.utime(path, (path.stat().st_atime, before))


def folder() -> Path:
    """Where projects live; made at need."""
    path = Path(os.environ.get(FOLDER_ENVIRONMENT) or Path(__file__).parent.parent / "data" / "projects")
    path.mkdir(parents=True, exist_ok=True)
    return path


def listed() -> list[Project]:
    """Every project, the one written last first."""
    projects = [Project(path.stem, path) for path in folder().glob(f"*{SUFFIX}") if path.is_file()]
    if (named := _named()) and not _of(named, projects):
        name, taken = named.stem, {project.name for project in projects}
        while name in taken:
            name += _ELSEWHERE
        projects.append(Project(name, named))
    return sorted(projects, key=lambda project: (-project.changed, project.name))


def given() -> Project | None:
    """The project that $CODECLM_PROJECT names, among those listed; None where it is not there."""
    named = _named()
    return _of(named, listed()) if named else None


def find(name: str) -> Project | None:
    """The project of this name among those listed; None where there is none. Never looks anywhere else."""
    return next((project for project in listed() if project.name == name), None)


def new_path(name: str) -> Path:
    """The free path for a new project of this name. UsageError: the name cannot be one, or is taken;
    ProjectError: the log of one that is gone lies there.
    """
    name = name.strip()
    if not _NAME.fullmatch(name) or _RESERVED.fullmatch(name):
        raise UsageError(
            f"Project name: use up to {LONGEST} letters, digits, spaces, dots, hyphens or brackets, "
            "beginning with a letter or digit."
        )
    path = folder() / f"{name}{SUFFIX}"
    if path.exists() or any(project.name.casefold() == name.casefold() for project in listed()):
        raise UsageError(f"Project name: {name} is taken; choose another.")
    check_free(path)
    return path


def create(name: str) -> Project:
    """A new, empty project."""
    path = new_path(name)
    with Store.open(path, create=True):
        return Project(path.stem, path)


@contextmanager
def building(name: str) -> Iterator[Path]:
    """A path to make a project at, which takes its name only when the block is done; else it is gone."""
    path = new_path(name)
    with TemporaryDirectory(dir=folder(), prefix=".building-") as place:
        unfinished = Path(place) / path.name
        yield unfinished
        new_path(name)
        _move(unfinished, path)


def copy(project: Project, name: str) -> Project:
    """A consistent copy under a new name, also while a run goes on."""
    path = new_path(name)
    with project.open(readonly=True) as store:
        store.copy(path)
    return Project(path.stem, path)


def rename(project: Project, name: str) -> Project:
    """The same project under a new name."""
    path = new_path(name)
    _settle(project)
    _move(project.path, path)
    return Project(path.stem, path)


def delete(project: Project) -> Path:
    """Move a project to the trash beside the others; `restore` takes the path that this returns."""
    _settle(project)
    target = _trash() / f"{project.name}.{time.time_ns()}{SUFFIX}"
    _move(project.path, target)
    return target


def deleted() -> list[Project]:
    """The projects in the trash, last deleted first; the name is the one each had."""
    paths = sorted(_trash().glob(f"*{SUFFIX}"), key=lambda path: path.stem.rsplit(".", 1)[-1], reverse=True)
    return [Project(path.stem.rsplit(".", 1)[0], path) for path in paths]


def restore(project: Project) -> Project:
    """Put a deleted project back; under a name of its own where another has taken the old one."""
    name, number, path = project.name, 1, folder() / f"{project.name}{SUFFIX}"
    while path.exists() or left(path):
        number += 1
        name = f"{project.name} ({number})"
        path = folder() / f"{name}{SUFFIX}"
    _move(project.path, path)
    return Project(name, path)


def fresh() -> bool:
    """Whether no project was ever made here: none listed, none deleted."""
    return not listed() and not deleted()


def _named() -> Path | None:
    path = os.environ.get(ENVIRONMENT)
    return Path(path) if path and Path(path).is_file() else None


def _of(path: Path, projects: list[Project]) -> Project | None:
    return next((project for project in projects if project.path.resolve() == path.resolve()), None)


def _trash() -> Path:
    path = folder() / ".trash"
    path.mkdir(exist_ok=True)
    return path


def _beside(path: Path, ending: str) -> Path:
    return path.with_name(path.name + ending)


def _settle(project: Project) -> None:
    """Refuse while a job writes to the file: it would go on writing to the moved one."""
    for kind in kinds(project.path):
        if holder(project.path, kind) is not None:
            raise BusyError(f"A job ({kind}) is going on in {project.name}: stop it, or wait for it, first.")


def _move(source: Path, target: Path) -> None:
    """Move a project with its write-ahead log, in which the newest rows may still be."""
    try:
        source.rename(target)
        if _beside(source, "-wal").exists():
            _beside(source, "-wal").rename(_beside(target, "-wal"))
    except OSError as error:
        raise ProjectError(f"{source.stem}: cannot be moved ({error.strerror}).") from None
    left = [f".{kind}.{ending}" for kind in kinds(source) for ending in ("lock", "log")]
    for ending in ("-shm", *left):
        _beside(source, ending).unlink(missing_ok=True)
