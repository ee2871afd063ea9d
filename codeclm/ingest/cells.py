"""How a text and a list of names stand in a cell that a spreadsheet may open, and how they are read back.

Knows no file and no record.
"""

from __future__ import annotations

import json
import re
from collections.abc import Collection
from functools import lru_cache

_FORMULA = re.compile(r"'*[\s\x00\u200b\ufeff]*[=+\-@\t\r\n\uff1d\uff0b\uff0d\uff20]")
"""Also behind blanks, seen or unseen: some spreadsheets pass over them."""
_OURS = {"instruction", "strong", "target", "seed_id", "metadata_id"}
"""Columns by which a file is known to be an export: another's apostrophes are its own."""
_QUOTED = r"""'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*["]"""
_LITERAL = re.compile(rf"\[\s*(?:{_QUOTED})(?:[\s,]+(?:{_QUOTED}))*[\s,]*\]", re.DOTALL)
"""A list of texts as Python writes it, or numpy, without commas: so pandas puts lists into a cell."""


def neutral(text: str) -> str:
    """A text that no spreadsheet runs: one that begins as a formula may gets an apostrophe before it.

    OWASP's list: = + - @ tab, carriage return and newline, and the full-width signs. Apostrophes
    already before such a sign count as part of it, so that `restore` undoes this exactly.
    """
    return f"'{text}" if _FORMULA.match(text) else text


def restore(cell: str) -> str:
    """The text that `neutral` made a cell of."""
    return cell[1:] if cell.startswith("'") and _FORMULA.match(cell) else cell


def exported(header: Collection[str]) -> bool:
    """Whether a header is that of an export, whose cells are `neutral`."""
    return _OURS.issubset(header)


@lru_cache(maxsize=4096)
def listed(names: tuple[str, ...]) -> str:
    """Names in one cell: parted by "; ", or as JSON where they would be parted elsewhere when read."""
    text = "; ".join(names)
    return text if tuple(named(text)) == names else json.dumps(names, ensure_ascii=False)


def named(cell: str) -> list[str]:
    """The names in a cell: a list of texts as JSON or Python writes it, else parted by ; or by commas."""
    if cell.startswith("["):
        try:
            found = json.loads(cell)
        except (ValueError, RecursionError):
            found = None
        if isinstance(found, list) and all(isinstance(each, str) for each in found):
            return found
        if _LITERAL.fullmatch(cell):
            texts = re.findall(_QUOTED, cell, re.DOTALL)
            return [re.sub(r"\\([\\'\"])", r"\1", text[1:-1]) for text in texts]
    return [part.strip() for part in cell.split(";" if ";" in cell else ",") if part.strip()]
