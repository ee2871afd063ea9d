"""How much a run may spend, in dollars and in calls. Knows neither prices nor endpoints."""

from __future__ import annotations

from codeclm.errors import BudgetReached, UsageError
from codeclm.records import Role


class Budget:
    """Reserve before sending, settle after: spending passes the limit by no more than the calls in flight.

    What a call in flight will cost is taken to be the mean of those settled.
    """

    def __init__(self, max_usd: float | None = None, max_calls: int | None = None) -> None:
        self.max_usd = max_usd
        self.max_calls = max_calls
        self.calls = 0
        self.spent = 0.0
        self._reserved = 0.0
        self._settled = 0

    def check_price(self, known: bool, model: str, role: Role) -> None:
        """UsageError where money is limited and the price of a role's model is unknown."""
        if self.max_usd is not None and not known:
            raise UsageError(
                f"the price of {model} ({role}) is unknown: give --{role}-prices, or set it on Models, "
                "or give --max-calls"
            )

    def reserve(self) -> float:
        """Count a call that is about to be sent; give the result to settle. BudgetReached: do not send."""
        if self.max_calls is not None and self.calls >= self.max_calls:
            calls = "1 call" if self.max_calls == 1 else f"{self.max_calls} calls"
            raise BudgetReached(f"the budget of {calls} is used up; run again to go on")
        expected = self.spent / self._settled if self._settled else 0.0
        coming = self.spent + self._reserved
        if self.max_usd is not None and (coming >= self.max_usd or coming + expected > self.max_usd):
            what = "is used up" if self.spent >= self.max_usd else "has no room for another call"
            raise BudgetReached(f"the budget of ${self.max_usd:g} {what}; run again to go on")
        self.calls += 1
        self._reserved += expected
        return expected

    def settle(self, reserved: float, cost: float | None) -> None:
        """Put the true cost in place of the reserved one. None: it cost nothing, as no reply came."""
        self._reserved -= reserved
        if cost is not None:
            self.spent += cost
            self._settled += 1
