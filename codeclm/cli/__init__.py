"""The command line: words in, one answer out, an exit status that scripts can rely on.

Exit: 0 done · 1 an error told in one line · 2 usage · 3 done, with failures or rejected rows
recorded, or nothing to export · 4 stopped by the budget · 130 interrupted. A traceback never
reaches a user; one that nobody foresaw goes to a log, which is named. Nothing here knows what a
command does.
"""

from __future__ import annotations

import signal
import sys
import traceback
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path
from types import ModuleType

from codeclm.cli.output import Result, emit, speak_utf8, unheard, warn
from codeclm.cli.parser import parse
from codeclm.errors import CodecError
from codeclm.garbage import uncollected

INTERRUPTED = 130


def main(argv: Sequence[str] | None = None) -> int:
    """Answer one command, and return the exit status."""
    speak_utf8()
    try:
        return _answer(argv)
    except CodecError as error:
        warn(f"error: {error}")
        return error.exit_status
    except KeyboardInterrupt:
        warn("interrupted")
        return INTERRUPTED
    except SystemExit as stop:
        return stop.code if isinstance(stop.code, int) else 0
    except Exception as error:  # the last line of defence: no traceback reaches a user
        warn(f"error: {_unforeseen(error)}; the details are in {_keep_traceback()}")
        return 1


def _answer(argv: Sequence[str] | None) -> int:
    args = parse(argv)
    answer: Callable[..., Result] = getattr(_imported(args.module), args.function)
    result = answer(args)
    try:
        emit(result, args.json)
        sys.stdout.flush()
    except BrokenPipeError:
        unheard(sys.stdout)
    except OSError as error:
        unheard(sys.stdout)
        raise CodecError(f"done, but the answer cannot be written ({error.strerror})") from None
    return result.status


def _imported(module: str) -> ModuleType:
    """The module, whole: compiled code whose import is interrupted panics, past all that tells errors."""
    with uncollected(), _later(signal.SIGINT, signal.SIGTERM):
        return import_module(module)


@contextmanager
def _later(*signals: signal.Signals) -> Iterator[None]:
    """Hear signals only behind the block, where there is a way."""
    if not hasattr(signal, "pthread_sigmask"):
        yield
        return
    before = signal.pthread_sigmask(signal.SIG_BLOCK, signals)
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _unforeseen(error: Exception) -> str:
    from codeclm.store.refusals import advice

    named = f"something unforeseen ({type(error).__name__})"
    return f"{named}; {hint}" if (hint := advice(error)) else named


def _keep_traceback() -> Path | str:
    from platformdirs import user_log_path

    from codeclm.llm.text import as_seen

    try:
        path = user_log_path("codeclm", ensure_exists=True) / "unforeseen.log"
        path.write_text(as_seen(traceback.format_exc()), "utf-8", "replace")
    except OSError as error:
        return f"no file, as none could be written ({error.strerror})"
    return path
