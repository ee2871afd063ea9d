"""Weights written again: the same numbers in another format, kept once, and never a reason not to start."""

import gguf
import numpy as np
import pytest

from codeclm.builtin import recode
from codeclm.builtin.recode import recoded


@pytest.fixture
def cache(tmp_path, monkeypatch):
    monkeypatch.setattr(recode, "user_cache_path", lambda *_, **__: tmp_path / "cache")
    return tmp_path / "cache" / "weights"


@pytest.fixture
def weights(tmp_path):
    """A file with a quantised matrix, a plain vector and a few keys."""
    file = tmp_path / "tiny.gguf"
    random = np.random.default_rng(0)
    writer = gguf.GGUFWriter(file, "llama")
    writer.add_name("tiny")
    writer.add_file_type(gguf.LlamaFileType.MOSTLY_Q4_1)
    writer.add_token_list(["a", "b", "ü"])
    kind = gguf.GGMLQuantizationType.Q4_1
    matrix = random.normal(size=(8, 64)).astype(np.float32)
    writer.add_tensor("matrix", gguf.quants.quantize(matrix, kind), raw_dtype=kind)
    writer.add_tensor("norm", random.normal(size=64).astype(np.float32))
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    return file


def numbers(path):
    return {
        tensor.name: gguf.quants.dequantize(tensor.data, tensor.tensor_type)
        for tensor in gguf.GGUFReader(path).tensors
    }


def test_the_copy_holds_the_same_numbers_and_keys(cache, weights):
    copy = recoded(weights)
    before, after = numbers(weights), numbers(copy)
    assert np.array_equal(before["norm"], after["norm"])
    assert np.abs(before["matrix"] - after["matrix"]).max() <= np.abs(before["matrix"]).max() / 254 + 1e-3
    reader = gguf.GGUFReader(copy)
    kinds = {tensor.name: tensor.tensor_type.name for tensor in reader.tensors}
    assert kinds == {"matrix": "Q8_0", "norm": "F32"}
    assert reader.fields["general.name"].contents() == "tiny"
    assert reader.fields["tokenizer.ggml.tokens"].contents() == ["a", "b", "ü"]
    assert reader.fields["general.file_type"].contents() == gguf.LlamaFileType.MOSTLY_Q8_0


def test_it_is_made_once_and_anew_for_other_weights(cache, weights):
    first = recoded(weights)
    made = first.stat()
    assert recoded(weights) == first
    assert first.stat().st_mtime_ns == made.st_mtime_ns
    with weights.open("ab") as file:
        file.write(b"\0")
    assert recoded(weights) != first
    assert len(list(cache.iterdir())) == 1


def test_without_room_for_it_the_original_serves(cache, weights, capsys):
    cache.parent.write_text("a file where the folder should be")
    assert recoded(weights) == weights
    assert "cannot be kept" in capsys.readouterr().err


def test_a_copy_that_breaks_off_leaves_nothing(cache, weights, monkeypatch):
    def full(source, to):
        to.write_bytes(b"GGUF")
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(recode, "write", full)
    assert recoded(weights) == weights
    assert list(cache.iterdir()) == []
