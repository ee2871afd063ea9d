"""`step`: one step of the loop by hand, for one metadata or instruction."""

from __future__ import annotations

from argparse import Namespace

from codeclm.cli.opening import open_project, project_path
from codeclm.cli.output import Live, Result, warn
from codeclm.errors import BudgetReached
from codeclm.jobs.order import Order
from codeclm.jobs.step import Wish, take


def step(args: Namespace) -> Result:
    """Take it, and name what it made."""
    open_project(args).close()
    wish = Wish(args.what, args.record, args.action, Order(max_calls=args.max_calls))
    with Live(quiet=args.quiet) as live:
        ended, made = take(project_path(args), wish, warn=live.warn, show=live.show)
    if ended.error is not None:
        if not isinstance(ended.error, BudgetReached):
            raise ended.error
        warn(str(ended.error))
    data = {"made": made, "calls_sent": ended.calls_sent, "calls_cached": ended.calls_cached}
    return Result(data, made, status=ended.status)
