"""A project in which every text is an attack, in every column of every table that the schema has.

It is grown through the store, so that its records fit together; then the schema itself is read, and any
text column in which no attack stands yet gets one. A new column is so covered by itself, a new table fails
here until `grow` has put a row into it. What a column means only matters where it holds words of our own.
"""

from __future__ import annotations

import itertools
import json
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any
from unittest import mock

from codeclm import examples, projects
from codeclm.llm.model import Call, Reply, Request, Schema
from codeclm.projects import Project
from codeclm.records import Decision, Failure, Instruction, Message, Ratings, Scores, Seed
from codeclm.settings import Config, Endpoint, Sampling
from codeclm.stages.profiles import default_templates
from codeclm.store import Given, Store
from codeclm.store.evaluations import Missed, Prompt
from codeclm.store.maps import Cluster
from codeclm.store.vectors import text_key

HOST = "h.test"
"""A host that is nobody's: whatever is asked of it was made by an attack."""
CANARY = f"<img src=//{HOST}/a onerror=ran=1>![b](//{HOST}/b)"
"""In every attack, at its beginning, as labels are cut: HTML, an event handler, two remote images."""
STARTS = ("", "# ", "> ", "- ", "=1+", "'\"></textarea>", "\u202e", "$$", "```\n", "@", "\t", ":red[", "| ")
"""What makes a difference only where a text begins."""
SPECIALS = (
    "<script>ran=1</script>",
    f"[c](https://{HOST}/c) <https://{HOST}/d> https://{HOST}/e www.{HOST}/f e@{HOST}",
    "[g](javascript:ran=1) [h](data:text/html,<script>ran=1</script>)",
    ":material/skull: :pirate_flag: :rainbow[i] :red-background[j] :blue-badge[k] :small[l] :streamlit:",
    rf"$\href{{https://{HOST}/m}}{{M}}$ $$\frac{{1}}{{2}}$$ $\url{{javascript:ran=1}}$",
    f"\n\n# n\n\n| o | p |\n|---|---|\n| [q]({HOST}) | `r` |\n\n---\n\n> s\n",
    f"<svg onload=ran=1><iframe src=//{HOST}/t></iframe><a href=//{HOST}/u onclick=ran=1>u</a>",
    f"</style></script><style>@import '//{HOST}/v';</style><link rel=stylesheet href=//{HOST}/w>",
    f"<base href=//{HOST}/><meta http-equiv=refresh content='0;url=//{HOST}/x'><object data=//{HOST}/y>",
    "\" onmouseover=ran=1 autofocus onfocus=ran=1 x=\"' onerror='ran=1' {{7*7}} ${ran=1} `${ran=1}`",
    "\u202egpj.live\u202c \u2066z\u2069 \x01\x08\x1b[31m\x7f\x85 \u200b\u2028\u2029\ufeff e\u0301\u0302",
    f'```mermaid\ngraph TD; A-->B; click A "https://{HOST}/aa"\n```',
    f"[ab]: https://{HOST}/ab\n[^1]: ac\n\n[ab] [^1] ==ad== ~~ae~~ **af** <b>ag</b> &lt;script&gt;",
    f"a -> b <- c <-> d -- e >= f <= g ~= h -> :material_skull: http://{HOST}/ag ::red[ah] ---",
    "%s %(x)s {0} {x.__class__} \\N{SKULL} \\u0000 'or'1'='1 ;drop table seeds;--",
)

VOCABULARY = {
    ("metadata", "origin"), ("metadata", "state"), ("instructions", "origin"), ("answers", "role"),
    ("kinds", "role"), ("kinds", "stage"), ("failures", "stage"), ("decisions", "kind"),
    ("decisions", "verdict"), ("decisions", "answer"), ("verdicts", "verdict"), ("jobs", "kind"),
    ("jobs", "state"), ("evaluation_failures", "stage"), ("clusters", "named"), ("settings", "name"),
    ("selections", "id"), ("configs", "id"), ("texts", "bases"), ("metadata", "draw"),
    ("calls", "messages"), ("comparisons", "strong_first"), ("comparisons", "target_first"),
    ("comparisons", "rationales"), ("evaluation_scores", "orders"), ("evaluation_scores", "rationales"),
    ("ratings", "ratings"), ("metadata", "place"), ("nodes", "place"),
}  # fmt: skip
"""Columns that hold words, ids or numbers of our own; tests of damaged files put other things there."""
NOT_OURS = ("_sqlite_migrations",)
KEYS = ("key", "seed", "metadata", "origin", "state", "role", "kind", "facet")
"""Fields inside a JSON value that hold such words."""

_numbers = itertools.count()


def attack(whole: bool = False) -> str:
    """The next attack. `whole`: all of them in one text, for what is shown in full."""
    number = next(_numbers)
    start = STARTS[number % len(STARTS)]
    if whole:
        return f"{start}{CANARY} {number}\n" + "\n".join(SPECIALS)
    return f"{start}{CANARY} {SPECIALS[number % len(SPECIALS)]} {number}"


def templates() -> dict[str, str]:
    """Prompts of somebody else's, which have the shape of ours."""
    return {name: f"{text}\n{attack(whole=True)}" for name, text in default_templates("standard").items()}


def build(name: str) -> Project:
    """A project of this name, of the example's shape, in which everything said is an attack."""
    models = {role: attack() for role in ("strong", "target", "judge")}
    config = Config(
        models=models,
        sampling={"judge": Sampling(extra={"stop": attack()})},
        templates=templates(),
        overrides={"strong": {"system": attack(whole=True)}},
    )
    folder = projects.folder() / ".attacks"
    folder.mkdir(exist_ok=True)
    for file in examples.NAMES:
        lines = (examples.FILES / file).read_text("utf-8").splitlines()
        rows = [json.dumps(poisoned(json.loads(line), whole=file == "lineages.jsonl")) for line in lines]
        (folder / file).write_text("\n".join(rows), "utf-8")
    with mock.patch.multiple(
        examples, CONFIG=config, AUTHORED=models["strong"], BUILTIN_MODEL=models["target"], ABOUT=attack()
    ):
        project = examples.build(name, folder)
    with project.open() as store, store.write():
        grow(store, config)
    sweep(project.path)
    return project


def poisoned(value: Any, whole: bool = False) -> Any:
    """A JSON value in which every text but words of our own is an attack."""
    if isinstance(value, dict):
        return {name: each if name in KEYS else poisoned(each, whole) for name, each in value.items()}
    if isinstance(value, list):
        return [poisoned(each, whole) for each in value]
    return attack(whole) if isinstance(value, str) else value


def grow(store: Store, config: Config) -> None:
    """A row in every table that the example leaves empty."""
    pairs = store.pairs.page(config.id, 3.0, 4, limit=8)
    seed = Seed("\n".join((attack(), attack())), (Message("system", attack()), Message("user", attack())))
    store.seeds.add([seed])
    _settings(store)
    _review(store, [pair.id for pair in pairs])
    _studio(store, config, pairs[0].metadata)
    _calls(store, config, pairs[0])
    _map(store, config)
    _evaluation(store)
    store.relabels.apply("use case", [pairs[1].use_case], attack())
    store.selections.keep([("metadata", pair.metadata) for pair in pairs])
    store.wishes.more([pairs[0].metadata], 2, config.id, 1)


def _settings(store: Store) -> None:
    for role in ("strong", "target", "judge"):
        url = f"https://{HOST}/<img src=x onerror=ran=1>/{role}"
        store.settings.set_endpoint(
            role,
            Endpoint(
                url=url,
                model=attack(),
                system=attack(),
                reasoning_effort=attack(),
                extra_body={"a": attack()},
            ),
        )
    store.settings.set("review_team", [attack(), attack()])
    store.settings.set("review_guidelines", attack(whole=True))
    store.settings.set("templates", {"standard": templates(), "small": templates()})
    store.settings.set("embedder", attack())


def _review(store: Store, pairs: list[str]) -> None:
    one, two = attack(), attack()
    for number, pair in enumerate(pairs):
        store.flags.put(pair, one, attack())
        made = Decision(pair, "reject", one, reasons=(attack(), attack()))
        if number % 2:
            made = Decision(pair, "accept", one, "target", attack(), attack())
        store.decisions.decide(made)
        store.decisions.decide(Decision(pair, "accept", two, "strong", adjudicated=number == 2))
    store.decisions.undo(two)


def _studio(store: Store, config: Config, metadata: str) -> None:
    found = store.metadata.get(metadata)
    assert found is not None
    draft = Instruction(metadata, found.revision, attack(whole=True), 7, action=attack())
    store.studio.draft(draft, config.id)
    store.studio.remark(draft.id, attack(), attack())
    for pair in store.pairs.page(config.id, 3.0, 4, limit=8):
        store.studio.remark(pair.instruction_id, attack(), attack())
    store.studio.add_ratings(Ratings(draft.id, found.revision, config.id, (1, 2, 3, 4)))
    store.failures.put(Failure("decode", f"{metadata}/3", config.id, attack(), attack(whole=True)))
    store.failures.put(Failure("answer", draft.id, config.id, attack(), attack(whole=True)))


def _calls(store: Store, config: Config, pair: Any) -> None:
    said = (Message("system", attack(whole=True)), Message("user", attack(whole=True)))
    shape = Schema(attack(), {"title": attack()})
    for state in ("failed", "done"):
        store.calls.job = store.jobs.start("run", {"urls": {"strong": attack()}, "note": [attack()]}, 1)
        for record in (pair.seed, pair.metadata, pair.instruction_id):
            asked = Request("strong", "judge", record, attack(), said, Sampling(extra={"a": attack()}), shape)
            store.calls.put(
                Call(asked, Reply(attack(whole=True), attack(whole=True), attack(), 1, 2), "", 1.0)
            )
            store.calls.put(Call(asked.with_messages(said[1]), None, attack(), 2.0))
        store.jobs.progress(store.calls.job, attack(), 1, 2)
        store.jobs.finish(store.calls.job, state, attack())


def _map(store: Store, config: Config) -> None:
    records = store.maps.sources(("metadata", "seeds", "instructions"), config.id)
    spots, places = [], {}
    for number, record in enumerate(records):
        key = text_key(f"{record.kind} {record.id}")
        places[key] = (float(number % 13), float(number % 17), number % 6 + 1)
        spots.append((record.kind, record.id, key))
    clusters = [
        Cluster(number, attack(), (attack(), attack()), named)
        for number, named in enumerate(("words", "model", "person") * 2, 1)
    ]
    store.maps.keep(places, spots, clusters)
    store.settings.set("map", {"at": 1.0, "model": attack(), "texts": len(places)})
    store.vectors.put(attack(), {attack(): bytes(8)})


def _evaluation(store: Store) -> None:
    names = [attack(), attack(), attack()]
    about = [{"name": name, "model": name, "kind": "answers"} for name in names]
    spec = {
        "prompts": {"source": attack()}, "strong": about[0], "judge": attack(), "candidates": about[1:],
    }  # fmt: skip
    prompts = [Prompt(attack(whole=True), attack()) for _ in range(8)]
    made = store.evaluations.add(spec, prompts)
    for candidate in range(3):
        given = [(place, Given(attack(whole=True))) for place in range(7)]
        store.evaluations.add_answers(made, candidate, given)
        if candidate:
            orders = [
                (place, (Scores(5, 4 + place, attack(True)), Scores(5, 3, attack(True))))
                for place in range(6)
            ]
            store.evaluations.add_scores(made, candidate, orders)
            store.evaluations.miss(made, Missed(candidate, 7, "judge", attack(), attack(whole=True)))


def text_columns(db: sqlite3.Connection) -> Iterator[tuple[str, str]]:
    """Every column of the schema that may hold text, by table; words of our own are left out."""
    tables = [row[0] for row in db.execute("select name from sqlite_schema where type = 'table' order by 1")]
    for table in tables:
        if table in NOT_OURS or table.startswith("sqlite_"):
            continue
        for column, kind in db.execute("select name, type from pragma_table_info(?)", [table]).fetchall():
            if kind.lower() in ("text", "") and (table, column) not in VOCABULARY:
                yield table, column


def sweep(path: Path) -> None:
    """Put an attack into every text that holds none yet."""
    with closing(sqlite3.connect(path)) as db, db:
        for table, column in text_columns(db):
            key = _key(db, table)
            for *where, value in db.execute(f"select {', '.join(key)}, {column} from {table}").fetchall():
                if isinstance(value, str) and CANARY not in _said(value) and not _id(value):
                    test = " and ".join(f"{name} = ?" for name in key)
                    db.execute(f"update {table} set {column} = ? where {test}", [_put(value), *where])
        # A deflated text cannot be changed in its place: each is written anew, as it is.
        db.execute(
            "update texts set data = ? || seq, bases = null where typeof(data) = 'blob'", [attack(True)]
        )


def _key(db: sqlite3.Connection, table: str) -> list[str]:
    about = db.execute("select name, pk from pragma_table_info(?) where pk > 0 order by pk", [table])
    return [name for name, _ in about] or ["rowid"]


def _said(value: str) -> str:
    """A text as it is read: JSON escapes what it holds."""
    try:
        return json.dumps(json.loads(value), ensure_ascii=False)
    except ValueError:
        return value


def _id(value: str) -> bool:
    return value.strip('"').isalnum() and len(value.strip('"')) == 20


def _put(value: str) -> str:
    """An attack in place of a text; inside JSON, in place of the texts in it."""
    try:
        told = json.loads(value)
    except ValueError:
        return attack()
    return json.dumps(poisoned(told), ensure_ascii=False) if not isinstance(told, int | float) else value
