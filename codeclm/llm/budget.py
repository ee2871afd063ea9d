"""How much a run may spend, in dollars and in calls. Knows neither prices nor endpoints."""

from __future__ import annotations


class Budget:
    """Reserve before sending, settle after: spending passes the limit by no more than the calls in flight."""

    def __init__(self, max_usd: float | None = None, max_calls: int | None = None) -> None:
        self.max_usd = max_usd
        self.max_calls = max_calls
        self.calls = 0
        self.spent = 0.0

    def check_price(self, known: bool, what: str) -> None:
        """UsageError where money is limited and the price of `what` is unknown."""
        raise NotImplementedError

    def reserve(self) -> float:
        """Count a call that is about to be sent; give the result to settle. BudgetReached: do not send."""
        raise NotImplementedError

    def settle(self, reserved: float, cost: float | None) -> None:
        """Put the true cost in place of the reserved one. None: it cost nothing, as no reply came."""
        raise NotImplementedError
