"""What waits on Review and Export, in the sidebar, and what else tells of decisions, while they are made.

Counting a large project takes longer than a decision: it is left out for ten times as long as it took.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TypeVar

from codeclm.projects import Project
from codeclm.ui.sidebar import Links
from codeclm.ui.summary import Summary, summary

PAGES = ("Review", "Export")
SHARE = 10

T = TypeVar("T")


class Tally:
    """The figures that decisions change. Lives as long as a page stands: its fragments share it."""

    def __init__(self, project: Project, links: Links, facts: Summary) -> None:
        self._project, self._links, self._facts = project, links, facts
        self._fresh, self._next = True, 0.0
        self._beside: Callable[[bool], None] = lambda anew: None

    @property
    def waiting(self) -> int:
        """The pairs without a decision that stands, as last counted."""
        return self._facts.to_review

    @property
    def due(self) -> bool:
        """Whether `draw` counts again."""
        return time.monotonic() >= self._next

    def beside(self, count: Callable[[], T], draw: Callable[[T], None]) -> None:
        """Have this drawn with them, and counted again with them."""
        counted = count()

        def told(anew: bool) -> None:
            nonlocal counted
            counted = count() if anew else counted
            draw(counted)

        self._beside = told

    def draw(self) -> None:
        """Draw them, which a fragment must do each time that it runs."""
        begun, anew = time.monotonic(), not self._fresh and self.due
        if anew:
            self._facts = summary(self._project)
        self._fresh = False
        self._links.draw(self._facts, PAGES)
        self._beside(anew)
        if anew:
            self._next = time.monotonic() + SHARE * (time.monotonic() - begun)
