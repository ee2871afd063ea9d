"""Pairs into training files: which rows, in what shape, written whole or not at all.

Nothing here knows a page or a command line, nor reads a clock: two equal projects export the same bytes.
"""

from codeclm.export.formats import FORMATS
from codeclm.export.rows import Include
from codeclm.export.writing import Exported, Options, preview, tally, write

__all__ = ["FORMATS", "Exported", "Include", "Options", "preview", "tally", "write"]
