from __future__ import annotations

import pytest

from codeclm.errors import BudgetReached, UsageError
from codeclm.llm.budget import Budget


def test_calls_stop_at_the_limit_exactly() -> None:
    budget = Budget(max_calls=3)
    for _ in range(3):
        budget.reserve()
    with pytest.raises(BudgetReached, match="3 calls is used up"):
        budget.reserve()
    assert budget.calls == 3


def test_money_passes_the_limit_by_no_more_than_what_is_in_flight() -> None:
    budget = Budget(max_usd=1.0)
    in_flight = []
    sent = 0
    while True:
        try:
            in_flight.append(budget.reserve())
        except BudgetReached:
            break
        sent += 1
        if len(in_flight) > 4:
            budget.settle(in_flight.pop(0), 0.1)
    for reserved in in_flight:
        budget.settle(reserved, 0.1)
    assert 1.0 - 0.1 <= budget.spent <= 1.0 + 4 * 0.1
    assert budget.spent == pytest.approx(sent * 0.1)


def test_money_that_another_call_would_pass_is_not_said_to_be_used_up() -> None:
    budget = Budget(max_usd=1.0)
    budget.settle(budget.reserve(), 0.8)
    with pytest.raises(BudgetReached, match=r"\$1 has no room for another call"):
        budget.reserve()
    budget.settle(0.0, 0.2)
    with pytest.raises(BudgetReached, match=r"\$1 is used up"):
        budget.reserve()


def test_calls_that_got_no_reply_cost_nothing() -> None:
    budget = Budget(max_usd=1.0)
    for _ in range(100):
        budget.settle(budget.reserve(), None)
    assert budget.spent == 0


def test_an_unknown_price_and_a_budget_in_money_do_not_go_together() -> None:
    with pytest.raises(UsageError, match=r"llama \(strong\).*--strong-prices.*--max-calls"):
        Budget(max_usd=1.0).check_price(known=False, model="llama", role="strong")
    Budget(max_calls=1).check_price(known=False, model="llama", role="strong")
    Budget(max_usd=1.0).check_price(known=True, model="llama", role="strong")


def test_without_limits_there_are_none() -> None:
    budget = Budget()
    for _ in range(1000):
        budget.settle(budget.reserve(), 5.0)
    assert budget.calls == 1000
