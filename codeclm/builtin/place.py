"""Where a server and those who use it leave word for each other: a folder for each model.

    server.lock   held by the server while it lives; the kernel lets go when it dies, however it dies
    start.lock    held by whoever starts or ends a server, so that two never race
    state.json    the address of the server; worth something only while server.lock is held
    users/        a lease for each process that uses the server: a file that it holds locked
    server.log    what llama.cpp prints, of bounded size

Nothing here starts, ends or asks a server. Locks and not process ids: an id may be given to another
process the moment its owner dies, a lock may not.
"""

from __future__ import annotations

import hashlib
import json
import os
import platform
import sys
from dataclasses import asdict, dataclass
from pathlib import Path
from uuid import uuid4

from filelock import FileLock, Timeout
from platformdirs import user_cache_path, user_runtime_path

from codeclm.errors import EndpointError

ROOT_VARIABLE = "CODECLM_RUNTIME_DIR"
"""Names the folder that holds every server's folder, in place of the user's runtime directory."""


@dataclass(frozen=True)
class Server:
    """A built-in server: what it is asked by, and what it can take."""

    url: str
    """Ends before /chat/completions; loopback, with a secret path that no web page or other user knows."""
    model: str
    slots: int
    """Requests answered at once; more wait in the server's queue."""
    context: int
    """Tokens that one request has for its prompt and reply together."""
    pid: int


@dataclass(frozen=True)
class Place:
    """The folder of one model's server."""

    folder: Path

    @property
    def state_file(self) -> Path:
        """The address, as JSON."""
        return self.folder / "state.json"

    @property
    def users(self) -> Path:
        """The folder of leases."""
        return self.folder / "users"

    @property
    def log(self) -> Path:
        """What the server printed since it started."""
        return self.folder / "server.log"

    def make(self) -> None:
        """Create the folder, for this user alone. EndpointError where that cannot be."""
        try:
            # one by one: what `parents` makes on the way has the mode of the umask, for others to read
            for folder in (self.folder, self.users):
                folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        except OSError as error:
            raise _unusable(self.folder, error) from None

    def starting(self) -> FileLock:
        """The lock on starting and ending, not yet taken."""
        return _lock(self.folder / "start.lock")

    def serving(self) -> FileLock:
        """The lock of the living server, not yet taken."""
        return _lock(self.folder / "server.lock")

    def alive(self) -> bool:
        """Whether a server process lives, ready or not."""
        return (self.folder / "server.lock").exists() and _held(self.serving())

    def write(self, server: Server) -> None:
        """Tell where the server is, in one step: no reader sees half of it."""
        draft = self.folder / f"state.{uuid4().hex}"
        draft.touch(mode=0o600, exist_ok=False)
        draft.write_text(json.dumps(asdict(server)), encoding="utf-8")
        draft.replace(self.state_file)

    def read(self) -> Server | None:
        """The server as it last told, or None: no word, or a damaged one."""
        try:
            values = json.loads(self.state_file.read_bytes())
            server = Server(**values)
        except (OSError, ValueError, TypeError):
            return None
        kinds = all(isinstance(n, int) and n > 0 for n in (server.slots, server.context, server.pid))
        return server if kinds and isinstance(server.url, str) and isinstance(server.model, str) else None

    def forget(self) -> None:
        """Take the word back."""
        self.state_file.unlink(missing_ok=True)

    def lease(self) -> FileLock:
        """Register this process as a user, until the lock is released or the process is gone."""
        lock = _lock(self.users / f"{os.getpid()}-{uuid4().hex[:8]}.lock")
        lock.acquire(timeout=10)
        return lock

    def count_users(self) -> int:
        """How many registered processes live; the leases of dead ones are swept out."""
        return sum(1 for file in self.users.glob("*.lock") if _held(_lock(file), sweep=True))

    def touched(self) -> float:
        """When a user last asked for the server (the newest lease's time), 0 where there is none."""
        times = [0.0]
        for file in self.users.glob("*.lock"):
            try:
                times.append(file.stat().st_mtime)
            except FileNotFoundError:
                continue
        return max(times)


def place_of(weights: Path, *terms: object) -> Place:
    """The place of the server for a weights file as it is now, run on `terms`, on this machine."""
    about = weights.stat()
    told = (platform.node(), str(weights), about.st_size, about.st_mtime_ns, *terms)
    key = hashlib.sha256(json.dumps(told).encode()).hexdigest()[:16]
    return Place(root() / key)


def root() -> Path:
    """The folder that holds every server's. EndpointError where the user has none."""
    if named := os.environ.get(ROOT_VARIABLE):
        return Path(named).absolute()
    try:
        # Without a runtime directory of the user's own, platformdirs names one under /tmp, and warns.
        if sys.platform == "linux" and not os.environ.get("XDG_RUNTIME_DIR"):
            return user_cache_path("codeclm-studio", appauthor=False) / "run"
        return user_runtime_path("codeclm-studio", appauthor=False)
    except OSError as error:
        raise _unusable(Path("the user's runtime directory"), error) from None


def _lock(file: Path) -> FileLock:
    # Not bound to a thread: a page's thread ends long before the page server does.
    return FileLock(file, thread_local=False)


def _held(lock: FileLock, *, sweep: bool = False) -> bool:
    try:
        with lock.acquire(blocking=False):
            if sweep:
                Path(lock.lock_file).unlink(missing_ok=True)
    except Timeout:
        return True
    return False


def _unusable(folder: Path, error: OSError) -> EndpointError:
    why = error.strerror or str(error)
    return EndpointError(
        f"the built-in model has no place for its files: {folder}: {why}; set {ROOT_VARIABLE} to a folder"
    )
