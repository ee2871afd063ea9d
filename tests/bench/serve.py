"""`python -m tests.bench.serve --latency 0.2`: the scripted endpoint, with answers as long as real ones.

The scripted loop says a line each; what a file holds, and what reading it costs, is judged by texts of a
few hundred words. The scores stay those of the scripted loop.
"""

from __future__ import annotations

import argparse
import json
import threading
from random import Random

from codeclm.testing import Body, ScriptedEndpoint, loop_reply, number
from tests.bench.runs import say
from tests.bench.speech import WORDS, Speech

ANSWER, WHY = 10, 2
"""Sentences of an answer, and of the judge's explanation."""

_dice = Random()
_speech = Speech(_dice)


def reply(body: Body) -> str:
    """What the scripted loop says, at length."""
    said = loop_reply(body)
    _dice.seed(number(said, below=2**40))
    field = _dice.choice(list(WORDS["fields"]))
    if not said.startswith("{"):
        return f"{said} {_speech.answer(field, _speech.language(), ANSWER)}"
    told = json.loads(said)
    if "explanation" in told:
        told["explanation"] = _speech.answer(field, "en", WHY)
    elif "instruction" in told:
        told["instruction"] += " " + _speech.instruction(field, "en")
    return json.dumps(told, ensure_ascii=False)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--latency", type=float, default=0.0)
    parser.add_argument("--limit", type=int)
    options = parser.parse_args()
    with ScriptedEndpoint(reply=reply, latency=options.latency, limit=options.limit) as running:
        say(running.url)
        threading.Event().wait()


if __name__ == "__main__":
    main()
