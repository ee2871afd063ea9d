"""No traceback ever reaches a user: errors become one line that says what to do.

Streamlit's own control flow (stop, rerun, switch page) is no Exception and passes. Knows no page.
"""

from __future__ import annotations

import functools
import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from logging.handlers import RotatingFileHandler
from typing import Any, ParamSpec

import streamlit as st

from codeclm import projects
from codeclm.errors import CodecError
from codeclm.llm.text import as_seen
from codeclm.store.refusals import advice
from codeclm.ui.text import plain

P = ParamSpec("P")
_FLASH = "flash"


@contextmanager
def guard(stop: bool = True) -> Iterator[None]:
    """Show an error of the block as one line, then end the page; with `stop` False, go on behind it."""
    try:
        yield
    except CodecError as error:
        error_box(error)
    except Exception as error:  # the last line before a user: whatever it is, no traceback
        error_box(unexpected(error))
    else:
        return
    if stop:
        st.stop()


def error_box(error: CodecError | str) -> None:
    """One line that says what is wrong and how to mend it, as it is: error boxes are Markdown."""
    st.error(plain(str(error), 600), icon=":material/error:")


class _Plain(logging.Formatter):
    """Errors quote foreign text, which must not pass for an entry, nor act on a terminal."""

    def format(self, record: logging.LogRecord) -> str:
        return as_seen(super().format(record))


def unexpected(error: Exception) -> str:
    """What to say of an error nobody foresaw. Told in full it stands in the log beside the projects."""
    path = projects.folder() / "pages.log"
    logger = logging.getLogger("codeclm.pages")
    if not logger.handlers:
        handler = RotatingFileHandler(path, maxBytes=500_000, backupCount=1, delay=True, encoding="utf-8")
        handler.setFormatter(_Plain("%(asctime)s %(message)s"))
        logger.addHandler(handler)
        logger.propagate = False
    logger.error("page failed", exc_info=error)
    named = f"Something unforeseen went wrong ({type(error).__name__})"
    if hint := advice(error):
        return f"{named}: {hint}. The details are in {path}."
    return f"{named}. Nothing was lost: reload the page. If it comes back, the details are in {path}."


def guarded(function: Callable[P, None]) -> Callable[P, None]:
    """For callbacks, which run before the page: an error is told at the top of the page that follows."""

    @functools.wraps(function)
    def wrapper(*args: P.args, **kwargs: P.kwargs) -> None:
        try:
            function(*args, **kwargs)
        except CodecError as error:
            notify(str(error), bad=True)
        except Exception as error:  # as in `guard`: Streamlit would tell it, in place of the page
            notify(unexpected(error), bad=True)

    return wrapper


def fragment(
    function: Callable[..., None] | None = None, *, run_every: float | None = None
) -> Callable[..., Any]:
    """st.fragment whose reruns, with no page around, are guarded too, and tell what `notify` left.

    Told at its end, where the hand is; not where it asks for the whole page, whose top then tells.
    """
    if function is None:
        return functools.partial(fragment, run_every=run_every)

    @functools.wraps(function)
    def wrapper(*args: Any, **kwargs: Any) -> None:
        with guard(stop=False):
            function(*args, **kwargs)
        tell()

    decorated: Callable[..., Any] = st.fragment(wrapper, run_every=run_every)
    return decorated


def notify(text: str, bad: bool = False) -> None:
    """Tell `text` on the next run of a page or fragment: a toast, or a red box where `bad`. Escaped here."""
    st.session_state.setdefault(_FLASH, []).append((text, bad))


def tell() -> None:
    """Show what `notify` left."""
    # In a place that is there without a word too: else what stands below moves up once a box goes, is made
    # anew by the browser, and loses what is being typed.
    with st.container():
        for text, bad in st.session_state.pop(_FLASH, []):
            if bad:
                error_box(text)
            else:
                st.toast(plain(text, 300), icon=":material/check:")
