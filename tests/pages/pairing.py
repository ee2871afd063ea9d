"""A project with pairs to look at: of every state, won by either side, some improved, some hostile."""

from codeclm import projects
from codeclm.records import Answer, Comparison, Failure, Instruction, Labels, Metadata, Scores, Seed
from codeclm.settings import Config

CONFIG = Config(models={"strong": "big", "target": "small", "judge": "big"}, sampling={})
HOSTILE = "**bold** ![x](http://127.0.0.1:1/x.png) <script>alert(1)</script> :red[x] $x^2$"


def scored(store, node, first, second=None, **text):
    """Put a node with both answers and its scores; the pair's id."""
    store.lineages.add_instruction(node, CONFIG.id)
    strong = Answer(node.id, "strong", CONFIG.id, text.get("strong", f"Good: {node.text}"), model="big")
    target = Answer(node.id, "target", CONFIG.id, text.get("target", f"Poor: {node.text}"), model="small")
    for answer in (strong, target):
        store.lineages.add_answer(answer)
    orders = (Scores(*first, "the first is better"), Scores(*(second or first), "so it is"))
    made = Comparison(node.id, strong.id, target.id, CONFIG.id, *orders)
    store.lineages.add_comparison(made)
    return made.id


def project(name, pairs=6, texts=()):
    """A project of this name: pair 1 is won by the target, the last one grew from an easier one."""
    made = projects.create(name)
    with made.open() as store, store.write():
        store.settings.use_config(CONFIG)
        for number in range(pairs):
            seed = Seed(f"Seed {number}", source="seeds.txt", row=number + 1)
            store.seeds.add([seed])
            metadata = Metadata("encoded", Labels(f"case {number % 3}", ("planning",)), seed=seed.id)
            store.metadata.add([metadata])
            text = texts[number] if number < len(texts) else f"Explain thing {number}"
            node = Instruction(metadata.id, metadata.revision, text)
            if number == pairs - 1:
                scored(store, node, (6, 5))
                node = Instruction(
                    metadata.id, metadata.revision, f"{text} to a child", 0, node.id, "Name the audience", 2
                )
            scores = (2, 9) if number == 1 else (9, 2 + number % 4)
            scored(store, node, scores, (scores[0], scores[1] + (number == 2)))
    return made


def fail(made, number=0, config=CONFIG):
    """A failure of an answer, with a hostile reply, among the results of a config, which are then shown."""
    with made.open() as store:
        store.settings.use_config(config)
        metadata = store.metadata.page()[number]
        node = Instruction(metadata.id, metadata.revision, "One that fails", sample=7)
        store.lineages.add_instruction(node, config.id)
        store.failures.put(Failure("answer", node.id, config.id, "no usable reply", HOSTILE))
