"""The words of the command line: commands, options, and what each value may be.

Everything that can be refused by looking at the words alone is refused here. Nothing here opens a
project, and nothing slow is imported: the module of a command is named, and imported when it runs.
"""

from __future__ import annotations

import argparse
import math
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, NoReturn

from codeclm.errors import UsageError
from codeclm.records import ROLES, STAGES, Stage

STATUSES = ("kept", "superseded", "exhausted", "pending", "accepted", "rejected")
ABOUT = "Tailor a fine-tuning set to a target model."
FORMATS = ("messages", "alpaca", "sharegpt", "prompt-completion", "dpo", "csv", "parquet", "hub")


class Parser(argparse.ArgumentParser):
    """A parser whose faults are UsageErrors of one line."""

    def error(self, message: str) -> NoReturn:
        """Say what is wrong, and where the right words are listed."""
        raise UsageError(f"{message} (see: {self.prog} --help)")


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
    _run(command("quote", "running", "Foretell what a run would take, from a small pilot."))
    _reading(command("status", "reading", "Count what the project holds."))
    failures = command("failures", "running", "List what failed, or try it again.")
    failures.add_argument("--retry", action="store_true", help="ask again for everything that failed")
    failures.add_argument("--config", metavar="ID", help="show the records of another config")
    _asking(failures)
    _pairs(command("pairs", "reading", "List pairs."))
    _decide(command("decide", "review", "Accept or reject a pair."))
    agreement = command("agreement", "review", "Show how far reviewers agree, with each other and the judge.")
    agreement.add_argument("--minimum", type=whole(1, 20), metavar="N", help="how many each pair needs")
    agreement.add_argument("--config", metavar="ID", help="look at the records of another config")
    for name, summary in (
        ("undo", "Take the last decision back."),
        ("redo", "Decide again what was undone."),
    ):
        command(name, "review", summary).add_argument("--reviewer", default="", metavar="NAME")
    _map(command("map", "mapping", "Draw the map of the data, or bring it up to date."))
    _export(command("export", "files", "Write a training set."))
    _duplicates(command("duplicates", "checking", "List near-duplicates, and leaks of test prompts."))
    _evaluate(command("evaluate", "evaluating", "Measure candidates against the strong model."))
    matching = command("matching", "evaluating", "How near the rows of an export are to held-out prompts.")
    matching.add_argument("prompts", type=Path, nargs="?", metavar="PROMPTS", help="a file of prompts")
    matching.add_argument("--holdout", type=share, metavar="0.2", help="a share of the seeds instead")
    matching.add_argument("--evaluation", metavar="ID", help="the prompts of an evaluation instead")
    matching.add_argument("--field", metavar="F", help="the column that holds the prompt")
    matching.add_argument("--group-field", metavar="F", help="the column of use cases")
    matching.add_argument("--include", choices=("accepted", "kept", "all"), default="kept")
    matching.add_argument("--theta", type=amount, metavar="T", help="the rows at this threshold")
    matching.add_argument("--embedding-model", default="all-MiniLM-L6-v2", metavar="NAME")
    matching.add_argument("--quiet", action="store_true", help="no progress, only warnings and errors")
    listing = command("evaluations", "evaluating", "List evaluations, or show or forget one.")
    listing.add_argument("id", nargs="?", metavar="ID", help="show this one in full")
    listing.add_argument("--delete", action="store_true", help="forget it; the calls stay in the log")
    _step(command("step", "stepping", "Take one step by hand; what it makes is a draft."))
    archive = command("archive", "archiving", "Write the whole project as readable files.")
    archive.add_argument("out", type=Path, metavar="OUT")
    archive.add_argument("--no-calls", action="store_true", help="leave the calls and embeddings out")
    restore = command("restore", "archiving", "Make a project of an archive; --project names the new file.")
    restore.add_argument("folder", type=Path, metavar="FOLDER")
    copy = command("copy", "files", "Copy the project whole, also while a run goes on.")
    copy.add_argument("to", type=Path, metavar="PATH")
    command("prune", "files", "Drop calls and texts that nothing needs.")
    serve = command("serve", "serving", "Open the app in a browser.")
    serve.add_argument("--port", type=whole(1, 65535), default=8501, metavar="N")
    return parser


def whole(least: int, most: int | None = None) -> Callable[[str], int]:
    """Reads a whole number between two bounds."""

    def read(text: str) -> int:
        try:
            value = int(text)
        except ValueError:
            raise argparse.ArgumentTypeError(f"{text!r} is not a whole number") from None
        if value < least or (most is not None and value > most):
            bounds = f"{least} or more" if most is None else f"from {least} to {most}"
            raise argparse.ArgumentTypeError(f"must be {bounds}, not {value}")
        return value

    return read


def amount(text: str) -> float:
    """Reads a number, 0 or more."""
    try:
        value = float(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r} is not a number") from None
    if not math.isfinite(value) or value < 0:
        raise argparse.ArgumentTypeError(f"must be a number, 0 or more, not {text}")
    return value


def share(text: str) -> float:
    """Reads a number between 0 and 1, neither of them."""
    value = amount(text)
    if not 0 < value < 1:
        raise argparse.ArgumentTypeError(f"must be more than 0 and less than 1, not {text}")
    return value


def stages(text: str) -> tuple[Stage, ...]:
    """Reads stage names parted by commas; they come back in the order of the loop."""
    names = {name.strip() for name in text.split(",")}
    if unknown := sorted(names.difference(STAGES)):
        raise argparse.ArgumentTypeError(f"no stage is called {unknown[0]!r}; there are {', '.join(STAGES)}")
    return tuple(stage for stage in STAGES if stage in names)


def _everywhere(parser: Parser, default: Any) -> None:
    parser.add_argument(
        "--project", type=Path, default=default, metavar="PATH",
        help="the project file (default: $CODECLM_PROJECT, else data/projects/default.db)",
    )  # fmt: skip
    json_default = False if default is None else default
    parser.add_argument(
        "--json", action="store_true", default=json_default, help="print one JSON object on stdout"
    )


def _reading(parser: Parser) -> None:
    parser.add_argument("--theta", type=amount, metavar="T", help="view at this threshold; nothing is set")
    parser.add_argument("--config", metavar="ID", help="show the records of another config")


def _import(parser: Parser) -> None:
    parser.add_argument("file", type=Path, metavar="FILE")
    parser.add_argument("--as", dest="kind", choices=("seeds", "metadata", "pairs"), default="seeds")
    parser.add_argument("--field", metavar="F", help="the column that holds the instruction")
    parser.add_argument("--input-field", metavar="F", help="the column joined on to it")


def _run(parser: Parser) -> None:
    parser.add_argument("--stages", type=stages, metavar="S,…", help="default: all but augment")
    parser.add_argument("--per-metadata", type=whole(1, 10_000), metavar="N", help="instructions for each")
    parser.add_argument("--iterations", type=whole(1, 50), metavar="N", help="the most nodes of a lineage")
    parser.add_argument("--theta", type=amount, metavar="T", help="the quality gap a pair must exceed")
    parser.add_argument("--seed", type=whole(0), metavar="N", help="where random choices start")
    parser.add_argument("--profile", choices=("auto", "standard", "small"), help="which prompts to use")
    parser.add_argument("--limit", type=whole(1), metavar="N", help="only the first N seeds")
    parser.add_argument("--augment-to", type=whole(1), metavar="N", help="mix labels until N metadata")
    parser.add_argument("--accept-mixed", action="store_true", help="use mixed metadata without asking")
    _asking(parser)


def _asking(parser: Parser) -> None:
    """The options of every command that asks models."""
    parser.add_argument("--concurrency", type=whole(1), metavar="N", help="the most requests in flight")
    parser.add_argument("--budget", type=amount, metavar="USD", help="stop when this much is spent")
    parser.add_argument("--max-calls", type=whole(0), metavar="N", help="stop when this many calls were sent")
    parser.add_argument("--quiet", action="store_true", help="no progress, only warnings and errors")
    for role in ROLES:
        parser.add_argument(f"--{role}-url", metavar="URL", help=argparse.SUPPRESS)
        parser.add_argument(f"--{role}-model", metavar="NAME", help=argparse.SUPPRESS)
    parser.epilog = (
        "For ROLE in strong, target, judge: --ROLE-url URL, --ROLE-model NAME; the project keeps them."
    )


def _pairs(parser: Parser) -> None:
    _reading(parser)
    parser.add_argument("--status", choices=STATUSES)
    parser.add_argument("--limit", type=whole(0), metavar="N")
    parser.add_argument("--offset", type=whole(0), default=0, metavar="N")


def _decide(parser: Parser) -> None:
    parser.add_argument("pair", metavar="ID")
    parser.add_argument("verdict", choices=("accept", "reject"))
    parser.add_argument("--answer", choices=("strong", "target"), help="the answer to train on")
    parser.add_argument("--instruction", metavar="TEXT", help="the instruction as it should be")
    parser.add_argument("--response", metavar="TEXT", help="the answer as it should be")
    parser.add_argument("--reason", action="append", default=[], metavar="R")
    parser.add_argument("--reviewer", default="", metavar="NAME")
    parser.add_argument(
        "--adjudicate",
        action="store_true",
        help="settle what reviewers disagree on",
    )


def _evaluate(parser: Parser) -> None:
    parser.add_argument("prompts", type=Path, nargs="?", metavar="PROMPTS", help="a file of test prompts")
    parser.add_argument("--holdout", type=share, metavar="0.2", help="ask a share of the seeds instead")
    parser.add_argument("--by-cluster", action="store_true", help="group those by cluster, not use case")
    parser.add_argument("--field", metavar="F", help="the column that holds the prompt")
    parser.add_argument("--input-field", metavar="F", help="the column joined on to it")
    parser.add_argument("--group-field", metavar="F", help="the column of categories")
    parser.add_argument("--answer-field", metavar="F", help="the column of a file of answers")
    parser.add_argument(
        "--strong-answers", type=Path, metavar="FILE", help="the strong answers, made already"
    )
    parser.add_argument("--with-target", action="store_true", help="the target too, beside other candidates")
    parser.add_argument(
        "--candidate", action="append", default=[], metavar="[NAME=]MODEL[@URL]", help="another candidate"
    )
    parser.add_argument(
        "--answers", action="append", default=[], metavar="[NAME=]FILE", help="a candidate's answers"
    )
    parser.add_argument(
        "--scores", action="append", default=[], metavar="[NAME=]FILE", help="a candidate's scores by a judge"
    )
    parser.add_argument("--limit", type=whole(1), metavar="N", help="only the first N prompts")
    parser.add_argument("--retry", action="store_true", help="ask again for what failed")
    _asking(parser)


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
    parser.add_argument("--quiet", action="store_true", help="no progress, only warnings and errors")


def _export(parser: Parser) -> None:
    parser.add_argument("out", type=Path, metavar="OUT")
    parser.add_argument("--format", choices=FORMATS, required=True)
    parser.add_argument("--include", choices=("accepted", "kept", "all"), default="kept")
    parser.add_argument("--split", type=share, metavar="0.1", help="the share that goes to a test file")
    parser.add_argument("--provenance", action="store_true", help="also write where each row is from")
    parser.add_argument(
        "--per-use-case", type=whole(1), metavar="N", help="at most N rows of a use case, the first"
    )
    parser.add_argument(
        "--per-cluster", type=whole(1), metavar="N", help="at most N rows of a cluster of the map, the first"
    )
    parser.add_argument("--push", metavar="OWNER/NAME", help="with hub: on to the Hub too, with $HF_TOKEN")
    parser.add_argument("--public", action="store_true", help="with --push: for everybody to see")
    parser.add_argument("--license", default="", metavar="NAME", help="for the dataset card of hub")
    _checks(parser, None)
    _reading(parser)


def _duplicates(parser: Parser) -> None:
    parser.add_argument("--include", choices=("accepted", "kept", "all"), default="kept")
    parser.add_argument("--quiet", action="store_true", help="no progress, only warnings and errors")
    _checks(parser, "ngram")
    _reading(parser)


def _checks(parser: Parser, usual: str | None) -> None:
    methods = ("exact", "ngram", "embedding")
    parser.add_argument("--dedup", choices=methods, default=usual, help="leave near-duplicates out")
    parser.add_argument(
        "--dedup-threshold", type=amount, metavar="T", help="from how near: 0 to 1 (0.7; embedding 0.9)"
    )
    parser.add_argument(
        "--against", type=Path, action="append", default=[], metavar="FILE", help="test prompts not to leak"
    )
    parser.add_argument("--against-by", choices=methods, default="ngram", help="how leaks are looked for")
    parser.add_argument(
        "--against-threshold", type=amount, metavar="T", help="from how near: 0 to 1 (0.7; embedding 0.8)"
    )
    parser.add_argument(
        "--embedding-model", default="all-MiniLM-L6-v2", metavar="NAME", help="a model's name or folder"
    )
