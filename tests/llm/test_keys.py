from __future__ import annotations

import stat
from pathlib import Path

import pytest

from codeclm import confirmed
from codeclm.errors import UsageError
from codeclm.llm import keys

OTHER = "https://models.example.org/v1"


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv(confirmed.FOLDER, str(tmp_path / "config"))
    for name in ("OPENAI_API_KEY", "CODECLM_STRONG_API_KEY", "CODECLM_TARGET_API_KEY"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("OPENAI_API_KEY", "shared")
    return tmp_path / "config"


@pytest.mark.parametrize(
    "url",
    [
        "https://api.openai.com/v1",
        "https://API.openai.com:443/v1",
        "http://127.0.0.1:8000/v1",
        "http://localhost:11434/v1",
        "http://[::1]:9/v1",
        "http://127.9.9.9/v1",
    ],
)
def test_home_and_loopback_get_the_key(url: str) -> None:
    assert keys.key_for("strong", url) == "shared"
    assert not keys.withheld("strong", url)


@pytest.mark.parametrize(
    "url",
    [
        OTHER,
        "http://api.openai.com/v1",
        "https://api.openai.com:8443/v1",
        "https://api.openai.com.evil.org/v1",
        "https://evil.org/api.openai.com",
        "https://evil.org#@api.openai.com/v1",
        "http://localhost.evil.org/v1",
        "http://127.0.0.1.evil.org/v1",
        "http://0.0.0.0/v1",
        "ftp://127.0.0.1/v1",
        "https://host:port/v1",
        "",
    ],
)
def test_nobody_else_does(url: str) -> None:
    assert keys.key_for("strong", url) is None
    assert keys.withheld("strong", url)


def test_the_roles_own_key_comes_first(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CODECLM_STRONG_API_KEY", " mine\n")
    assert keys.key_for("strong", "https://api.openai.com/v1") == "mine"
    assert keys.key_for("target", "https://api.openai.com/v1") == "shared"


def test_a_typed_url_gets_it_also_over_plain_http_but_no_other_port_does() -> None:
    typed = ["http://10.0.0.5:8000/v1"]
    assert keys.key_for("strong", "http://10.0.0.5:8000/v1", typed) == "shared"
    assert keys.key_for("strong", "http://10.0.0.5:8001/v1", typed) is None
    assert keys.key_for("strong", "https://10.0.0.5:8000/v1", typed) is None


def test_a_confirmed_address_gets_it_from_then_on(folder: Path) -> None:
    assert keys.trust(OTHER) == "https://models.example.org:443"
    assert keys.key_for("strong", "https://models.example.org/other/path") == "shared"
    assert keys.key_for("strong", "https://models.example.org:444/v1") is None
    written = folder / "trusted-hosts.json"
    assert stat.S_IMODE(written.stat().st_mode) == 0o600
    assert "shared" not in written.read_text()
    keys.distrust(OTHER)
    assert keys.trusted() == []
    assert keys.key_for("strong", OTHER) is None


@pytest.mark.parametrize("url", ["http://models.example.org/v1", "nonsense", "file:///etc/passwd"])
def test_what_must_not_be_confirmed_is_not(url: str) -> None:
    with pytest.raises(UsageError):
        keys.trust(url)
    assert keys.trusted() == []


@pytest.mark.parametrize("text", ["", "not json", '{"a": 1}', "\udcff"])
def test_a_damaged_list_confirms_nothing(folder: Path, text: str) -> None:
    folder.mkdir()
    (folder / "trusted-hosts.json").write_bytes(text.encode("utf-8", "surrogateescape"))
    assert keys.trusted() == []


def test_a_folder_that_cannot_be_written_is_said_in_one_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").write_text("")
    monkeypatch.setenv(confirmed.FOLDER, str(tmp_path / "file"))
    with pytest.raises(UsageError, match="cannot be written"):
        keys.trust(OTHER)


def test_no_key_is_no_key(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "  ")
    assert keys.key_for("strong", "https://api.openai.com/v1") is None
    assert not keys.withheld("strong", OTHER)


@pytest.mark.parametrize("key", ["a\nb", "ключ", "a b"])
def test_a_key_that_cannot_be_a_header_is_named_and_not_shown(
    key: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CODECLM_STRONG_API_KEY", key)
    with pytest.raises(UsageError, match="CODECLM_STRONG_API_KEY") as caught:
        keys.key_for("strong", "https://api.openai.com/v1")
    assert key not in str(caught.value)


def test_where_only_confirmed_addresses_count_a_typed_one_gets_none(monkeypatch: pytest.MonkeyPatch) -> None:
    assert keys.key_for("target", OTHER, typed=[OTHER]) == "shared"
    monkeypatch.setenv(keys.CONFIRMED_ONLY, "1")
    assert keys.key_for("target", OTHER, typed=[OTHER]) is None
    assert keys.withheld("target", OTHER, typed=[OTHER])
    keys.trust(OTHER)
    assert keys.key_for("target", OTHER) == "shared"


def test_what_is_to_be_done_for_an_address_is_what_helps_there(monkeypatch: pytest.MonkeyPatch) -> None:
    plain = "http://10.0.0.5:8000/v1"
    assert keys.way("target", OTHER) == "confirm it on the Models page, or type it as --target-url"
    assert keys.way("target", plain) == "give an https address, or type it as --target-url"
    monkeypatch.setenv(keys.CONFIRMED_ONLY, "1")
    ask = "ask somebody who may to confirm it on the Models page"
    assert keys.way("target", OTHER) == ask
    assert keys.way("target", plain) == f"give an https address, and {ask}"
