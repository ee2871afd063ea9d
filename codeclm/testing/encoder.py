"""An encoder that needs no model: texts that share words are near. For tests and benchmarks."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

_WORD = re.compile(r"\w+")


@dataclass
class WordEncoder:
    """Hashes each word to a fixed direction; a text is their sum. `seen` are the texts asked for."""

    size: int = 64
    seen: list[str] = field(default_factory=list)

    def encode(self, texts: Sequence[str], **_: object) -> NDArray[np.float32]:
        """A unit vector for each text."""
        self.seen += texts
        rows = np.array([self._row(text) for text in texts], np.float32).reshape(len(texts), self.size)
        unit: NDArray[np.float32] = rows / np.maximum(np.linalg.norm(rows, axis=1, keepdims=True), 1e-6)
        return unit

    def _row(self, text: str) -> NDArray[np.float64]:
        words = _WORD.findall(text.casefold()) or [""]
        found: NDArray[np.float64] = np.sum([self._word(word) for word in words], axis=0)
        return found

    def _word(self, word: str) -> NDArray[np.float64]:
        seed = int.from_bytes(hashlib.sha256(word.encode("utf-8", "replace")).digest()[:8], "big")
        return np.random.default_rng(seed).standard_normal(self.size)
