"""Start a job as a process of its own, which outlives the page, the tab and the web server.

It is the same command that a person would type. What it says goes to one file beside the project,
begun anew at each start and kept short by `--quiet`; its progress is in the project itself.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from threading import Thread
from typing import Any

import codeclm
from codeclm.errors import BusyError, ProjectError, UsageError
from codeclm.jobs.lock import holder

ROOT = Path(codeclm.__file__).parent.parent
"""The folder from which `python -m codeclm` finds the package."""


def log_path(project: Path, kind: str) -> Path:
    """Where a job started here leaves its messages: at most a few lines."""
    whole = project.resolve()
    return whole.with_name(f"{whole.name}.{kind}.log")


def start(
    project: Path, kind: str, arguments: Sequence[str] = (), environment: Mapping[str, str] | None = None
) -> int:
    """Start `codeclm KIND ARGUMENTS…` detached, and return its process id.

    `environment` is what it gets beside this process's own. BusyError: one is going on. UsageError: no
    process can be given such arguments.
    """
    if (held := holder(project, kind)) is not None:
        raise BusyError(
            f"{project.name}: a {kind} is going on already ({held}); wait for it, or stop it first"
        )
    command = [sys.executable, "-m", "codeclm", "--project", str(project.resolve()), kind, "--quiet"]
    log = log_path(project, kind)
    try:
        with log.open("wb") as output:
            child = subprocess.Popen(  # noqa: S603 - our own interpreter and module
                [*command, *arguments],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=output,
                cwd=ROOT,
                env={**os.environ, **(environment or {}), "PYTHONPATH": _python_path()},
                **_detached(),
            )
    except OSError as error:
        raise ProjectError(
            f"{log.parent}: cannot write there ({error.strerror}); choose another folder"
        ) from None
    except ValueError:
        raise UsageError("a NUL or half a character stands in what was given; take it out") from None
    Thread(target=child.wait, name=f"codeclm-{kind}-reaper", daemon=True).start()
    return child.pid


def last_words(project: Path, kind: str) -> str:
    """The last line that a job started here said; empty where it said nothing."""
    try:
        lines = log_path(project, kind).read_text("utf-8", "replace").strip().splitlines()
    except OSError:
        return ""
    return lines[-1] if lines else ""


def _python_path() -> str:
    return os.pathsep.join(filter(None, (str(ROOT), os.environ.get("PYTHONPATH"))))


def _detached() -> dict[str, Any]:
    if sys.platform == "win32":
        return {"creationflags": subprocess.DETACHED_PROCESS | subprocess.CREATE_NEW_PROCESS_GROUP}
    return {"start_new_session": True}
