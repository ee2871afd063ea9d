"""The built-in model: llama.cpp's own server, in a process of its own, shared by pages and commands.

    ensure(model)   the running server, started first if need be; call it again when a connection is refused
    state(model)    the running server, or None; starts nothing
    stop(model)     end it now

`model` is what Endpoint.model holds where the URL is "builtin": the shipped model's name (or None), the
path of a GGUF file, or hf:owner/repository/file.gguf. All three calls block and may come from any thread.
Nothing here knows projects, stages or the client: it hands out an address that speaks the OpenAI protocol.
"""

from codeclm.builtin.client import ensure, state, stop
from codeclm.builtin.place import Server

__all__ = ["Server", "ensure", "state", "stop"]
