"""The words of the Export page: what each format is for, what is chosen, and why rows are left out."""

from __future__ import annotations

from typing import Final

from codeclm.export import Include

FORMATS: Final[dict[str, tuple[str, str]]] = {
    "messages": ("Chat messages", "OpenAI fine-tuning, TRL’s SFTTrainer, Axolotl, Unsloth."),
    "dpo": ("Preference pairs (DPO)", "TRL’s DPOTrainer: the better answer chosen, the other rejected."),
    "alpaca": ("Alpaca", "LLaMA-Factory and older trainers: instruction, input, output."),
    "sharegpt": ("ShareGPT", "LLaMA-Factory and Axolotl: conversations from human and gpt."),
    "prompt-completion": ("Prompt and completion", "TRL with the loss on the answer alone."),
    "csv": ("CSV", "A spreadsheet with every figure: scores, gap, iteration, labels."),
    "parquet": ("Parquet", "pandas and 🤗 datasets: messages and every figure in one file."),
    "hub": (
        "Dataset folder",
        "Parquet in train and test with a dataset card, ready for the Hugging Face Hub.",
    ),
}
"""A name and what it is for, by format."""

INCLUDE: Final[dict[Include, tuple[str, str]]] = {
    "accepted": ("Accepted", "What a person looked at and took."),
    "kept": ("Kept", "Over θ and not rejected, looked at or not."),
    "all": ("Both", "Kept and not rejected, and whatever was accepted below θ."),
}

REASONS: Final[dict[str, str]] = {
    "rejected": "rejected by a person",
    "undecided": "not decided yet: review them, or choose Kept",
    "conflict": "reviewers disagree",
    "exhausted": "never over θ, up to the last iteration",
    "superseded": "an earlier instruction of the same lineage is exported instead",
    "improved": "under θ and improved upon",
    "pending": "not finished: a run goes on with them",
    "failed": "stopped by a failure: try it again on Generate, under Failures",
    "left behind": "not finished when their metadata was edited: no run goes on with them",
    "left out": "not finished, and their metadata or seed is left out",
    "stale": "their metadata was edited since",
    "tie": "both answers scored alike, so neither is better",
    "truncated": "the chosen answer was cut off: edit it in Review",
    "empty": "the chosen answer is empty",
    "unscored": "the instruction was edited and has no scores yet: a run scores it",
    "same answers": "both models gave the same answer, so there is nothing to prefer",
    "duplicate": "the same instruction and answer are in it already",
    "over the cap of its use case": "over the most rows for one use case",
    "over the cap of its cluster": "over the most rows for one cluster",
    "near-duplicate": "a better row says nearly the same",
    "leaks a test prompt": "repeat a test prompt, or nearly",
    "not selected": "not among the chosen pairs",
}
"""Why a pair is not in the file, by the reason that export gives."""
