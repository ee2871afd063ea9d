"""A project with as many pairs as wanted, of every state and with calls, for benchmarks."""

from __future__ import annotations

import sys
from pathlib import Path
from random import Random

from codeclm.records import Answer, Comparison, Instruction, Labels, Metadata, Scores, Seed
from codeclm.settings import Config
from codeclm.store import Store

CONFIG = Config(models={"strong": "big", "target": "small", "judge": "judge"}, sampling={})
WORDS = (
    "plan",
    "write",
    "explain",
    "compare",
    "a",
    "the",
    "for",
    "small",
    "large",
    "garden",
    "budget",
    "recipe",
    "letter",
    "code",
    "trip",
    "child",
)
CASES = [f"{verb} {noun}" for verb in ("planning", "writing", "explaining", "coding") for noun in WORDS]


def build(path: Path, pairs: int, seed: int = 7) -> None:
    """Fill a new project: lineages of one to four nodes, a seed for every fourth."""
    dice = Random(seed)
    with Store.open(path, create=True) as store, store.write():
        store.settings.use_config(CONFIG)
        done = 0
        while done < pairs:
            metadata = _metadata(store, dice, done)
            node, gap = None, 0.0
            for iteration in range(1, 5):
                node = _node(store, dice, metadata, node, iteration)
                gap = _score(store, dice, node)
                done += 1
                if abs(gap) > 3 or done >= pairs or dice.random() < 0.1:
                    break
        _calls(store)


def _metadata(store: Store, dice: Random, number: int) -> Metadata:
    seed = Seed(f"Seed {number}: " + _text(dice, 20), source="seeds.jsonl", row=number + 1)
    store.seeds.add([seed])
    # a Zipf-like draw, so that some use cases are rare
    case = CASES[min(int(dice.paretovariate(0.6)) - 1, len(CASES) - 1)]
    made = Metadata("encoded", Labels(case, tuple(dice.sample(WORDS, 2))), seed=seed.id)
    store.metadata.add([made])
    return made


def _node(
    store: Store, dice: Random, metadata: Metadata, parent: Instruction | None, iteration: int
) -> Instruction:
    text = (parent.text if parent else f"Task {metadata.id[:6]}:") + " " + _text(dice, 12)
    action = f"Add {dice.choice(WORDS)}" if parent else None
    made = Instruction(
        metadata.id, metadata.revision, text, 0, parent.id if parent else None, action, iteration
    )
    store.lineages.add_instruction(made, CONFIG.id)
    return made


def _score(store: Store, dice: Random, node: Instruction) -> float:
    strong = Answer(node.id, "strong", CONFIG.id, _text(dice, dice.randint(20, 80)), model="big")
    target = Answer(node.id, "target", CONFIG.id, _text(dice, dice.randint(5, 70)), model="small")
    for answer in (strong, target):
        store.lineages.add_answer(answer)
    base = dice.randint(4, 9)
    orders = [Scores(base, max(1, min(10, base - round(dice.gauss(1.4, 2.2)))), "why") for _ in range(2)]
    made = Comparison(node.id, strong.id, target.id, CONFIG.id, orders[0], orders[1])
    store.lineages.add_comparison(made)
    return made.gap


def _calls(store: Store) -> None:
    """Two answers, two judgements and an improvement for every node, as rows without texts of their own."""
    db = store._db
    text = db.insert("insert into texts (hash, data) values (x'00', 'x')")
    for role, stage, model in (
        ("strong", "answer", "big"),
        ("target", "answer", "small"),
        ("judge", "judge", "judge"),
        ("strong", "rubrics", "big"),
    ):
        shape = f'{{"role":"{role}","stage":"{stage}","model":"{model}","turns":["user"]}}'
        kind = db.insert("insert into kinds (role, stage, shape) values (?, ?, ?)", [role, stage, shape])
        for sample in range(2 if role == "judge" else 1):
            db.execute(
                """insert into calls (key, kind, record, messages, sample, attempt, reply, prompt_tokens,
                completion_tokens, cost, took, started) select cast(? || id as blob), ?, id, '[]', ?, 0, ?,
                300, 150, 0.0004, 900, 0 from instructions""",
                [f"{role}{stage}{sample}", kind, sample, text],
            )
        db.execute(
            """update kinds set (calls, prompt_tokens, completion_tokens, cost) =
            (select count(*), total(prompt_tokens), total(completion_tokens), total(cost) from calls
            where kind = kinds.seq) where seq = ?""",
            [kind],
        )


def _text(dice: Random, words: int) -> str:
    return " ".join(dice.choices(WORDS, k=words)) + "."


if __name__ == "__main__":
    build(Path(sys.argv[1]), int(sys.argv[2]))
