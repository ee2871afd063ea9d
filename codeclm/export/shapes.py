"""The JSON shapes that training tools load, each a function from a row to a record.

messages           OpenAI chat fine-tuning: {messages: [{role, content}]}
alpaca             {instruction, input, output, system}; `input` is empty: it is part of the instruction
sharegpt           {conversations: [{from, value}]} with system, human, gpt
prompt-completion  TRL, conversational: {prompt: [turns], completion: [turns]}
dpo                TRL preference, conversational: {prompt: [turns], chosen: [turns], rejected: [turns]}
"""

from __future__ import annotations

from typing import Any

from codeclm.export.row import Row

Turn = dict[str, str]
Record = dict[str, Any]
_SHAREGPT = {"system": "system", "user": "human", "assistant": "gpt"}


def messages(row: Row) -> Record:
    """For OpenAI fine-tuning, TRL's SFTTrainer, Axolotl's chat_template."""
    return {"messages": [*_prompt(row), _assistant(row.chosen)]}


def alpaca(row: Row) -> Record:
    """For LLaMA-Factory and Axolotl's alpaca."""
    return {"instruction": row.instruction, "input": "", "output": row.chosen, "system": row.system}


def sharegpt(row: Row) -> Record:
    """For LLaMA-Factory's sharegpt."""
    turns = [*_prompt(row), _assistant(row.chosen)]
    said = [{"from": _SHAREGPT[turn["role"]], "value": turn["content"]} for turn in turns]
    return {"conversations": said}


def completion(row: Row) -> Record:
    """For TRL's SFTTrainer, with the loss on the completion alone."""
    return {"prompt": _prompt(row), "completion": [_assistant(row.chosen)]}


def dpo(row: Row) -> Record:
    """For TRL's DPOTrainer."""
    rejected = [_assistant(row.rejected or "")]
    return {"prompt": _prompt(row), "chosen": [_assistant(row.chosen)], "rejected": rejected}


def _prompt(row: Row) -> list[Turn]:
    """The turns before the answer."""
    user = {"role": "user", "content": row.instruction}
    return [{"role": "system", "content": row.system}, user] if row.system else [user]


def _assistant(text: str) -> Turn:
    return {"role": "assistant", "content": text}
