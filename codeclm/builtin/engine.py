"""llama.cpp's server, run inside this process. Knows its parameters, and nothing of who asks.

Measured for the shipped model on 2 busy cores, prompts of 25 to 160 tokens: 30 tokens a second with 2
slots, 48 with 4, 57 with 8; but each slot reads the demonstrations of each stage for itself: 60 calls of a
run took 13,200 prompt tokens with 8 and 10,200 with 4, and as long in all.

The shipped model's reply is a function of the request alone, to the last bit of each probability: in any
order, alone or among others, before and after a restart, however much of its prompt is still cached.
"""

from __future__ import annotations

import http.client
import json
import os
import secrets
from typing import Any
from urllib.parse import urlsplit

from codeclm.builtin.place import Server
from codeclm.settings import BUILTIN_MODEL

SHAPE = (6, 2048)
"""Of the shipped model: slots, and the tokens of one for prompt and reply together. 1.3 GB in all, with
the prompts that are kept."""

OTHER_SHAPE = (4, 4096)
"""Of another model: larger ones write and are given longer texts."""

_CACHE = 512
"""MiB for prompts whose slot was needed for another, so that the demonstrations of each stage are read
once for each slot: about 40 prompts of 550 tokens. llama.cpp's own default is 8 GiB."""


class LlamaCpp:
    """A model loaded and served on a loopback port that the system chose."""

    def __init__(self, path: str, name: str, slots: int, context: int) -> None:
        import xllamacpp

        prefix = f"/{secrets.token_hex(16)}"
        parameters = _parameters(xllamacpp.CommonParams(), prefix, slots, context)
        if name == BUILTIN_MODEL:
            _make_exact(parameters, xllamacpp)
        parameters.model.path = path
        parameters.model_alias = {name}
        self._server = xllamacpp.Server(parameters)
        address = f"{self._server.listening_address}{prefix}"
        found = get(address, "/slots")
        room = min(int(slot["n_ctx"]) for slot in found)
        self.server = Server(f"{address}/v1", name, slots=len(found), context=room, pid=os.getpid())

    def work(self) -> tuple[object, bool]:
        """Counters of tokens read and written, and whether a request runs or waits."""
        lines = str(self._server.handle_metrics()).splitlines()
        counts = dict(line.rsplit(" ", 1) for line in lines if not line.startswith("#"))
        names = ("prompt_tokens_total", "prompt_tokens_cached_total", "tokens_predicted_total")
        waiting = ("requests_processing", "requests_deferred")
        return (
            tuple(counts[f"llamacpp:{name}"] for name in names),
            any(float(counts[f"llamacpp:{name}"]) for name in waiting),
        )


def get(address: str, path: str, timeout: float = 5.0) -> Any:
    """The JSON that a loopback server gives for a path under its address. OSError, ValueError: none.

    Straight to the socket: a proxy named in the environment must not see it.
    """
    parts = urlsplit(address)
    connection = http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=timeout)
    try:
        connection.request("GET", parts.path + path)
        return json.loads(connection.getresponse().read(1_000_000))
    except http.client.HTTPException as error:
        raise ValueError(f"no HTTP: {type(error).__name__}") from None
    finally:
        connection.close()


def _make_exact(parameters: Any, llama: Any) -> None:
    """Have each number be made in one way, whatever else is asked meanwhile.

    Where keys and values are both floats, sums are rounded in another order for a piece of a prompt that is
    long, or a single token; how prompts are cut into pieces depends on the other requests and on what is
    cached. With keys of eight bits there is one way only: a fifth more time for prompts, none for replies, an
    eighth in all (bench_builtin). It takes heads of a multiple of 32 values: other models stay as they are.
    """
    parameters.flash_attn_type = llama.llama_flash_attn_type.LLAMA_FLASH_ATTN_TYPE_ENABLED
    parameters.cache_type_k = llama.ggml_type.GGML_TYPE_Q8_0


def _parameters(parameters: Any, prefix: str, slots: int, context: int) -> Any:
    parameters.n_parallel = slots
    parameters.n_ctx = slots * context
    parameters.cache_ram_mib = _CACHE
    parameters.hostnames = ["127.0.0.1"]
    parameters.port = 0
    # A page of any web site can send requests to loopback: it can neither know this path nor read a reply.
    parameters.api_prefix = prefix
    parameters.cors_origins = ""
    parameters.cors_origins_explicit = True
    parameters.ui = False
    parameters.endpoint_metrics = True
    # More threads for connections than slots, so that a question after its health is answered under load.
    parameters.n_threads_http = slots * 4
    parameters.offline = True
    parameters.verbosity = 1
    return parameters
