"""How training tools are told of the files: LLaMA-Factory's dataset_info.json, a stanza for Axolotl.

Only where the tool loads the format as it is: LLaMA-Factory wants a preference's answers as objects
and TRL as lists, so `dpo` has no entry there; CSV is for spreadsheets.
"""

from __future__ import annotations

import json
from typing import Any

_ROLES = {"user": "user", "assistant": "assistant", "system": "system"}
_SHAREGPT = {"user": "human", "assistant": "gpt", "system": "system"}


def llama_factory(form: str, files: dict[str, str]) -> str | None:
    """The text of dataset_info.json for a format and its files by split; None: not for that tool."""
    entry = _llama_entry(form)
    if entry is None:
        return None
    entries = {f"codeclm_{split}": {"file_name": name, **entry} for split, name in files.items()}
    return json.dumps(entries, indent=2) + "\n"


def _llama_entry(form: str) -> dict[str, Any] | None:
    if form == "alpaca":
        columns = {"prompt": "instruction", "query": "input", "response": "output", "system": "system"}
        return {"formatting": "alpaca", "columns": columns}
    if form in ("messages", "parquet", "hub"):
        return _llama_chat("messages", "role", "content", _ROLES)
    if form == "sharegpt":
        return _llama_chat("conversations", "from", "value", _SHAREGPT)
    return None


def _llama_chat(column: str, role: str, content: str, names: dict[str, str]) -> dict[str, Any]:
    tags = {"role_tag": role, "content_tag": content}
    tags |= {f"{part}_tag": name for part, name in names.items()}
    return {"formatting": "sharegpt", "columns": {"messages": column}, "tags": tags}


def axolotl(form: str, files: dict[str, str]) -> str | None:
    """A YAML stanza for Axolotl's config, paths as names beside it; None: not for that tool."""
    entry = _axolotl_entry(form)
    if entry is None:
        return None
    lines = ["rl: dpo"] if form == "dpo" else []
    if form == "alpaca":
        lines.append("# This type reads no system prompts: export messages where the seeds have some.")
    for split, name in files.items():
        lines.append("datasets:" if split == "train" else "test_datasets:")
        lines.append(f"  - path: {name}")
        lines.append(f"    ds_type: {'parquet' if name.endswith('.parquet') else 'json'}")
        lines.append("    split: train")
        lines += [f"    {line}" for line in entry]
    return "\n".join(lines) + "\n"


def _axolotl_entry(form: str) -> list[str] | None:
    turns = ["message_property_mappings:", "  role: role", "  content: content"]
    if form == "alpaca":
        return ["type: alpaca"]
    if form in ("messages", "parquet", "hub"):
        return ["type: chat_template", "field_messages: messages", *turns]
    if form == "sharegpt":
        mapped = ["message_property_mappings:", "  role: from", "  content: value"]
        roles = ["roles:", *(f"  {role}: [{name}]" for role, name in _SHAREGPT.items())]
        return ["type: chat_template", "field_messages: conversations", *mapped, *roles]
    if form == "dpo":
        fields = ["field_messages: prompt", "field_chosen: chosen", "field_rejected: rejected"]
        return ["type: chat_template.default", *fields, *turns]
    return None
