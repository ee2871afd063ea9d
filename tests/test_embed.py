"""Embeddings: made once, kept, read back without the model."""

import sys
from types import ModuleType, SimpleNamespace

import numpy as np
import pytest

from codeclm import confirmed, embed
from codeclm.errors import CodecError, UsageError
from codeclm.store import Store


class Counting:
    """Stands for the encoder: a vector from the letters, and a list of what it was asked."""

    def __init__(self, asked):
        self.asked = asked

    def encode(self, texts, **_):
        self.asked += texts
        rows = np.array([[len(text), text.count("a") + 1, 1] for text in texts], dtype=np.float32)
        return rows / np.linalg.norm(rows, axis=1, keepdims=True)


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch):
    monkeypatch.setenv(confirmed.FOLDER, str(tmp_path / "config"))


@pytest.fixture
def asked(monkeypatch):
    texts = []
    monkeypatch.setattr(embed, "_load", lambda model: Counting(texts))
    return texts


@pytest.fixture
def store(tmp_path):
    with Store.open(tmp_path / "p.db", create=True) as opened:
        yield opened


def test_a_text_is_embedded_once(store, asked):
    told = []
    first = embed.embed(store, ["bb", "a", "bb"], progress=lambda *done: told.append(done))
    assert (asked, told) == (["a", "bb"], [(0, 2), (2, 2)])
    assert np.array_equal(first[0], first[2])
    assert np.allclose(np.linalg.norm(first, axis=1), 1)
    again = embed.embed(store, ["a", "c"])
    assert asked == ["a", "bb", "c"]
    assert np.array_equal(again[0], first[1])
    embed.embed(store, ["a"], model="other")
    assert asked[-1] == "a"


def test_the_model_that_a_project_names_is_the_one_used(store, asked):
    embed.embed(store, ["a"])
    store.settings.set(embed.EMBEDDER, "other")
    assert embed.stored(store, ["a"]) is None
    embed.confirm("other")
    embed.embed(store, ["a"])
    assert asked == ["a", "a"]
    assert store.vectors.missing("other", ["a"]) == []
    assert embed.stored(store, ["a"]) is not None
    assert embed.stored(store, ["a"], embed.MODEL) is not None


def test_a_model_that_only_the_project_names_is_not_loaded(store, asked):
    store.settings.set(embed.EMBEDDER, "someone/evil")
    with pytest.raises(UsageError, match=r"someone/evil: the project names it, and nobody confirmed it"):
        embed.embed(store, ["a"])
    assert embed.withheld("someone/evil")
    assert not embed.withheld(embed.MODEL)
    embed.embed(store, ["b"], "someone/evil")
    assert asked == ["b"]
    embed.embed(store, ["b"])
    embed.confirm("someone/evil")
    embed.embed(store, ["a"])
    assert asked == ["b", "a"]


def test_a_page_reads_what_is_kept(store, asked):
    assert embed.stored(store, ["a"]) is None
    made = embed.embed(store, ["a", "b"])
    assert np.array_equal(embed.stored(store, ["a", "b"]), made)
    assert embed.stored(store, ["a", "b", "c"]) is None
    assert embed.stored(store, []).shape == (0, 1)
    assert len(asked) == 2


def test_many_texts_come_in_parts(store, asked, monkeypatch):
    monkeypatch.setattr(embed, "_CHUNK", 4)
    told = []
    embed.embed(store, [str(number) for number in range(10)], progress=lambda *done: told.append(done))
    assert told == [(0, 10), (4, 10), (8, 10), (10, 10)]


def test_without_the_package_it_is_told(store, monkeypatch):
    monkeypatch.setitem(sys.modules, "sentence_transformers", None)
    with pytest.raises(CodecError, match="install it"):
        embed.embed(store, ["a"])


@pytest.fixture
def loaded(monkeypatch):
    """What sentence_transformers is asked to load; nothing of it is on this machine."""
    calls = []

    def missing(name, local_files_only=False):
        calls.append((name, local_files_only))
        raise OSError("no such thing\nand a long story")

    module, quiet = ModuleType("sentence_transformers"), ModuleType("transformers.utils.logging")
    module.SentenceTransformer, quiet.disable_progress_bar = missing, lambda: None
    monkeypatch.setitem(sys.modules, "sentence_transformers", module)
    monkeypatch.setitem(sys.modules, "transformers.utils.logging", quiet)
    for name in ("transformers", "transformers.utils"):
        monkeypatch.setitem(sys.modules, name, ModuleType(name))
    return calls


def test_a_model_that_cannot_be_loaded_is_one_line(store, loaded, monkeypatch):
    reached = []
    monkeypatch.setattr(embed, "_reach", reached.append)
    with pytest.raises(CodecError, match=r"nowhere: cannot be loaded: no such thing$"):
        embed.embed(store, ["a"], model="nowhere")
    whole = "sentence-transformers/nowhere"
    assert (reached, loaded) == ([whole], [(whole, True), (whole, False)])


def test_without_the_hub_a_model_fails_at_once(store, loaded, monkeypatch):
    with monkeypatch.context() as patch:
        patch.setattr("huggingface_hub.HfApi.model_info", lambda *_, **__: 1 / 0)
        with pytest.raises(
            CodecError, match=r"^embedding model a/b: cannot be loaded: the Hugging Face Hub can"
        ):
            embed.embed(store, ["a"], model="a/b")
    assert loaded == [("a/b", True)]
    with pytest.raises(CodecError, match="there is no such folder"):
        embed.embed(store, ["a"], model="/no/such/folder")


def test_foreign_weights_are_refused(tmp_path, monkeypatch):
    folder = tmp_path / "model"
    folder.mkdir()
    (folder / "model.safetensors").write_bytes(b"foreign")
    spec = SimpleNamespace(submodule_search_locations=[str(tmp_path)])
    monkeypatch.setattr(embed, "find_spec", lambda name: spec)
    with pytest.raises(CodecError, match="not those of"):
        embed._shipped()
    monkeypatch.setattr(embed, "find_spec", lambda name: None)
    assert embed._shipped() is None


@pytest.mark.slow
@pytest.mark.filterwarnings("default")
def test_the_shipped_model_knows_a_paraphrase(store):
    vectors = embed.embed(
        store,
        [
            "What are good ways to cope with stress?",
            "How can I deal with stress?",
            "Explain how glass is blown.",
        ],
    )
    assert vectors[0] @ vectors[1] > 0.8 > 0.4 > vectors[0] @ vectors[2]
