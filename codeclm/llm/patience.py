"""How long to keep trying, and how long to wait between tries. Knows neither requests nor clocks."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Patience:
    """How long to keep trying; times in seconds."""

    tries: int = 6
    """Of one request, while the endpoint answers others."""
    first_wait: float = 0.5
    longest_wait: float = 10.0
    longest_pause: float = 5.0
    """Between two tries of an endpoint that answers nothing."""
    outage: float = 90.0
    """An endpoint that answers nothing at all is given this long, whatever the tries."""
    gone: float = 600.0
    """An endpoint that answered before and now refuses connections is waited for this long."""

    def wait(self, earlier: int, chance: float) -> float:
        """Seconds before the next try after `earlier` failures; `chance` is from 0 to 1."""
        longest = min(self.longest_wait, self.first_wait * 2.0 ** min(earlier, 20))
        return longest * (0.5 + chance / 2)

    def pause(self, earlier: int, chance: float) -> float:
        """Seconds before an endpoint that is down is tried again."""
        return min(self.longest_pause, self.wait(earlier, chance))
