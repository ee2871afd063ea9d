"""The server's process: python -m codeclm.builtin FOLDER WEIGHTS NAME SLOTS CONTEXT. Started by ensure."""

from __future__ import annotations

import argparse
import os
import sys
import traceback
from pathlib import Path

from codeclm.builtin import host
from codeclm.builtin.engine import LlamaCpp
from codeclm.builtin.place import Place
from codeclm.builtin.recode import recoded
from codeclm.settings import BUILTIN_MODEL


def main() -> None:
    """Serve until there is no reason to. What goes wrong is left in the log, where ensure reads it."""
    parser = argparse.ArgumentParser(prog="python -m codeclm.builtin")
    parser.add_argument("folder", type=Path)
    parser.add_argument("weights")
    parser.add_argument("name")
    parser.add_argument("slots", type=int)
    parser.add_argument("context", type=int)
    parser.add_argument("--idle", type=float, default=host.IDLE)
    given = parser.parse_args()

    def load() -> LlamaCpp:
        weights = Path(given.weights)
        if given.name == BUILTIN_MODEL:
            weights = recoded(weights)
        return LlamaCpp(str(weights), given.name, given.slots, given.context)

    status = 1
    try:
        why = host.serve(Place(given.folder), load, idle=given.idle)
        sys.stderr.write(f"ended: {why}\n")
        status = 0
    except Exception:
        # Whatever it is, the process must end and not linger half alive: see below.
        traceback.print_exc()
    sys.stderr.flush()
    # At once: taking llama.cpp's server down in order waits for open connections, which may be for ever.
    os._exit(status)


if __name__ == "__main__":
    main()
