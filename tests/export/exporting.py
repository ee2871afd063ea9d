"""Pairs and a small project for the tests of export."""

import json
from dataclasses import replace
from types import SimpleNamespace

from codeclm.records import (
    IMPORTED,
    Answer,
    Comparison,
    Instruction,
    Labels,
    Message,
    Metadata,
    Scores,
    Seed,
)
from codeclm.store import Scanned, Store

CONFIG = "c" * 20


DECIDED = "verdict", "reviewer", "answer", "instruction", "response", "reasons", "adjudicated"
NAMES = Scanned._fields[Scanned._fields.index("decided") :]
SURE, CLOSE = ((9, 2), (9, 2)), ((6, 5), (6, 5))


STORED = {
    "strong": "strong_data",
    "target": "target_data",
    "strong_truncated": "strong_cut",
    "target_truncated": "target_cut",
    "stale": "stored_stale",
    "seed": "stored_seed",
}


def pair(number=1, high=9.0, low=2.0, decision=None, conflict=False, skills=("fish", "names"), **more):
    """What a scan reads of a pair, made by hand."""
    said = decision or SimpleNamespace(**dict.fromkeys(DECIDED))
    columns = {
        "use_case": "zoo",
        "instruction": f"Name fish number {number}",
        "strong_model": "big",
        "target_model": "small",
        "iteration": 1,
        "status": "kept",
        "verdict": "conflict" if conflict else said.verdict,
        "labels_origin": "encoded",
        "origin": "generated",
        "stored_id": f"p{number}",
        "stored_seed": f"seed{number}",
        "stored_metadata": f"m{number}",
        "stored_instruction": f"i{number}",
        "stored_parent": None,
        "stored_skills": json.dumps(skills),
        "strong_data": f"Cod {number}",
        "strong_bases": None,
        "target_data": f"Dog {number}",
        "target_bases": None,
        "strong_cut": False,
        "target_cut": False,
        "stored_stale": False,
        "held": None,
        "stored_first": json.dumps([high, low]),
        "stored_second": json.dumps([high, low]),
        "gap": high - low,
        **{name: getattr(said, field) for name, field in zip(NAMES, DECIDED, strict=True)},
        "decided_reasons": json.dumps(said.reasons or ()),
    }
    made = Scanned(**columns | {STORED.get(name, name): value for name, value in more.items()})
    made.texts = SimpleNamespace(read=lambda data, bases: data)
    return made


def bundle(store, text, scores=((9, 2), (9, 2)), seed=None, labels=None, **answers):
    """Put one imported pair into a project; its comparison's id."""
    labels = labels or Labels("", ())
    with store.write():
        origin = "imported"
        if seed is not None:
            store.seeds.add([seed])
            origin = "encoded"
        metadata = Metadata(origin, labels, seed=seed.id if seed else None)
        store.metadata.add([metadata])
        node = Instruction(metadata.id, metadata.revision, text, origin="imported")
        store.lineages.add_instruction(node, IMPORTED)
        strong = Answer(node.id, "strong", IMPORTED, answers.get("strong", f"Good: {text}"), model="big")
        target = Answer(node.id, "target", IMPORTED, answers.get("target", f"Bad: {text}"), model="small")
        target = replace(target, truncated=answers.get("cut", False))
        for answer in (strong, target):
            store.lineages.add_answer(answer)
        orders = [Scores(*order) for order in scores]
        comparison = Comparison(node.id, strong.id, target.id, IMPORTED, *orders)
        store.lineages.add_comparison(comparison)
    return comparison.id


def seed(number, system=""):
    """A seed, as a chat where it has a system prompt."""
    text = f"Tell me of fish {number}"
    if not system:
        return Seed(text, source="fish.txt", row=number)
    return Seed(text, (Message("system", system), Message("user", text)), "fish.jsonl", number)


def chats(path, text):
    """Make a project of twelve pairs, every second one with a system prompt, and give its path."""
    with Store.open(path, create=True) as store:
        for number in range(12):
            bundle(store, f"{text} {number}", seed=seed(number, "Be brief." if number % 2 else ""))
    return path
