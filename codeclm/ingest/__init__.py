"""Files into records: `read` a file as a table, then take it as seeds, as metadata or as pairs.

A fault of the whole file is an InputError and nothing comes of it; a fault of one row puts that row
among the rejected and the others go on. Nothing here writes to a project.
"""

from codeclm.ingest.labels import metadata
from codeclm.ingest.pairs import Bundle, answers, has_answers, has_orders, pairs
from codeclm.ingest.reading import read
from codeclm.ingest.seeds import guess_tags, seeds
from codeclm.ingest.table import Column, Parsed, Rejected, Row, Table

__all__ = [
    "Bundle",
    "Column",
    "Parsed",
    "Rejected",
    "Row",
    "Table",
    "answers",
    "guess_tags",
    "has_answers",
    "has_orders",
    "metadata",
    "pairs",
    "read",
    "seeds",
]
