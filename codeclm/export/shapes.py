"""The JSON shapes that training tools load, each a function from a row to a record.

messages     OpenAI chat fine-tuning: {messages: [{role, content}]}
alpaca       {instruction, input, output, system}; `input` is empty: it is part of the instruction
sharegpt     {conversations: [{from, value}]} with system, human, gpt
completion   TRL prompt–completion, conversational: {prompt: [turns], completion: [turns]}
dpo          TRL preference, conversational: {prompt: [turns], chosen: [turns], rejected: [turns]}
"""

from __future__ import annotations

from typing import Any

from codeclm.export.row import Row
from codeclm.records import Message

Record = dict[str, Any]
_SHAREGPT = {"system": "system", "user": "human", "assistant": "gpt"}


def messages(row: Row) -> Record:
    """For OpenAI fine-tuning, TRL's SFTTrainer, Axolotl's chat_template."""
    return {"messages": _turns(row.messages())}


def alpaca(row: Row) -> Record:
    """For LLaMA-Factory and Axolotl's alpaca."""
    return {"instruction": row.instruction, "input": "", "output": row.chosen, "system": row.system}


def sharegpt(row: Row) -> Record:
    """For LLaMA-Factory's sharegpt."""
    turns = [{"from": _SHAREGPT[turn.role], "value": turn.content} for turn in row.messages()]
    return {"conversations": turns}


def completion(row: Row) -> Record:
    """For TRL's SFTTrainer, with the loss on the completion alone."""
    return {"prompt": _turns(row.prompt()), "completion": _turns((Message("assistant", row.chosen),))}


def dpo(row: Row) -> Record:
    """For TRL's DPOTrainer."""
    return {
        "prompt": _turns(row.prompt()),
        "chosen": _turns((Message("assistant", row.chosen),)),
        "rejected": _turns((Message("assistant", row.rejected or ""),)),
    }


def _turns(turns: tuple[Message, ...]) -> list[dict[str, str]]:
    return [turn.as_dict() for turn in turns]
