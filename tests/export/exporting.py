"""Pairs and a small project for the tests of export."""

from dataclasses import replace

from codeclm.records import (
    IMPORTED,
    Answer,
    Comparison,
    Instruction,
    Labels,
    Message,
    Metadata,
    Pair,
    Scores,
    Seed,
)
from codeclm.store import Store

CONFIG = "c" * 20


class Like(Pair):
    """What a scan reads of a pair, made by hand."""

    orders = property(lambda pair: pair.comparison.orders)
    gap = property(lambda pair: pair.comparison.gap)
    verdict = property(
        lambda pair: "conflict" if pair.conflict else pair.decision.verdict if pair.decision else None
    )


SURE, CLOSE = ((9, 2), (9, 2)), ((6, 5), (6, 5))


def pair(number=1, high=9.0, low=2.0, **more):
    comparison = Comparison(
        f"i{number}", f"s{number}", f"t{number}", CONFIG, Scores(high, low), Scores(high, low)
    )
    fields = {
        "id": comparison.id,
        "seed": f"seed{number}",
        "metadata": f"m{number}",
        "use_case": "zoo",
        "skills": ("fish", "names"),
        "instruction_id": f"i{number}",
        "instruction": f"Name fish number {number}",
        "strong": f"Cod {number}",
        "target": f"Dog {number}",
        "strong_model": "big",
        "target_model": "small",
        "strong_truncated": False,
        "target_truncated": False,
        "comparison": comparison,
        "iteration": 1,
        "action": None,
        "status": "kept",
    }
    return Like(**(fields | more))


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
