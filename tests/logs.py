"""The call log of a project, as tests look through it."""

from codeclm.store import CallFilter


def every_call(store, **where):
    """Calls with all their texts, newest first, of those that a filter lets through."""
    rows = store.calls.rows(CallFilter(**where), limit=100_000)
    return [store.calls.number(row.number) for row in rows]
