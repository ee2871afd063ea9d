"""`python -m codeclm`."""

import os
import signal
import sys

# To look for plugins of pydantic is to read about every installed package, a twentieth of the time to start.
os.environ.setdefault("PYDANTIC_DISABLE_PLUGINS", "__all__")

from codeclm.cli import main

if __name__ == "__main__":
    # Being ended is being interrupted: the same clean end, the same exit status.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    sys.exit(main())
