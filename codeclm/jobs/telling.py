"""How a job speaks to whoever started it."""

from __future__ import annotations

from collections.abc import Callable

Tell = Callable[[str], None]
"""Says one line: to a terminal, or to the log of a process."""
