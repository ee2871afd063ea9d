"""Model files made to break who loads them: one line for the user, and only the server's own process dies."""

from __future__ import annotations

import struct

import pytest

from codeclm import builtin
from codeclm.builtin.weights import find, shipped
from codeclm.errors import EndpointError


def header(tensors: int, pairs: int, version: int = 3, rest: bytes = b"") -> bytes:
    return b"GGUF" + struct.pack("<IQQ", version, tensors, pairs) + rest


def text(value: bytes, length: int | None = None) -> bytes:
    return struct.pack("<Q", len(value) if length is None else length) + value


STRING, ARRAY = struct.pack("<I", 8), struct.pack("<I", 9)
FILES = {
    "zeros": header(0, 0, rest=bytes(64)),
    "no architecture": header(0, 1, rest=text(b"general.name") + STRING + text(b"x")),
    "tensors beyond count": header(2**63, 0, rest=bytes(64)),
    "pairs beyond count": header(0, 2**63, rest=bytes(64)),
    "a name of an exabyte": header(0, 1, rest=text(b"a", 2**60)),
    "a text of an exabyte": header(0, 1, rest=text(b"a") + STRING + text(b"b", 2**60)),
    "an array of an exabyte": header(0, 1, rest=text(b"a") + ARRAY + STRING + struct.pack("<Q", 2**60)),
    "an array of arrays": header(0, 1, rest=text(b"a") + (ARRAY + struct.pack("<IQ", 9, 1)) * 1000),
    "a kind that is none": header(0, 1, rest=text(b"a") + struct.pack("<I", 4_000_000_000)),
    "a version to come": header(1, 1, version=999),
    "another architecture": header(
        0, 1, rest=text(b"general.architecture") + STRING + text(b"<script>ran=1</script>\n\x1b[31m")
    ),
}


@pytest.mark.slow
@pytest.mark.model
@pytest.mark.parametrize("name", FILES)
def test_a_hostile_file_kills_the_server_and_nobody_else(name, tmp_path, monkeypatch):
    monkeypatch.setenv("CODECLM_RUNTIME_DIR", str(tmp_path))
    file = tmp_path / "x.gguf"
    file.write_bytes(FILES[name])
    refused(file)


@pytest.mark.slow
@pytest.mark.model
@pytest.mark.parametrize("place", [30, 2_000, 500_000, -1_000_000])
def test_real_weights_that_were_changed_or_cut_load_or_say_why_not(place, tmp_path, monkeypatch):
    monkeypatch.setenv("CODECLM_RUNTIME_DIR", str(tmp_path))
    whole = shipped().read_bytes()
    for number, content in enumerate((whole[:place], whole[:place] + b"\xff" * 64 + whole[place + 64 :])):
        file = tmp_path / f"x{number}.gguf"
        file.write_bytes(content)
        try:
            builtin.ensure(str(file), timeout=60)
        except EndpointError as error:
            said = str(error)
            assert "\n" not in said
        else:
            assert builtin.stop(str(file))


def refused(file):
    with pytest.raises(EndpointError) as told:
        builtin.ensure(str(file), timeout=60)
    said = str(told.value)
    assert "\n" not in said
    assert said.isprintable()
    assert len(said) < 400
    assert builtin.state(str(file)) is None


@pytest.mark.parametrize(
    "name",
    [
        "hf:owner/repo/../../../../../../etc/x.gguf",
        "hf:owner/repo/..\\..\\x.gguf",
        "hf:owner/repo//etc/x.gguf",
        "hf:owner/repo/./x.gguf",
        "hf:../../x.gguf",
        "hf:../../../x.gguf",
        "hf:owner/repo/x\n.gguf",
        "hf:https://h.test/x.gguf",
        "hf:owner/repo/x.gguf; touch /tmp/x",
        "$(touch /tmp/x).gguf",
        "/dev/zero.gguf",
        "\\\\h.test\\share\\x.gguf",
    ],
)
def test_a_name_leads_nowhere_but_to_a_model(name, monkeypatch):
    def asked(*args, **kwargs):
        raise AssertionError(f"the Hub is asked for {args}")

    monkeypatch.setattr("huggingface_hub.hf_hub_download", asked)
    with pytest.raises(EndpointError) as told:
        find(name)
    assert "\n" not in str(told.value)
