"""The map of a project: places, clusters and their names, coverage, labels that are nearly the same.

numpy and scipy alone. Knows vectors, texts and counts; no project, model or page.
"""

from codeclm.atlas.clusters import same
from codeclm.atlas.drawing import Drawn, draw
from codeclm.atlas.graph import together
from codeclm.atlas.layout import offsets
from codeclm.atlas.naming import Meaning, Words, keywords, name, told_apart

__all__ = [
    "Drawn", "Meaning", "Words", "draw", "keywords", "name", "offsets", "same", "together", "told_apart",
]  # fmt: skip
