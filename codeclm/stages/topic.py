"""Topic: what a cluster of the map is called, as the strong model sees it from some of its texts.

Nothing of the loop depends on a name, so that its prompt is no part of a config. Knows no map.
"""

from __future__ import annotations

from collections.abc import Sequence

from codeclm.errors import ReplyError
from codeclm.llm.model import Schema
from codeclm.llm.structured import read_object
from codeclm.records import Message
from codeclm.settings import Profile
from codeclm.stages import prose
from codeclm.stages.profiles import template
from codeclm.stages.prompt import fill, marked

LONGEST = 60
"""Characters of a name; a longer one is no name."""
_SHOWN = 300
"""Characters of each text: what it is about stands early."""

SCHEMA = Schema(
    "topic",
    {
        "type": "object",
        "properties": {"name": {"type": "string"}},
        "required": ["name"],
        "additionalProperties": False,
    },
)
BOUNDED = Schema(
    "topic",
    {**SCHEMA.schema, "properties": {"name": {"type": "string", "minLength": 3, "maxLength": 40}}},
)
"""For small models: a string that ends."""


def messages(words: Sequence[str], texts: Sequence[str], profile: Profile) -> tuple[Message, ...]:
    """The request for a name, from the words that set a cluster apart and some of its texts."""
    listed = "\n".join(f"- {' '.join(text.split())[:_SHOWN]}" for text in texts)
    return fill(template(profile, "topic"), {"words": marked(", ".join(words)), "texts": marked(listed)})


def parse(text: str) -> str:
    """The name on one line, its first letter large. ReplyError: none, or one too long to be a name."""
    found = read_object(text).get("name")
    name = prose.label(found) if isinstance(found, str) else ""
    if not name:
        raise ReplyError("the reply holds no name", text)
    if len(name) > LONGEST:
        raise ReplyError(f"the name has {len(name)} characters; give at most five words", text)
    return name[:1].upper() + name[1:]
