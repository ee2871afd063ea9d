"""What the name of a selection stands for, as SQL: the records kept under it, or the one it names itself.

So a link to what belongs to one record writes nothing. Knows which tables are joined, not what is asked.
"""

from __future__ import annotations

ONE = "-"
"""Parts, in the name of a selection of one record, its kind from its id: `seeds-0f3a…`."""


def chosen(kind: str, number: int) -> str:
    """The ids of the records of a kind in the selection `:selection`."""
    return f"""(select record from selections where id = :selection and kind = {number}
        union all select pack(substr(:selection, {len(kind) + len(ONE) + 1}))
            where :selection glob '{kind}{ONE}*')"""


METADATA, SEEDS, INSTRUCTIONS = (
    chosen(kind, number) for number, kind in enumerate(("metadata", "seeds", "instructions"))
)
