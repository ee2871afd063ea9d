"""How many requests an endpoint gets at once, and how fast: found by trying, and kept to.

Starts at 8 in flight, doubles each clean round until refused, then cuts and adds slowly. Time is the
event loop's. Knows no protocol: the caller says what became of each request.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Patience:
    """How long to keep trying; times in seconds."""

    tries: int = 6
    """Of one request, while the endpoint answers others."""
    first_wait: float = 0.5
    longest_wait: float = 20.0
    outage: float = 90.0
    """An endpoint that answers nothing at all is given this long, whatever the tries."""
    gone: float = 300.0
    """An endpoint that answered before and now refuses connections is waited for this long."""
