"""Models whose replies are known beforehand, for tests and benchmarks; no part of the app imports this.

A reply is a pure function of the request, so that two runs of one project can be compared byte for
byte. `python -m codeclm.testing --port 8001 --latency 0.2` serves the endpoint for a try by hand.
"""

from codeclm.testing.clock import run_virtual
from codeclm.testing.encoder import WordEncoder
from codeclm.testing.endpoint import FAULTS, TRANSPORT_FAULTS, Fault, Faults, ScriptedEndpoint
from codeclm.testing.loop import Body, loop_reply, number
from codeclm.testing.model import Scripted, ScriptedModel, request_body

__all__ = [
    "FAULTS",
    "TRANSPORT_FAULTS",
    "Body",
    "Fault",
    "Faults",
    "Scripted",
    "ScriptedEndpoint",
    "ScriptedModel",
    "WordEncoder",
    "loop_reply",
    "number",
    "request_body",
    "run_virtual",
]
