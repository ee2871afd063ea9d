"""What stands in a cell of tags, as the tags of a seed. Knows no file and no project."""

from __future__ import annotations

from typing import Any

from codeclm.ingest.cells import named
from codeclm.ingest.source import shown
from codeclm.records import LONGEST_TEXT

LONGEST_TAG = 40
"""Characters; what is longer is cut."""


def tag_of(text: str) -> str:
    """A text as a tag: one line of printable characters, at most `LONGEST_TAG`, or empty."""
    return " ".join(shown(text, LONGEST_TEXT).split())[:LONGEST_TAG].rstrip()


def tags_of(raw: Any) -> tuple[str, ...]:
    """The tags in a cell, each once: a list, or one text parted by ; or else by commas.

    What is neither text nor a number is no tag, and no reason to lose the row.
    """
    if isinstance(raw, str):
        raw = named(raw.strip())
    each = raw if isinstance(raw, list | tuple) else [raw]
    texts = (str(one) for one in each if isinstance(one, str | int | float) and not isinstance(one, bool))
    return tuple(dict.fromkeys(filter(None, map(tag_of, texts))))
