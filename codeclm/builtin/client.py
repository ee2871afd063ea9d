"""Finding, starting and ending the built-in model's server, from the side of those who use it.

Whoever finds no living server starts one, under a lock, as a process of its own that outlasts its
starter. Nothing here loads a model, sends a prompt or reads a project.
"""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

from filelock import FileLock, Timeout

import codeclm
from codeclm.builtin.engine import OTHER_SHAPE, SHAPE, get
from codeclm.builtin.place import Place, Server, place_of
from codeclm.builtin.weights import Weights, find, shown
from codeclm.errors import EndpointError, UsageError
from codeclm.settings import BUILTIN_MODEL

IDLE_VARIABLE = "CODECLM_BUILTIN_IDLE"
"""Seconds without a request after which a server ends, in place of the default."""

COMMAND = (sys.executable, "-m", "codeclm.builtin")
_BRISK = 2.0
"""Seconds in which a living server mostly says that it is well."""

_HUNG = 20.0
"""Seconds after which one that does not is ended; starved of processor time it may be slow."""

_FAREWELL = 5.0
"""Seconds from asking a server to end to killing it."""

_SECRETS = re.compile("key|token|secret|passw|credential|headers|proxy", re.IGNORECASE)
"""In the names of variables; a proxy's address may hold its password."""

_leases: dict[Path, FileLock] = {}
_leasing = threading.Lock()


def ensure(model: str | None = None, timeout: float = 120.0) -> Server:
    """The server for `model`, ready to answer. This process counts as its user from now on.

    Raises EndpointError, of one line, where the weights cannot be found or loaded within `timeout` seconds.
    """
    weights = find(model)
    place = _place(weights)
    place.make()
    _join(place)
    server = _answering(place, _BRISK)
    if server:
        return server
    end = time.monotonic() + timeout
    try:
        with place.starting().acquire(timeout=timeout):
            return _answering(place, _HUNG) or _started(place, weights, end)
    except Timeout:
        raise EndpointError(f"{weights.name}: another start of it has not ended in {timeout:.0f} s") from None


def state(model: str | None = None) -> Server | None:
    """The server for `model` where one lives and answers. Starts nothing, and counts as no use."""
    try:
        return _answering(_place(find(model)), _BRISK)
    except EndpointError:
        return None


def stop(model: str | None = None) -> bool:
    """End the server for `model`; False where none lived."""
    place = _place(find(model))
    if not place.alive():
        return False
    with place.starting():
        lived = place.alive()
        _end(place)
        return lived


def _place(weights: Weights) -> Place:
    return place_of(weights.path, *_shape(weights))


def _shape(weights: Weights) -> tuple[int, int]:
    return SHAPE if weights.name == BUILTIN_MODEL else OTHER_SHAPE


def _join(place: Place) -> None:
    with _leasing:
        lease = _leases.get(place.folder)
        if lease is None or not Path(lease.lock_file).exists():
            _leases[place.folder] = place.lease()
        else:
            os.utime(lease.lock_file)


def _answering(place: Place, patience: float) -> Server | None:
    """The server that lives and is well. A stale state, or a stranger on its port, is none."""
    server = place.read()
    if server is None or not place.alive():
        return None
    end = time.monotonic() + patience
    while time.monotonic() < end and place.alive():
        try:
            if get(server.url.removesuffix("/v1"), "/health") == {"status": "ok"}:
                return server
        except (OSError, ValueError):
            pass
        time.sleep(0.1)
    return None


def _started(place: Place, weights: Weights, end: float) -> Server:
    """A new server, unless one whose starter is gone is still loading. With the start lock held."""
    if place.alive() and place.read():
        _end(place)
    process = None if place.alive() else _spawn(place, weights)
    while time.monotonic() < end:
        server = _answering(place, _BRISK) if place.read() else None
        if server:
            return server
        status = process.poll() if process else None
        if (process is None or status is not None) and not place.alive():
            why = _reason(place, status)
            raise EndpointError(f"{weights.name}: could not be loaded: {why}; try another copy of the file")
        time.sleep(0.05)
    if process:
        process.kill()
    raise EndpointError(f"{weights.name}: was not loaded in time; is the machine short of memory or busy?")


def _spawn(place: Place, weights: Weights) -> subprocess.Popen[bytes]:
    shape = map(str, _shape(weights))
    command = [*COMMAND, str(place.folder), str(weights.path), weights.name, *shape, *_idle()]
    place.forget()
    place.log.write_bytes(b"")
    # llama.cpp's threads wait for each other at every layer. Spinning meanwhile, as is the default, took
    # more than 20 times as long where other programs wanted the cores too.
    environment = {"OMP_WAIT_POLICY": "passive", **_harmless()}
    with place.log.open("ab") as log:
        process = subprocess.Popen(  # noqa: S603
            command,
            cwd=Path(codeclm.__file__).parent.parent,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            start_new_session=True,
        )
    # Reaps it when it ends, however long this process lives on.
    threading.Thread(target=process.wait, name="built-in model", daemon=True).start()
    return process


def _harmless() -> dict[str, str]:
    """This process's environment without keys and the like: a server of files from anywhere needs none."""
    return {name: value for name, value in os.environ.items() if not _SECRETS.search(name)}


def _idle() -> list[str]:
    text = os.environ.get(IDLE_VARIABLE)
    if not text:
        return []
    if not re.fullmatch(r"\d{1,6}(\.\d+)?", text, re.ASCII):
        raise UsageError(f"{IDLE_VARIABLE}: {shown(text, 40)}: give seconds, such as 600")
    return ["--idle", text]


def _end(place: Place) -> None:
    """End the server of a place, by force if it must be."""
    for number in (signal.SIGTERM, getattr(signal, "SIGKILL", signal.SIGTERM)):
        server = place.read()
        if server is None or not place.alive():
            break
        try:
            os.kill(server.pid, number)
        except ProcessLookupError:
            break
        end = time.monotonic() + _FAREWELL
        while place.alive() and time.monotonic() < end:
            time.sleep(0.05)
    place.forget()


def _reason(place: Place, status: int | None) -> str:
    """Why a server did not come up: its first error, else how it ended."""
    try:
        lines = place.log.read_bytes()[:100_000].decode(errors="replace").splitlines()
    except OSError:
        lines = []
    errors = [match[1] for line in lines if (match := re.match(r"[\d.]+ E [^:]+: *(.+)", line))]
    if errors:
        return shown(errors[0].removeprefix("error loading model: "))
    if status == -signal.SIGABRT or (lines and "MemoryError" in lines[-1]):
        return "llama.cpp gave it up; the file may be damaged"
    if status == -9:
        return "it was killed; most likely there was not enough memory"
    return shown(lines[-1]) if lines else f"its process ended with status {status}"
