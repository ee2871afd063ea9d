"""Write the pages that follow from the code: `make docs`, or `python docs/generate.py`.

docs/schema.md comes from the migrations, docs/commands.md from the words of the command line; a test holds
both to what is written here. Only what each `--json` prints is told below, in ANSWERS.
"""

from __future__ import annotations

import argparse
import re
import sqlite3
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE.parent))

from sqlite_utils import Database  # noqa: E402

from codeclm.cli.parser import build  # noqa: E402
from codeclm.store.migrations import migrations  # noqa: E402
from codeclm.store.schema import LATEST  # noqa: E402

STAMP = "<!-- Written by docs/generate.py from the code; do not edit. -->"
SCHEMA = """
A project is one SQLite file (`application_id` 0x436F644C, `user_version` {latest}: how many migrations were
applied). Read it with any SQLite tool; write it only through the app, the command line or `codeclm.store`,
as `nodes`, `standing` and `verdicts` follow from the other tables. Ids are the 10 bytes of 20 hexadecimal
digits. `texts` are deflated, some with other texts as dictionary: `python -m codeclm archive FOLDER` writes
everything as readable lines of JSON. Tables stand here under the migration that made them, as they are today.
"""
COMMANDS = """
`python -m codeclm [--project PATH] COMMAND [--json]`. Without `--project`: `$CODECLM_PROJECT`, else
`default.db` in the folder of projects (`$CODECLM_PROJECTS`, else `data/projects`). What is no file may be the
name of a project there, as the app shows it, and a bare name without a suffix that is new becomes one there.
With `--json`, one JSON object goes to stdout; messages and progress always go to stderr. Exit status: 0 done,
1 an error told in one line, 2 usage, 3 done with failures or rejected rows on record, or nothing to export,
4 stopped by the budget, 130 interrupted.

Stages are `encode, augment, decode, rubrics, answer, judge`. Commands that ask models, except `step`,
also take `--ROLE-url URL`, `--ROLE-model NAME` and `--ROLE-prices IN,OUT` (US dollars for a million tokens of
prompts and of replies) for the roles `strong`, `target` and `judge`. The project keeps them; those of
`evaluate` only where it has none for the role yet, those of `names` never. Keys come from
`CODECLM_STRONG_API_KEY`, `CODECLM_TARGET_API_KEY`, `CODECLM_JUDGE_API_KEY`, else `OPENAI_API_KEY`, and are
never kept. Words in brackets may be left out.
"""
PAIR = (
    "`id, seed, metadata, instruction, strong, target, strong_score, target_score, gap, iteration, status, "
    "decision`"
)
TOOK = "`calls_sent, calls_cached, seconds`"
ANSWERS = {
    "import": "`read, added, duplicates, rejected: [{row, reason}]`",
    "run": f"what `status` prints, and {TOOK}; `calls_sent` counts every try, `calls` each call once",
    "quote": "`calls, prompt_tokens, completion_tokens, cost_usd, seconds`, each `{low, mid, high}` of what "
    "is left, `cost_usd` null: a price is unknown; and `spent`, the first four as they stand already",
    "status": "`seeds, encoded, metadata, instructions, comparisons, kept, superseded, exhausted, pending, "
    "accepted, rejected, failures, calls, prompt_tokens, completion_tokens, cost_usd, running`",
    "failures": "`failures: [{id, stage, record, reason, raw}]`",
    "pairs": f"`pairs`, a list, of each {PAIR}",
    "decide": f"the pair: {PAIR}",
    "undo": "the pair, as `decide`",
    "redo": "the pair, as `decide`",
    "agreement": "`minimum, reviewers: {name: decisions}, conflicts, agree, ci95: [low, high], alpha, theta, "
    "theta_agree`: how often two agree (both reject, or accept the same answer with the same "
    "edits; what settled a conflict changes nothing in it), Krippendorff's alpha, and the θ that agrees best "
    "with people",
    "map": "`points` (how many; with `--points` the list `[{id, x, y, cluster}]`), `clusters: [{id, name, "
    "size}], unclustered, placed, seconds`",
    "names": "`named, calls_sent, calls_cached, clusters: [{id, name, named}]`; each `named` by words, "
    "model or person",
    "export": "`rows, files, dropped: {reason: n}`; with `--push` also `pushed`, the address. Where no "
    "pair fits, no file is written, one that is there stays, and the status is 3",
    "duplicates": "`rows, prompts, dropped: {reason: n}, duplicates: [{kept, other, dropped, score, method, "
    "kept_instruction, other_instruction}], leaks: [{id, score, method, instruction, prompt}]`",
    "evaluate": "`wins, ties, losses, crr, ci95: [low, high], groups, id, prompts, strong, judge, "
    f"edited, candidates, compared, failures`, and {TOOK}; `edited` names the prompts asked with that were "
    "edited in the project",
    "matching": "`rows, prompts, labels, embedding`; the last two `{value, by_chance: [low, high], p, "
    "sizes}`, or null",
    "evaluations": "`evaluations: [{id, prompts, strong, judge, edited, source, candidates, failures}]`; "
    "with an ID what `evaluate` prints of it; with `--delete` `deleted`",
    "step": "`made, calls_sent, calls_cached`; `made` lists ids",
    "archive": "`path, rows: {table: n}`",
    "restore": "`path, rows: {table: n}`",
    "copy": "`path`",
    "prune": "`calls, texts, bytes`",
    "serve": "nothing",
}
"""What each command prints with `--json`."""


def schema() -> str:
    """The tables of a project file, each under the migration that made it."""
    with closing(sqlite3.connect(":memory:")) as raw:
        db = Database(raw)
        steps = migrations.pending(db)
        made: dict[str, list[str]] = {}
        for at, step in enumerate(steps):
            before = _tables(raw)
            migrations.apply(db, stop_before=steps[at + 1].name if at + 1 < len(steps) else None)
            made[step.name] = [name for name in _tables(raw) if name not in before]
        lines = [STAMP, "", "# The project file", SCHEMA.format(latest=LATEST)]
        for step in steps:
            lines += [f"## {step.name}", "", " ".join((step.fn.__doc__ or "").split()), ""]
            for name in made[step.name]:
                lines += [*_table(raw, name), ""]
    return "\n".join(lines)


def _tables(raw: sqlite3.Connection) -> list[str]:
    rows = raw.execute(
        "select name from sqlite_master where type = 'table' and name not like '\\_%' escape '\\'"
    )
    return [name for (name,) in rows.fetchall() if not name.startswith("sqlite_")]


def _table(raw: sqlite3.Connection, name: str) -> Iterator[str]:
    refers = {row[3]: row[2] for row in raw.execute(f"pragma foreign_key_list({name})")}
    yield f"### {name}"
    yield ""
    yield "| column | type | |"
    yield "|---|---|---|"
    for _, column, kind, needed, default, key in raw.execute(f"pragma table_info({name})"):
        notes = [f"key {key}" if key else "", f"→ {refers[column]}" if column in refers else ""]
        notes += ["" if needed or key else "may be null", f"default {default}" if default is not None else ""]
        yield f"| {column} | {kind or 'any'} | {', '.join(filter(None, notes))} |"
    indexes = raw.execute(
        "select sql from sqlite_master where type = 'index' and tbl_name = ? and sql is not null", [name]
    )
    for (sql,) in indexes.fetchall():
        yield ""
        yield "Index: `" + re.sub(r"\s+", " ", sql).removeprefix("CREATE ").removeprefix("create ") + "`"


def commands() -> str:
    """Every command with its options, and what it prints as JSON."""
    parser = build()
    (sub,) = (action for action in parser._actions if isinstance(action, argparse._SubParsersAction))
    lines = [STAMP, "", "# The command line", COMMANDS]
    for name, command in sub.choices.items():
        lines += [f"## `{' '.join([name, *_words(command)])}`", "", command.description or "", ""]
        lines += [f"With `--json`: {ANSWERS[name]}.", ""]
        rows = list(_options(command))
        if rows:
            lines += ["| option | |", "|---|---|", *rows, ""]
        if command.epilog:
            lines += ["And `--ROLE-url`, `--ROLE-model`, `--ROLE-prices`.", ""]
    return "\n".join(lines)


def _words(command: argparse.ArgumentParser) -> Iterator[str]:
    """What must be typed with a command, and in brackets what may be."""
    for action in command._actions:
        word = str(action.metavar or "|".join(action.choices or ()))
        if not action.option_strings:
            yield f"[{word}]" if action.nargs == "?" else word
        elif action.required:
            yield f"{action.option_strings[0]} {action.dest.upper()}"


def _options(command: argparse.ArgumentParser) -> Iterator[str]:
    for action in command._actions:
        if action.help == argparse.SUPPRESS or {*action.option_strings} & {"-h", "--project", "--json"}:
            continue
        if not action.option_strings and not action.help:
            continue
        names = ", ".join(action.option_strings) or str(action.metavar)
        value = "" if action.nargs == 0 or not action.option_strings else f" {action.metavar or ''}"
        told = [action.help or ""]
        if action.choices:
            told.append(", ".join(f"`{choice}`" for choice in action.choices))
        if action.default not in (None, False, [], "", argparse.SUPPRESS):
            told.append(f"default {action.default}")
        if action.required and action.option_strings:
            told.append("required")
        if isinstance(action, argparse._AppendAction):
            told.append("may be repeated")
        cells = (f"`{(names + value).strip()}`", "; ".join(filter(None, told)))
        yield f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in cells)} |"


PAGES = {"schema.md": schema, "commands.md": commands}
"""What is written, by file."""


if __name__ == "__main__":
    for file, page in PAGES.items():
        (HERE / file).write_text(page(), encoding="utf-8")
