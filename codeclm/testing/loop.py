"""Plays every stage of the loop from the text of a request alone. Knows neither servers nor the pipeline."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable, Mapping
from typing import Any

Body = Mapping[str, Any]
"""The JSON body of a chat completion request."""


def number(*parts: Any, below: int) -> int:
    """A number from 0 to `below` − 1 that depends on the parts alone."""
    digest = hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).digest()
    return int.from_bytes(digest[:6], "big") % below


USE_CASES = ("travel advice", "code review", "recipe writing", "history essay", "maths tutoring")
SKILLS = ("planning", "logical reasoning", "clear writing", "arithmetic", "empathy", "summarising")
TOPICS = ("a small museum", "a rainy week", "an old bicycle", "two noisy neighbours", "a broken test")


def loop_reply(body: Body) -> str:
    """Play every stage of the loop: the stage is told by the wanted fields, the rest is hashed.

    Answers carry a mark of how good they are, "(quality 7)", and the judge scores by the marks in the
    order in which they stand, one more or less by chance. A model whose name has "target", "small" or
    "weak" in it does worse.
    """
    messages = [(str(m.get("role")), str(m.get("content"))) for m in body.get("messages", ())]
    identity = (messages, body.get("model"), body.get("seed"))

    def pick(name: str, choices: int) -> int:
        return number(identity, name, below=choices)

    wanted = _wanted(body, " ".join(text for _, text in messages))
    if {"use_case", "skills"} <= wanted:
        start = pick("skills", len(SKILLS))
        skills = [SKILLS[(start + step) % len(SKILLS)] for step in range(1 + pick("count", 3))]
        return json.dumps({"use_case": USE_CASES[pick("case", len(USE_CASES))], "skills": skills})
    if "rubrics" in wanted:
        tag = pick("tag", 10_000)
        criteria = ("constraints", "steps", "depth", "audience")
        return json.dumps(
            {"rubrics": [{"rubric": f"{c} {tag}", "action": f"Raise the {c} to {tag}."} for c in criteria]}
        )
    if "name" in wanted:
        return json.dumps({"name": TOPICS[pick("name", len(TOPICS))]})
    if "ratings" in wanted:
        return json.dumps({"ratings": [1 + pick(f"rating {place}", 5) for place in range(4)]})
    if seats := sorted(wanted & {"first", "second", "score_1", "score_2"}):
        return _judgement(messages[-1][1], seats, pick)
    text = f"Write about {TOPICS[pick('topic', len(TOPICS))]}, case {pick('case', 1_000_000)}."
    if "instruction" in wanted:
        return json.dumps({"instruction": text})
    if wanted:
        return json.dumps(dict.fromkeys(sorted(wanted), text))
    weak = any(word in str(body.get("model")).lower() for word in ("target", "small", "weak"))
    quality = 1 + pick("quality", 7) if weak else 4 + pick("quality", 7)
    return f"A reply of case {pick('reply', 1_000_000)}, (quality {quality})."


def _wanted(body: Body, prompt: str) -> set[str]:
    """The fields that the reply must have: from the schema, else those the prompt names in quotes."""
    shape = (body.get("response_format") or {}).get("json_schema") or {}
    fields = (shape.get("schema") or {}).get("required")
    if fields:
        return set(fields)
    known = ("use_case", "skills", "rubrics", "first", "second", "score_1", "score_2", "instruction")
    return {name for name in known if f'"{name}"' in prompt}


def _judgement(prompt: str, seats: list[str], pick: Callable[[str, int], int]) -> str:
    marks = [int(mark) for mark in re.findall(r"\(quality (\d+)\)", prompt)][-2:]
    if len(marks) < 2:
        marks = [1 + pick("mark 1", 10), 1 + pick("mark 2", 10)]
    scores = {
        seat: max(1, min(10, mark + pick(seat, 3) - 1)) for seat, mark in zip(seats, marks, strict=True)
    }
    return json.dumps({"explanation": "Scored by the marks.", **scores})
