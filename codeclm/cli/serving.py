"""`serve`: the app in a browser, on this machine only."""

from __future__ import annotations

import errno
import os
import socket
import subprocess
import sys
from argparse import Namespace

from codeclm.cli.opening import missing, project_path
from codeclm.cli.output import Result
from codeclm.errors import CodecError, ProjectError
from codeclm.jobs.process import ROOT

ADDRESS = "localhost"


def serve(args: Namespace) -> Result:
    """Serve until interrupted. CodecError: the port is busy, or the app is not there."""
    app = ROOT / "app.py"
    if not app.is_file():
        raise ProjectError(f"{app}: the app is missing; fetch the whole repository again")
    if args.project is not None and not project_path(args).exists():
        raise ProjectError(missing(project_path(args)))
    _refuse_busy(args.port)
    command = [sys.executable, "-m", "streamlit", "run", str(app), "--server.address", ADDRESS]
    command += ["--server.port", str(args.port), "--server.showEmailPrompt", "false"]
    environment = {**os.environ}
    if args.project is not None or os.environ.get("CODECLM_PROJECT"):
        environment["CODECLM_PROJECT"] = str(project_path(args).resolve())
    # Streamlit reads .streamlit/config.toml in the folder it starts in.
    os.chdir(ROOT)
    if os.name == "posix":
        # In the place of this process, so that whoever ends this one ends the app.
        os.execve(command[0], command, environment)  # noqa: S606
    return Result({}, status=min(1, subprocess.call(command, env=environment)))  # noqa: S603


def _refuse_busy(port: int) -> None:
    for family, *_, address in socket.getaddrinfo(ADDRESS, port, type=socket.SOCK_STREAM):
        with socket.socket(family, socket.SOCK_STREAM) as probe:
            if os.name == "posix":
                probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(address)
            except OSError as error:
                if error.errno in (errno.EADDRINUSE, errno.EACCES):
                    raise CodecError(
                        f"port {port}: {error.strerror}; choose another, such as serve --port {port + 1}"
                    ) from None
