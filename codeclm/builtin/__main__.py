"""The server's process: python -m codeclm.builtin FOLDER WEIGHTS NAME. Started by ensure, not by hand."""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path

from codeclm.builtin import host
from codeclm.builtin.engine import LlamaCpp
from codeclm.builtin.place import Place

_NICE = 5
"""Below the pages: they stay quick to the hand while the model works on every core."""


def main() -> None:
    """Serve until there is no reason to. What goes wrong is left in the log, where ensure reads it."""
    parser = argparse.ArgumentParser(prog="python -m codeclm.builtin")
    parser.add_argument("folder", type=Path)
    parser.add_argument("weights")
    parser.add_argument("name")
    parser.add_argument("--idle", type=float, default=host.IDLE)
    given = parser.parse_args()
    if hasattr(os, "nice"):
        os.nice(_NICE)
    why = host.serve(Place(given.folder), lambda: LlamaCpp(given.weights, given.name), idle=given.idle)
    sys.stderr.write(f"ended: {why}\n")
    sys.stderr.flush()
    # At once: llama.cpp's threads need not be wound down for a process that is going.
    os._exit(0)


if __name__ == "__main__":
    main()
