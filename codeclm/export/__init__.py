"""Pairs into training files: which rows, in what shape, written whole or not at all.

Nothing here knows a page or a command line, nor reads a clock: two equal projects export the same bytes.
"""

from codeclm.export.formats import FORMATS
from codeclm.export.row import Row
from codeclm.export.rows import Include
from codeclm.export.writing import Exported, Options, preview, tally, walk, write

__all__ = ["FORMATS", "Exported", "Include", "Options", "Row", "preview", "tally", "walk", "write"]
