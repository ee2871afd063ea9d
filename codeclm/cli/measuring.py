"""The words of the commands that write training sets, check them and measure models."""

from __future__ import annotations

from pathlib import Path

from codeclm.cli.values import Parser, amount, asking, filtering, reading, share, whole

FORMATS = ("messages", "alpaca", "sharegpt", "prompt-completion", "dpo", "csv", "parquet", "hub")


def export(parser: Parser) -> None:
    """`export`."""
    parser.add_argument("out", type=Path, metavar="OUT")
    parser.add_argument("--format", choices=FORMATS, required=True, help="what the file is for")
    _including(parser)
    parser.add_argument("--split", type=share, metavar="0.1", help="the share that goes to a test file")
    parser.add_argument("--provenance", action="store_true", help="also write where each row is from")
    parser.add_argument(
        "--ids",
        action="store_true",
        help="an `id` in each row, as in provenance and `pairs`; CSV and Parquet have it",
    )
    parser.add_argument(
        "--per-use-case", type=whole(1), metavar="N", help="at most N rows of a use case, the first"
    )
    parser.add_argument(
        "--per-cluster", type=whole(1), metavar="N", help="at most N rows of a cluster of the map, the first"
    )
    _stale(parser)
    parser.add_argument("--push", metavar="OWNER/NAME", help="with hub: on to the Hub too, with $HF_TOKEN")
    parser.add_argument("--public", action="store_true", help="with --push: for everybody to see")
    parser.add_argument("--license", default="", metavar="NAME", help="for the dataset card of hub")
    _checks(parser, None)
    filtering(parser)
    reading(parser)


def duplicates(parser: Parser) -> None:
    """`duplicates`."""
    _including(parser)
    _stale(parser)
    parser.add_argument("--quiet", action="store_true", help="no progress, only warnings and errors")
    _checks(parser, "ngram")
    reading(parser)


def _including(parser: Parser) -> None:
    parser.add_argument(
        "--include",
        choices=("accepted", "kept", "all"),
        default="kept",
        help="what a person took, what is over θ, or both",
    )


def _stale(parser: Parser) -> None:
    parser.add_argument(
        "--stale", action="store_true", help="also what was written from labels that were edited since"
    )


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
    embedding(parser)


def embedding(parser: Parser) -> None:
    """Which model embeds."""
    parser.add_argument(
        "--embedding-model", metavar="NAME", help="a model's name or folder; else the project's"
    )


def evaluate(parser: Parser) -> None:
    """`evaluate`."""
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
        "--scores",
        action="append",
        default=[],
        metavar="[NAME=]FILE",
        help="a candidate's scores by a judge; with --answers of the same name, of those answers",
    )
    parser.add_argument("--limit", type=whole(1), metavar="N", help="only the first N prompts")
    parser.add_argument("--retry", action="store_true", help="ask again for what failed")
    asking(parser, "the project keeps them where it has none for the role yet")


def matching(parser: Parser) -> None:
    """`matching`."""
    parser.add_argument("prompts", type=Path, nargs="?", metavar="PROMPTS", help="a file of prompts")
    parser.add_argument("--holdout", type=share, metavar="0.2", help="a share of the seeds instead")
    parser.add_argument("--evaluation", metavar="ID", help="the prompts of an evaluation instead")
    parser.add_argument("--field", metavar="F", help="the column that holds the prompt")
    parser.add_argument("--group-field", metavar="F", help="the column of use cases")
    _including(parser)
    parser.add_argument("--theta", type=amount, metavar="T", help="the rows at this threshold")
    embedding(parser)
    parser.add_argument("--quiet", action="store_true", help="no progress, only warnings and errors")
