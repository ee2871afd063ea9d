"""What a person searches for, as conditions on a column: all words, in any order. Knows no table."""

from __future__ import annotations

import re
from collections.abc import Iterator

from codeclm.store.connection import Value

_WORD = re.compile(r'"([^"]+)"?|([^\s"]+)').findall
"""Phrases in quotes, of which the last may be open still, and words."""
_WORDS = 100
"""More are a text that was pasted, sought as one phrase: SQLite bounds how many conditions it takes."""

_PATTERN = 1_000
"""Characters of a word that is made a pattern: SQLite bounds those too."""


def search(column: str, asked: str) -> tuple[str, list[Value]]:
    """A condition: all words asked for occur in the column, whatever their case; with its values."""
    found = [*each_word(column, asked)]
    return " and ".join(condition for condition, _ in found) or "1", [value for _, value in found]


def each_word(column: str, asked: str) -> Iterator[tuple[str, str]]:
    """For each word, or phrase in quotes, a condition with its value: it occurs in the column."""
    for part in words_of(asked):
        if part.isascii() and len(part) <= _PATTERN:
            escaped = part.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
            yield f"{column} like ? escape '\\'", f"%{escaped}%"
        else:
            yield f"contains({column}, ?)", part.casefold()


def words_of(asked: str) -> list[str]:
    """The words, and phrases in quotes, of what is searched for; of very many, the whole as one phrase."""
    words = [phrase or word for phrase, word in _WORD(asked)] or asked.split()
    return words if len(words) <= _WORDS else [asked.strip()]
