"""`python -m codeclm.testing --port 8001 --latency 0.2`: the scripted endpoint, for a try by hand."""

from __future__ import annotations

import argparse
import contextlib
import sys
import threading

from codeclm.testing.endpoint import Faults, ScriptedEndpoint


def main() -> None:
    """Serve until interrupted; the address goes to standard output."""
    parser = argparse.ArgumentParser(prog="python -m codeclm.testing", description=main.__doc__)
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--latency", type=float, default=0.0, metavar="SECONDS")
    parser.add_argument("--limit", type=int, metavar="N", help="refuse more than N requests in flight")
    parser.add_argument("--faults", type=float, default=0.0, metavar="SHARE", help="share of bad replies")
    options = parser.parse_args()
    faults = Faults(options.faults)
    with ScriptedEndpoint(
        latency=options.latency, limit=options.limit, faults=faults, port=options.port
    ) as endpoint:
        sys.stdout.write(endpoint.url + "\n")
        sys.stdout.flush()
        with contextlib.suppress(KeyboardInterrupt):
            threading.Event().wait()


if __name__ == "__main__":
    main()
