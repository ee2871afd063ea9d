"""The words of the command line: commands, options, and what each value may be.

Everything that can be refused by looking at the words alone is refused here. Nothing here opens a
project, and nothing slow is imported: the module of a command is named, and imported when it runs.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from codeclm.cli import measuring
from codeclm.cli.values import Parser, amount, asking, filtering, reading, stages, whole

STATUSES = ("kept", "superseded", "exhausted", "pending", "accepted", "rejected")
ABOUT = "Tailor a fine-tuning set to a target model."


def parse(argv: Sequence[str] | None) -> argparse.Namespace:
    """What was asked for. `module` and `function` name what answers the command."""
    return build().parse_args(argv)


def build() -> Parser:
    """The whole parser."""
    parser = Parser(prog="python -m codeclm", description=ABOUT, allow_abbrev=False)
    _everywhere(parser, None)
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")

    def command(name: str, module: str, summary: str) -> Parser:
        added: Parser = commands.add_parser(name, help=summary, description=summary, allow_abbrev=False)
        _everywhere(added, argparse.SUPPRESS)
        added.set_defaults(module=f"codeclm.cli.{module}", function=name.replace("import", "import_"))
        return added

    _import(command("import", "files", "Read seeds, metadata or pairs from a file."))
    _run(command("run", "running", "Run the loop, or go on with it."))
    quote = command("quote", "running", "Foretell what a run would take, from a small pilot.")
    quote.add_argument(
        "--pilot", type=whole(0), metavar="N",
        help="on how many seeds to base it (default: 4 to 30, by how many there are, fewer where each has "
        "many lineages); 0: on what is finished already, with no call",
    )  # fmt: skip
    _run(quote)
    reading(command("status", "reading", "Count what the project holds."))
    failures = command("failures", "running", "List what failed, or try it again.")
    failures.add_argument("--retry", action="store_true", help="ask again for everything that failed")
    failures.add_argument("--config", metavar="ID", help="show the records of another config")
    asking(failures)
    _pairs(command("pairs", "reading", "List pairs."))
    _decide(command("decide", "review", "Accept or reject a pair."))
    agreement = command("agreement", "review", "Show how far reviewers agree, with each other and the judge.")
    agreement.add_argument("--minimum", type=whole(1, 20), metavar="N", help="how many each pair needs")
    agreement.add_argument("--config", metavar="ID", help="look at the records of another config")
    for name, summary in (
        ("undo", "Take the last decision back."),
        ("redo", "Decide again what was undone."),
    ):
        command(name, "review", summary).add_argument(
            "--reviewer", default="", metavar="NAME", help="whose; default: the reviewer without a name"
        )
    _map(command("map", "mapping", "Draw the map of the data, or bring it up to date."))
    names = command("names", "mapping", "Ask the strong model what the map's clusters are called.")
    asking(names, "for this once")
    measuring.export(command("export", "files", "Write a training set."))
    measuring.duplicates(
        command("duplicates", "checking", "List near-duplicates, and leaks of test prompts.")
    )
    measuring.evaluate(command("evaluate", "evaluating", "Measure candidates against the strong model."))
    measuring.matching(command("matching", "evaluating", "How near the rows are to held-out prompts."))
    listing = command("evaluations", "evaluating", "List evaluations, or show or forget one.")
    listing.add_argument("id", nargs="?", metavar="ID", help="show this one in full")
    listing.add_argument("--delete", action="store_true", help="forget it; the calls stay in the log")
    _step(command("step", "stepping", "Take one step by hand; new instructions are drafts."))
    archive = command("archive", "archiving", "Write the whole project as readable files.")
    archive.add_argument("out", type=Path, metavar="OUT")
    archive.add_argument("--no-calls", action="store_true", help="leave the calls and embeddings out")
    restore = command("restore", "archiving", "Make a project of an archive; --project names that.")
    restore.add_argument("folder", type=Path, metavar="FOLDER")
    copy = command("copy", "files", "Copy the project whole, also while a run goes on.")
    copy.add_argument("to", type=Path, metavar="PATH")
    command("prune", "files", "Drop calls and texts that nothing needs.")
    serve = command("serve", "serving", "Open the app in a browser.")
    serve.add_argument(
        "--port", type=whole(1, 65535), default=8501, metavar="N", help="where the app answers"
    )
    return parser


def _everywhere(parser: Parser, default: Any) -> None:
    parser.add_argument(
        "--project", default=default, metavar="PATH",
        help="the project's file, or its name in the app (default: $CODECLM_PROJECT, else default)",
    )  # fmt: skip
    json_default = False if default is None else default
    parser.add_argument(
        "--json", action="store_true", default=json_default, help="print one JSON object on stdout"
    )


def _import(parser: Parser) -> None:
    parser.add_argument("file", type=Path, metavar="FILE")
    parser.add_argument(
        "--as", dest="kind", choices=("seeds", "metadata", "pairs"), default="seeds", help="what is in it"
    )
    parser.add_argument("--field", metavar="F", help="the column that holds the instruction")
    parser.add_argument("--input-field", metavar="F", help="the column joined on to it")


def _run(parser: Parser) -> None:
    parser.add_argument(
        "--stages", type=stages, metavar="S,…", help="default: all, augment only with --augment-to"
    )
    parser.add_argument("--per-metadata", type=whole(1, 10_000), metavar="N", help="instructions for each")
    parser.add_argument("--iterations", type=whole(1, 50), metavar="N", help="the most nodes of a lineage")
    parser.add_argument("--theta", type=amount, metavar="T", help="the quality gap a pair must exceed")
    parser.add_argument("--seed", type=whole(0), metavar="N", help="where random choices start")
    parser.add_argument("--profile", choices=("auto", "standard", "small"), help="which prompts to use")
    parser.add_argument("--limit", type=whole(1), metavar="N", help="only the first N seeds")
    parser.add_argument("--augment-to", type=whole(1), metavar="N", help="mix labels until N metadata")
    parser.add_argument("--accept-mixed", action="store_true", help="use mixed metadata without asking")
    asking(parser)


def _pairs(parser: Parser) -> None:
    reading(parser)
    parser.add_argument("--status", choices=STATUSES, help="where they stand at this θ")
    parser.add_argument("--limit", type=whole(0), metavar="N", help="at most N pairs")
    parser.add_argument("--offset", type=whole(0), default=0, metavar="N", help="pass over the first N")
    filtering(parser)


def _decide(parser: Parser) -> None:
    parser.add_argument("pair", metavar="ID")
    parser.add_argument("verdict", choices=("accept", "reject"))
    parser.add_argument("--answer", choices=("strong", "target"), help="the answer to train on")
    parser.add_argument("--instruction", metavar="TEXT", help="the instruction as it should be")
    parser.add_argument("--response", metavar="TEXT", help="the answer as it should be")
    parser.add_argument("--reason", action="append", default=[], metavar="R", help="why it is rejected")
    parser.add_argument("--reviewer", default="", metavar="NAME", help="who decides")
    parser.add_argument(
        "--adjudicate",
        action="store_true",
        help="settle what reviewers disagree on: verdict, answer or edits",
    )


def _step(parser: Parser) -> None:
    parser.add_argument("what", choices=("rubrics", "basic", "improve", "rate", "score"))
    parser.add_argument("record", metavar="ID", help="a metadata (rubrics, basic), else an instruction")
    parser.add_argument("--action", metavar="TEXT", help="how to improve; default: drawn as a run draws it")
    parser.add_argument("--max-calls", type=whole(1), metavar="N", help="stop when this many were sent")
    parser.add_argument("--quiet", action="store_true", help="no progress, only warnings and errors")


def _map(parser: Parser) -> None:
    parser.set_defaults(function="draw")
    parser.add_argument("--of", choices=("metadata", "seeds", "instructions"), help="default: all three")
    parser.add_argument("--points", action="store_true", help="list every point, not only how many")
    parser.add_argument("--anew", action="store_true", help="give up the old places, and lay all out again")
    measuring.embedding(parser)
    parser.add_argument("--quiet", action="store_true", help="no progress, only warnings and errors")
