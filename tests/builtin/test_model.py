"""The real server with the real weights: it loads in about a second."""

import http.client
import json
import os
import signal
from concurrent.futures import ThreadPoolExecutor
from urllib.parse import urlsplit

import pytest

from codeclm import builtin
from codeclm.builtin.engine import SHAPE, get
from codeclm.builtin.weights import find
from codeclm.errors import EndpointError

pytestmark = pytest.mark.model


def chat(server, text, path="/chat/completions", **more):
    body = {"model": "any", "messages": [{"role": "user", "content": text}], "max_tokens": 12, **more}
    parts = urlsplit(server.url)
    connection = http.client.HTTPConnection(parts.hostname, parts.port, timeout=60)
    connection.request("POST", parts.path + path, json.dumps(body), {"Content-Type": "application/json"})
    response = connection.getresponse()
    reply = json.loads(response.read())
    connection.close()
    return response, reply


def test_the_model_answers_survives_a_kill_and_ends(until):
    server = builtin.ensure()
    assert (server.slots, server.context) == SHAPE
    assert server == builtin.state()
    response, reply = chat(server, "Say hello.")
    assert response.status == 200
    assert reply["choices"][0]["message"]["content"]
    assert reply["usage"]["completion_tokens"] <= 12
    os.kill(server.pid, signal.SIGKILL)
    again = builtin.ensure()
    assert again.pid != server.pid
    assert chat(again, "Say hello.")[0].status == 200
    assert builtin.stop()
    assert builtin.state() is None


def test_it_serves_many_keeps_to_a_schema_and_lets_no_web_page_in():
    server = builtin.ensure()
    with ThreadPoolExecutor(SHAPE[0] + 4) as pool:
        replies = list(pool.map(lambda n: chat(server, f"Count to {n}."), range(SHAPE[0] + 4)))
        assert get(server.url.removesuffix("/v1"), "/health") == {"status": "ok"}
    assert all(response.status == 200 for response, _ in replies)
    schema = {"type": "object", "properties": {"n": {"type": "integer"}}, "required": ["n"]}
    wanted = {"type": "json_schema", "json_schema": {"name": "n", "strict": True, "schema": schema}}
    response, reply = chat(server, "A number?", response_format=wanted, temperature=0, max_tokens=40)
    assert isinstance(json.loads(reply["choices"][0]["message"]["content"])["n"], int)
    assert response.getheader("Access-Control-Allow-Origin") in (None, "")
    address = "http://" + urlsplit(server.url).netloc
    assert get(address, "/v1/models")["error"]["code"] == 404
    response, reply = chat(server, "word " * 3000)
    assert response.status == 400
    assert reply["error"]["type"] == "exceed_context_size_error"


@pytest.mark.slow
def test_a_reply_depends_on_its_request_alone():
    shared = "You answer in few words, and never with a question. " * 8
    texts = [f"{shared * (n % 3)}Tell me about {'the sea and ' * n}rivers." for n in range(8)]

    def ask(text):
        _, reply = chat(server, text, max_tokens=6, temperature=0.7, seed=7, logprobs=True, top_logprobs=2)
        return [
            (token["token"], token["top_logprobs"]) for token in reply["choices"][0]["logprobs"]["content"]
        ]

    server = builtin.ensure()
    alone = [ask(text) for text in texts]
    os.kill(server.pid, signal.SIGKILL)
    server = builtin.ensure()
    with ThreadPoolExecutor(SHAPE[0]) as pool:
        together = list(pool.map(ask, reversed(texts)))[::-1]
        cached = list(pool.map(ask, texts))
    assert alone == together == cached


@pytest.mark.parametrize("cut", [100, 3_000, 40_000_000])
def test_a_truncated_file_ends_only_its_own_server(tmp_path, cut):
    file = tmp_path / "cut.gguf"
    with find().path.open("rb") as whole:
        file.write_bytes(whole.read(cut))
    with pytest.raises(
        EndpointError, match=r"cut: could not be loaded: .*; try another copy of the file"
    ) as caught:
        builtin.ensure(str(file))
    assert str(caught.value).isprintable()
