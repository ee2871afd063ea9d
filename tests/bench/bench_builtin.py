"""What the built-in model's faster copy of its weights saves, and what it costs that a reply depends on its
request alone: processor time a token, against the original.

    python -m tests.bench.bench_builtin

Each file is served in a process of its own, with as many requests at a time as it has slots. Processor
time and not the clock, so that what else the machine does matters little.
"""

from __future__ import annotations

import http.client
import json
import os
import resource
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from random import Random
from urllib.parse import urlsplit

from codeclm.builtin.engine import SHAPE, LlamaCpp
from codeclm.builtin.recode import recoded
from codeclm.builtin.weights import shipped
from codeclm.settings import BUILTIN_MODEL

WORDS = ["river", "paper", "seven", "slowly", "bridge", "answer", "green", "market", "winter", "letter"]


def main() -> None:
    copy = recoded(shipped())
    served = {"as shipped": (shipped(), "any"), "faster copy": (copy, "any"), "exact": (copy, BUILTIN_MODEL)}
    found = {name: child(str(path), model) for name, (path, model) in served.items()}
    base = found["as shipped"]
    for name, times in found.items():
        told = ", ".join(f"{kind} {ms:.1f} ms ({ms / base[kind]:.2f})" for kind, ms in times.items())
        sys.stdout.write(f"{name:12} processor time a token: {told}\n")


def child(path: str, model: str) -> dict[str, float]:
    environment = {"OMP_WAIT_POLICY": "passive", **os.environ}
    command = [sys.executable, "-m", "tests.bench.bench_builtin", path, model]
    done = subprocess.run(command, env=environment, stdout=subprocess.PIPE, check=True, timeout=600)
    return json.loads(done.stdout)


def measure(path: str, model: str) -> dict[str, float]:
    """Milliseconds of processor time a token, of prompts and of replies."""
    engine = LlamaCpp(path, model, *SHAPE)
    ask(engine, 5, 1)
    return {"prompt": cost(engine, 350, 1, "prompt_n"), "reply": cost(engine, 5, 96, "predicted_n")}


def cost(engine: LlamaCpp, words: int, tokens: int, counted: str) -> float:
    before = processor()
    with ThreadPoolExecutor(SHAPE[0]) as pool:
        replies = list(pool.map(lambda n: ask(engine, words, tokens, n), range(SHAPE[0])))
    return 1000 * (processor() - before) / sum(reply["timings"][counted] for reply in replies)


def ask(engine: LlamaCpp, words: int, tokens: int, seed: int = 0) -> dict:
    random = Random(seed)
    prompt = " ".join(random.choice(WORDS) for _ in range(words))
    body = {"prompt": prompt, "max_tokens": tokens, "ignore_eos": True, "cache_prompt": False}
    parts = urlsplit(engine.server.url)
    connection = http.client.HTTPConnection(parts.hostname, parts.port, timeout=600)
    headers = {"Content-Type": "application/json"}
    connection.request("POST", f"{parts.path}/completions", json.dumps(body), headers)
    return json.loads(connection.getresponse().read())


def processor() -> float:
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


if __name__ == "__main__":
    if len(sys.argv) > 1:
        sys.stdout.write(json.dumps(measure(*sys.argv[1:])))
        sys.stdout.flush()
        os._exit(0)  # llama.cpp's server waits for open connections
    main()
