"""An endpoint that answers with attacks: each ends in a bounded reply or in one line, and no key gets out."""

from __future__ import annotations

import gzip
import json
import zlib
from collections.abc import Sequence

import pytest

from codeclm.errors import ModelError, TransportError
from codeclm.llm import transport
from codeclm.llm.client import OpenAIModel
from codeclm.llm.limits import Limiter
from codeclm.llm.model import Call, Reply, Request
from codeclm.llm.patience import Patience
from codeclm.records import Message
from codeclm.settings import Endpoint, Prices, Sampling
from codeclm.store import Store
from codeclm.store.calls import Calls
from tests.redteam.rawserver import Attack, completion, endless, reply, serving

KEY = "sk-verysecret-0123456789"
SPELLED = "".join(f"\\u{ord(sign):04x}" for sign in KEY)
PARTS = [{"type": "text", "text": KEY[:9]}, {"type": "text", "text": KEY[9:]}]
QUICK = Patience(tries=1, first_wait=0.01, longest_wait=0.02, longest_pause=0.02, outage=0.0, gone=0.1)
HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"
CHUNKED = HEAD + b"Transfer-Encoding: chunked\r\n\r\n"
MEGABYTE = b"100000\r\n" + b" " * 2**20 + b"\r\n"
BOMB = gzip.compress(b" " * 2**26)
NESTED = b"[" * 10**6 + b"]" * 10**6

REFUSED: dict[str, Attack] = {
    "an endless body": endless(CHUNKED, MEGABYTE),
    "an endless body of no kind": endless(HEAD + b"\r\n", b" " * 2**20),
    "a body of a terabyte": endless(HEAD + b"Content-Length: 1099511627776\r\n\r\n", b" " * 2**20),
    "endless headers": endless(b"HTTP/1.1 200 OK\r\n", b"X-A: " + b"a" * 4000 + b"\r\n"),
    "one endless header": endless(b"HTTP/1.1 200 OK\r\nX-A: ", b"a" * 2**16),
    "an endless status": endless(b"HTTP/1.1 200 ", b"O" * 2**16),
    "endless words to wait": endless(b"", b"HTTP/1.1 100 Continue\r\n\r\n" * 100),
    "a gzip bomb": reply(BOMB, Content_Encoding="gzip"),
    "a deflate bomb": reply(zlib.compress(b" " * 2**26), Content_Encoding="deflate"),
    "a bomb in a bomb": reply(gzip.compress(BOMB), Content_Encoding="gzip, gzip"),
    "a bomb of an unknown kind": reply(BOMB, Content_Encoding="x-gzip"),
    "a bomb in an error": reply(BOMB, "500 Sorry", Content_Encoding="gzip"),
    "an endless error": endless(CHUNKED.replace(b"200 OK", b"400 Bad"), MEGABYTE),
    "HTML": reply(b"<script>ran=1</script>", Content_Type="text/html"),
    "something else": reply(b"\x00\xff\xfe" * 1000, Content_Type="image/png"),
    "no HTTP": lambda: [b"\x16\x03\x01\x02\x00" * 100],
    "half a response": lambda: [HEAD + b"Content-Length: 100\r\n\r\n{"],
    "nothing": list,
    "another protocol": lambda: [b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n\r\n"],
    "no content": lambda: [b"HTTP/1.1 204 No Content\r\n\r\n"],
    "a million lists": reply(NESTED),
    "a million lists in an error": reply(NESTED, "400 Bad"),
    "a million objects": reply(b'{"a":' * 10**6),
    "a number of ten thousand digits": reply(b'{"choices": ' + b"9" * 10**4 + b"}"),
    "not a number": reply(b"NaN"),
    "choices of another kind": reply(b'{"choices": [[[]]]}'),
    "content of another kind": reply(completion('{"a": 1}')),
    "a surrogate in an error": reply(b'{"error": {"message": "\\ud800 \\u0000"}}', "400 Bad"),
    "an error of ten megabytes": reply(b'{"error": {"message": "' + b"a" * 10**7 + b'"}}', "401 No"),
}

TAKEN: dict[str, Attack] = {
    "surrogates and NUL": reply(completion('"\\ud800\\u0000\\udfff x"', finish='"\\ud800\\u0000"')),
    "a reason of a megabyte": reply(completion('"x"', finish='"' + "r" * 2**20 + '"')),
    "huge counts": reply(
        completion('"x"', usage=f'{{"prompt_tokens": {"9" * 400}, "completion_tokens": 1}}')
    ),
    "counts below none": reply(completion('"x"', usage='{"prompt_tokens": -5, "completion_tokens": -1}')),
    "counts that are none": reply(
        completion('"x"', usage='{"prompt_tokens": NaN, "completion_tokens": 1e999}')
    ),
    "limits of a header": reply(
        completion('"x"'),
        x_ratelimit_remaining_requests="9" * 6000,
        x_ratelimit_remaining_tokens="1",
        x_ratelimit_reset_tokens="nan",
        retry_after="inf",
    ),
    "a cookie": reply(completion('"x"'), Set_Cookie="a=b; Domain=api.openai.com; Path=/; Max-Age=999999999"),
    "a body that says it is HTML": reply(completion('"x"'), Content_Type="text/html"),
    "ten thousand thoughts": reply(completion(json.dumps("</think>" + "<think>" * 10**5 + "x"))),
}


def ask() -> Request:
    question = (Message("user", "Question?"),)
    return Request("strong", "answer", "r", "m", question, Sampling(temperature=0.5, seed=3))


def model_of(url: str, seconds: float = 20.0, others: Sequence[str] = ()) -> OpenAIModel:
    endpoint = Endpoint(url=url, model="m", timeout=seconds, prices=Prices(prompt=1, completion=1))
    return OpenAIModel(endpoint, KEY, limiter=Limiter(4, patience=QUICK), patience=QUICK, others=others)


async def answered(url: str, seconds: float = 20.0, others: Sequence[str] = ()) -> Reply | ModelError:
    """What became of one request."""
    model = model_of(url, seconds, others)
    try:
        return await model.complete(ask())
    except ModelError as error:
        return error
    finally:
        await model.aclose()


def one_line(told: Reply | ModelError) -> str:
    assert isinstance(told, ModelError), told
    assert "\n" not in str(told)
    assert len(str(told)) < 700
    assert KEY not in str(told)
    str(told).encode()
    return str(told)


@pytest.mark.parametrize("name", REFUSED)
async def test_what_is_no_reply_ends_in_one_line_and_was_not_read_for_ever(name: str) -> None:
    async with serving(REFUSED[name]) as raw:
        one_line(await answered(raw.url, seconds=3 if name == "endless words to wait" else 20))
    assert raw.requests
    assert raw.taken < transport.LONGEST + 2**24 or name == "endless words to wait"


@pytest.mark.parametrize("name", TAKEN)
async def test_what_is_odd_in_a_reply_is_made_fit_to_keep(name: str, tmp_path) -> None:
    async with serving(TAKEN[name]) as raw:
        told = await answered(raw.url)
    assert isinstance(told, Reply), told
    assert len(told.finish_reason) <= 40
    with Store.open(tmp_path / "p.db", create=True) as store:
        store.calls.put(Call(ask(), told))
        assert isinstance(store.calls, Calls)
        assert store.calls.get(ask().key) is not None


async def test_bytes_that_come_one_by_one_do_not_come_for_ever() -> None:
    async with serving(endless(CHUNKED, b"1\r\n \r\n"), pause=0.01) as raw:
        assert "no reply in time" in one_line(await answered(raw.url, seconds=0.4))


@pytest.mark.parametrize("status", ["301 A", "302 A", "303 A", "307 A", "308 A", "300 A"])
async def test_a_redirect_is_not_followed_and_no_key_goes_with_one(status: str) -> None:
    async with serving(reply(completion('"from elsewhere"'))) as other:
        there = other.url.replace("127.0.0.1", "localhost") + "/chat/completions"
        hops = reply(b"{}", status, Location=there, Refresh=f"0;url={there}")
        async with serving(hops) as raw:
            assert "redirects elsewhere" in one_line(await answered(raw.url))
    assert raw.requests
    assert other.requests == []


@pytest.mark.parametrize(
    "echo",
    [
        pytest.param(reply(completion(json.dumps(f"You said Bearer {KEY}."))), id="in the content"),
        pytest.param(reply(completion(f'"You said {SPELLED}."')), id="spelled in the content"),
        pytest.param(reply(completion(json.dumps(PARTS))), id="in parts"),
        pytest.param(
            reply(completion(json.dumps(f"{KEY[:9]}<think></think>{KEY[9:]}"))), id="around a thought"
        ),
        *(
            pytest.param(
                reply(completion(json.dumps(KEY)).decode().encode(code), status), id=f"{code}, {status}"
            )
            for code in ("utf-8-sig", "utf-16", "utf-16-be", "utf-32")
            for status in ("200 OK", "401 No")
        ),
        pytest.param(reply(completion('"x"', finish=f'"{SPELLED}"')), id="as the reason"),
        pytest.param(reply(completion('"x"'), X_Echo=KEY), id="in a header"),
        pytest.param(reply(f'{{"error": {{"message": "Bad {SPELLED}"}}}}'.encode(), "401 No"), id="refused"),
        pytest.param(reply(f'{{"error": {{"message": "Bad {SPELLED}"}}}}'.encode(), "400 No"), id="bad"),
        pytest.param(reply(f'{{"error": "{KEY}"}}'.encode()), id="an error with status 200"),
        pytest.param(reply(f"Bearer {KEY}".encode(), "500 Sorry"), id="no JSON"),
        pytest.param(reply(f"Bad {SPELLED}".encode(), "400 No"), id="spelled, and no JSON"),
        pytest.param(
            reply(json.dumps({"error": {"message": f'{{"key": "{SPELLED}"}}'}}).encode(), "401 No"),
            id="JSON in JSON, refused",
        ),
        pytest.param(reply(f"{KEY} is no JSON".encode()), id="no JSON with status 200"),
        pytest.param(reply(b"{}", f"502 {KEY}", Location=KEY), id="in the status"),
        pytest.param(reply(b"{}", "307 A", Location=f"http://{KEY}.invalid/"), id="in an address"),
        pytest.param(lambda: [f"HTTP/1.1 {KEY}\r\n\r\n".encode()], id="in place of HTTP"),
    ],
)
async def test_a_key_that_is_echoed_goes_no_further(echo: Attack) -> None:
    async with serving(echo) as raw:
        told = await answered(raw.url)
    assert f"authorization: bearer {KEY}".encode() in raw.requests[0].lower()
    seen = repr(told) + str(told) + str(getattr(told, "raw", ""))
    assert KEY not in seen.replace("\ufffd", "")
    assert SPELLED not in seen.replace("\\\\", "\\")


async def test_the_key_of_another_role_goes_no_further_either() -> None:
    other = "sk-of-another-role-012345"
    async with serving(reply(completion(json.dumps(f"You said {other}.")))) as raw:
        told = await answered(raw.url, others=[other])
    assert other not in repr(told) + str(told)


async def test_a_cookie_goes_to_nobody_else() -> None:
    async with (
        serving(reply(completion('"x"'), Set_Cookie="a=crumbs; Path=/")) as raw,
        serving(TAKEN["a cookie"]) as other,
    ):
        await answered(raw.url)
        await answered(other.url)
    assert not any(b"crumbs" in each for each in other.requests)


async def test_models_that_are_listed_without_end_are_not_read() -> None:
    async with serving(endless(CHUNKED, MEGABYTE)) as raw:
        model = model_of(raw.url)
        assert await model.listed() is None
        await model.aclose()
    assert raw.taken < transport.LONGEST + 2**24


async def test_a_model_is_not_named_by_a_key_in_whatever_encoding() -> None:
    for code in ("utf-8", "utf-16", "utf-32"):
        async with serving(reply(json.dumps({"data": [{"id": KEY}]}).encode(code))) as raw:
            model = model_of(raw.url)
            assert KEY not in str(await model.listed())
            await model.aclose()


async def test_what_cannot_be_reached_says_so_without_the_key() -> None:
    told = await answered("http://127.0.0.1:9/v1")
    assert "nothing listens there" in one_line(told)
    assert not isinstance(told, TransportError)
