"""`python -m codeclm`."""

import signal
import sys

from codeclm.cli import main

if __name__ == "__main__":
    # Being ended is being interrupted: the same clean end, the same exit status.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    sys.exit(main())
