"""`python -m codeclm`."""

import os
import signal
import sys

# To look for plugins of pydantic is to read about every installed package, a twentieth of the time to start.
os.environ.setdefault("PYDANTIC_DISABLE_PLUGINS", "__all__")


def _when_ended(do: "signal._HANDLER") -> None:
    """Being ended is being interrupted: the same clean end, the same exit status."""
    for number in (signal.SIGINT, signal.SIGTERM):
        if signal.getsignal(number) is not signal.SIG_IGN:
            signal.signal(number, do)


# Before there is anything to end well the interpreter would tell of it by a traceback.
_when_ended(signal.SIG_DFL)

from codeclm.cli import main  # noqa: E402 - slow enough to be interrupted

if __name__ == "__main__":
    _when_ended(signal.default_int_handler)
    status = main()
    # All is said and written: whoever asks a second time need not wait for the interpreter.
    _when_ended(lambda *_: os._exit(status))
    sys.exit(status)
