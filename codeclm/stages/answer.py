"""Answer: a model's response to an instruction, as the user of that model would ask for it.

The one stage that puts an instruction on the wire as a request to follow. Knows neither whose answer
it is nor what becomes of a short or empty one.
"""

from __future__ import annotations

from codeclm.records import Message
from codeclm.stages.prompt import fill


def messages(instruction: str, template: str) -> tuple[Message, ...]:
    """The instruction itself, in its template's turns."""
    return fill(template, {"instruction": instruction})


def parse(text: str) -> str:
    """The answer without blank edges. It may be empty: that is for the caller to judge."""
    return text.strip()
