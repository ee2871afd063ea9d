"""How texts write a word that was counted without regard to case: ASCII, LaTeX, Python. Knows no language."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence

_BEGINS = re.compile(r"(?:^|[.!?:;\n\"“”'‘’([])\s*$")
"""What stands before a word that may have its capital for its place alone."""
_BEFORE = 8
"""Characters before a word that are looked at."""


def written(terms: Iterable[str], texts: Sequence[str]) -> list[str]:
    """Each term as most of these texts write it; small where only sentences begin with it.

    Texts all in capitals say nothing; a term that has capitals already stays.
    """
    told = [text for text in texts if text != text.upper()]
    return [_most(term, told) if term == term.casefold() else term for term in terms]


def _most(term: str, texts: Sequence[str]) -> str:
    pattern = re.compile(rf"(?<!\w){re.escape(term)}(?!\w)", re.IGNORECASE)
    forms: Counter[str] = Counter()
    for text in texts:
        for found in pattern.finditer(text):
            form = found[0]
            begins = _BEGINS.search(text[max(0, found.start() - _BEFORE) : found.start()])
            if not begins or form[1:] != form[1:].lower():
                forms[form] += 1
    most = max(forms, key=lambda form: (forms[form], form), default=term)
    return most if 2 * forms[most] > forms.total() and most.casefold() == term else term
