"""The shape of the file, as named functions that are only ever appended to: a released migration is never
edited. A change of shape is a new function at the end of `later`, and one more in `schema.LATEST`."""

from codeclm.store.migrations import first, later
from codeclm.store.migrations.steps import migrations

__all__ = ["first", "later", "migrations"]
