"""Pushing to the Hub: the token's way, and what is told where it fails. No network is touched."""

import json

import pytest

from codeclm.errors import CodecError, UsageError
from codeclm.export import push as pushing


class Hub:
    def __init__(self, error=None):
        self.asked = []
        self.error = error

    def create_repo(self, name, **more):
        if self.error:
            raise self.error
        self.asked.append(("create", name, more["private"]))

    def upload_folder(self, **more):
        self.asked.append(("upload", more["repo_id"], more["folder_path"]))


@pytest.fixture
def hub(monkeypatch):
    made = Hub()
    monkeypatch.setenv("HF_TOKEN", "hf_secret")
    monkeypatch.setattr(pushing, "_hub", lambda token: made)
    return made


def test_a_folder_is_uploaded_as_a_dataset(hub, tmp_path):
    assert pushing.push(tmp_path, "me/fish") == "https://huggingface.co/datasets/me/fish"
    assert hub.asked == [("create", "me/fish", True), ("upload", "me/fish", str(tmp_path))]


def test_without_a_token_nothing_is_asked(hub, tmp_path, monkeypatch):
    monkeypatch.delenv("HF_TOKEN")
    with pytest.raises(UsageError, match="HF_TOKEN"):
        pushing.push(tmp_path, "me/fish")
    assert hub.asked == []


def test_no_network_is_one_line_without_the_token(hub, tmp_path):
    hub.error = OSError("no route for hf_secret\nand more")
    with pytest.raises(CodecError) as told:
        pushing.push(tmp_path, "me/fish")
    assert str(told.value) == "push to me/fish: no route for …; the folder is written"


def test_the_real_client_is_there():
    assert hasattr(pushing._hub("hf_none"), "upload_folder")


def test_push_wants_the_hub_format(tmp_path, monkeypatch, capsys):
    from codeclm.cli import main

    monkeypatch.setenv("CODECLM_PROJECT", str(tmp_path / "p.db"))
    (tmp_path / "s.jsonl").write_text(json.dumps({"text": "Why?"}))
    assert main(["import", str(tmp_path / "s.jsonl")]) == 0
    assert main(["export", str(tmp_path / "o"), "--format", "csv", "--push", "me/fish"]) == 2
    monkeypatch.delenv("HF_TOKEN", raising=False)
    assert main(["export", str(tmp_path / "o"), "--format", "hub", "--push", "me/fish"]) == 2
    assert "the folder is written" in capsys.readouterr().err
    assert (tmp_path / "o" / "README.md").is_file()
