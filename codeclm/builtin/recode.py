"""The shipped weights, written once more in a format that llama.cpp multiplies faster on a CPU.

They come as Q4_1, for which it has no kernel that works on whole blocks. The same numbers as Q8_0 take
about half of the processor's time for prompts and four fifths for replies (tests/bench/bench_builtin.py).
The copy lies in the user's cache, 145 MB. Nothing here serves, and nothing is changed in the original.
"""

from __future__ import annotations

import hashlib
import sys
from pathlib import Path
from uuid import uuid4

import numpy as np
from platformdirs import user_cache_path


def recoded(weights: Path) -> Path:
    """The weights as Q8_0, made at the first call; the original where they cannot be kept."""
    about = weights.stat()
    told = f"{weights.name} {about.st_size} {about.st_mtime_ns}"
    key = hashlib.sha256(told.encode()).hexdigest()[:16]
    copy = user_cache_path("codeclm-studio", appauthor=False) / "weights" / f"{key}.Q8_0.gguf"
    if copy.exists():
        return copy
    try:
        copy.parent.mkdir(parents=True, exist_ok=True)
        _make(weights, copy)
    except OSError as error:
        sys.stderr.write(f"the faster copy of the weights cannot be kept: {error}\n")
        return weights
    for other in copy.parent.glob("*.gguf"):
        if other != copy:
            other.unlink(missing_ok=True)
    return copy


def _make(weights: Path, copy: Path) -> None:
    """In one step, as several servers may start at once."""
    draft = copy.with_suffix(f".{uuid4().hex[:8]}")
    try:
        write(weights, draft)
        draft.replace(copy)
    finally:
        draft.unlink(missing_ok=True)


def write(source: Path, to: Path) -> None:
    """Write a GGUF file again with its matrices as Q8_0. What is not quantised stays as it is."""
    # Late, as every other start is served by the copy.
    from gguf import GGMLQuantizationType, GGUFReader, GGUFValueType, GGUFWriter, LlamaFileType, quants

    reader = GGUFReader(source)
    architecture = reader.fields["general.architecture"].contents()
    writer = GGUFWriter(to, architecture)
    for field in reader.fields.values():
        if field.name.startswith("GGUF.") or field.name == "general.architecture":
            continue  # the writer's own
        value = field.contents()
        if field.name == "general.file_type":
            value = int(LlamaFileType.MOSTLY_Q8_0)
        inner = field.types[-1] if field.types[0] == GGUFValueType.ARRAY else None
        writer.add_key_value(field.name, value, field.types[0], sub_type=inner)
    wanted = GGMLQuantizationType.Q8_0
    for tensor in reader.tensors:
        kind = tensor.tensor_type
        if kind in (GGMLQuantizationType.F32, GGMLQuantizationType.F16, wanted):
            writer.add_tensor(tensor.name, np.array(tensor.data), raw_dtype=kind)
        else:
            numbers = quants.dequantize(tensor.data, kind)
            writer.add_tensor(tensor.name, quants.quantize(numbers, wanted), raw_dtype=wanted)
    try:
        writer.write_header_to_file()
        writer.write_kv_data_to_file()
        writer.write_tensors_to_file()
    finally:
        writer.close()
