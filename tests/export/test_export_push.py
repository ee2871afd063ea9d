"""Pushing to the Hub: the token's way, what arrives there, and what is told where it fails.

No network is touched: the real client talks to a scripted Hub on loopback.
"""

import base64
import json
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

import pytest
import yaml

from codeclm import export
from codeclm.errors import CodecError, UsageError
from codeclm.export import Options
from codeclm.export import push as pushing
from codeclm.export.files import MARK
from codeclm.store import Store
from tests.export.exporting import bundle, seed


class Hub:
    endpoint = "https://huggingface.co"

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


class Endpoint(BaseHTTPRequestHandler):
    """As much of the Hub's HTTP as a client needs to make a dataset and commit files to it."""

    def do_POST(self):
        said = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        hub = self.server
        hub.asked.append((self.path, self.headers.get("Authorization")))
        if self.path.split("?")[0] in hub.refused:
            return self._reply(403, {"error": "no write access for hf_secret"})
        if self.path == "/api/repos/create":
            hub.made = json.loads(said)
            return self._reply(200, {"url": f"{hub.address}/datasets/me/fish", "name": "me/fish"})
        if self.path == "/api/validate-yaml":
            hub.card = yaml.safe_load(json.loads(said)["content"].split("---")[1])
            return self._reply(200, {"errors": [], "warnings": []})
        if self.path.startswith("/api/datasets/me/fish/preupload/main"):
            files = json.loads(said)["files"]
            modes = [{"path": each["path"], "uploadMode": "regular", "shouldIgnore": False} for each in files]
            return self._reply(200, {"files": modes})
        if self.path.startswith("/api/datasets/me/fish/commit/main"):
            for line in said.splitlines():
                each = json.loads(line)
                if each["key"] == "file":
                    hub.files[each["value"]["path"]] = base64.b64decode(each["value"]["content"])
                else:
                    hub.message = each["value"]["summary"]
            oid = "0" * 40
            url = f"{hub.address}/datasets/me/fish/commit/{oid}"
            return self._reply(200, {"commitUrl": url, "commitOid": oid, "success": True})
        return self._reply(404, {"error": "unknown"})

    def do_GET(self):
        self.server.asked.append((self.path, self.headers.get("Authorization")))
        there = self.server.made is not None
        self._reply(200 if there else 404, {"id": "me/fish", "sha": "0" * 40, "siblings": []})

    def _reply(self, status, body):
        data = json.dumps(body).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def log_message(self, *_):
        pass


@pytest.fixture
def endpoint(monkeypatch):
    from huggingface_hub import constants

    server = ThreadingHTTPServer(("127.0.0.1", 0), Endpoint)
    server.address = f"http://127.0.0.1:{server.server_port}"
    server.asked, server.files, server.refused, server.made, server.message = [], {}, set(), None, ""
    thread = Thread(target=server.serve_forever, daemon=True)
    thread.start()
    monkeypatch.setenv("HF_TOKEN", "hf_secret")
    monkeypatch.setattr(constants, "ENDPOINT", server.address)
    yield server
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.fixture
def folder(tmp_path):
    with Store.open(tmp_path / "p.db", create=True) as store:
        for number in range(12):
            bundle(store, f"Name fish number {number}", seed=seed(number))
        done = export.write(store, tmp_path / "out", Options(format="hub", split=0.3, provenance=True))
    assert done.rows == 12
    return tmp_path / "out"


def test_the_real_client_commits_every_file_as_it_is(endpoint, folder):
    assert pushing.push(folder, "me/fish", private=False) == f"{endpoint.address}/datasets/me/fish"
    assert (endpoint.made["name"], endpoint.made["type"]) == ("fish", "dataset")
    assert endpoint.made.get("private", endpoint.made.get("visibility")) in (False, "public")
    assert endpoint.files == {path.name: path.read_bytes() for path in folder.iterdir() if path.name != MARK}
    assert {"README.md", "train.parquet", "test.parquet", "provenance.jsonl"} <= set(endpoint.files)
    assert [each["split"] for each in endpoint.card["configs"][0]["data_files"]] == ["train", "test"]
    assert endpoint.message == "Export from CodecLM Studio"
    # A list that the client fetches once a day is asked for without a token.
    assert {token for _, token in endpoint.asked if token} == {"Bearer hf_secret"}
    assert not any(b"hf_secret" in content for content in endpoint.files.values())


@pytest.mark.parametrize("path", ["/api/repos/create", "/api/datasets/me/fish/commit/main"])
def test_what_the_hub_refuses_is_told_in_one_line(endpoint, folder, path):
    endpoint.refused.add(path)
    with pytest.raises(CodecError, match=r"push to me/fish: .*; the folder is written") as told:
        pushing.push(folder, "me/fish")
    assert "hf_secret" not in str(told.value)
    assert "\n" not in str(told.value)
    assert endpoint.files == {}


def test_push_wants_the_hub_format(tmp_path, monkeypatch, capsys):
    from codeclm.cli import main

    monkeypatch.setenv("CODECLM_PROJECT", str(tmp_path / "p.db"))
    row = {"instruction": "Why?", "strong": "So", "target": "?", "strong_score": 9, "target_score": 1}
    (tmp_path / "s.jsonl").write_text(json.dumps(row))
    assert main(["import", str(tmp_path / "s.jsonl"), "--as", "pairs"]) == 0
    assert main(["export", str(tmp_path / "o"), "--format", "csv", "--push", "me/fish"]) == 2
    monkeypatch.delenv("HF_TOKEN", raising=False)
    assert main(["export", str(tmp_path / "o"), "--format", "hub", "--push", ""]) == 2
    assert main(["export", str(tmp_path / "o"), "--format", "hub", "--push", "me/fish"]) == 2
    assert "the folder is written" in capsys.readouterr().err
    assert (tmp_path / "o" / "README.md").is_file()
