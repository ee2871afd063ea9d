"""What a word of the command line may be, and the options that many commands share.

A value that cannot be is told by argparse as a fault of usage. Knows no command.
"""

from __future__ import annotations

import argparse
import math
import re
from collections.abc import Callable, Iterable
from difflib import get_close_matches
from typing import Any, NoReturn

from codeclm.errors import UsageError
from codeclm.records import ROLES, STAGES, Stage

GREATEST = 2**63 - 1
"""Of whole numbers: what a project's file can hold."""


_CHOICE = re.compile(r"invalid choice: '(.*?)' \(choose from (.*)\)")
_QUOTED = re.compile("'([^']*)'")


class Parser(argparse.ArgumentParser):
    """A parser whose faults are UsageErrors of one line."""

    def error(self, message: str) -> NoReturn:
        """Say what is wrong, what may have been meant, and where the right words are listed."""
        if wrong := _CHOICE.search(message):
            message += _meant(wrong[1], _QUOTED.findall(wrong[2]))
        raise UsageError(f"{message} (see: {self.prog} --help)")

    def parse_known_args(self, args: Any = None, namespace: Any = None) -> tuple[Any, list[str]]:
        """As argparse does, but what is unknown is told by the command that does not know it."""
        found, unknown = super().parse_known_args(args, namespace)
        if unknown:
            flags = [name for action in self._actions for name in action.option_strings]
            self.error(f"there is no {unknown[0]} here" + _meant(unknown[0].partition("=")[0], flags))
        return found, unknown


def _meant(word: str, known: Iterable[str]) -> str:
    """A question, where a known word is near."""
    near = get_close_matches(word, [*known], 1)
    return f"; did you mean {near[0]}?" if near else ""


def whole(least: int, most: int = GREATEST) -> Callable[[str], int]:
    """Reads a whole number between two bounds."""

    def read(text: str) -> int:
        try:
            value = int(text)
        except ValueError:
            raise argparse.ArgumentTypeError(f"{text!r} is not a whole number") from None
        if not least <= value <= most:
            bounds = f"{least} or more" if value < least and most == GREATEST else f"from {least} to {most}"
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


def prices(text: str) -> tuple[float, float]:
    """Reads dollars for a million tokens of prompts and of replies, parted by a comma."""
    parts = text.split(",")
    if len(parts) != 2:
        raise argparse.ArgumentTypeError(
            f"give dollars for a million tokens in and out, as in 0.25,2, not {text}"
        )
    return amount(parts[0].strip()), amount(parts[1].strip())


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


def reading(parser: Parser) -> None:
    """The options of every command that looks at results."""
    parser.add_argument("--theta", type=amount, metavar="T", help="view at this threshold; nothing is set")
    parser.add_argument("--config", metavar="ID", help="show the records of another config")


def filtering(parser: Parser) -> None:
    """The options of every command that picks pairs; `filter_of` in `opening` reads them."""
    group = parser.add_argument_group("only pairs that meet all of these")
    group.add_argument(
        "--search",
        default="",
        metavar="TEXT",
        help="words of the instruction, a phrase in quotes, or a pair's id",
    )
    group.add_argument("--use-case", metavar="NAME", help="the use case of their metadata")
    group.add_argument("--skill", metavar="NAME", help="one of its skills")
    group.add_argument("--tag", metavar="NAME", help="a tag of their seed")
    group.add_argument("--cluster", type=whole(0), metavar="N", help="a cluster of the map, by its id")
    group.add_argument("--selection", metavar="NAME", help="a selection made on the map")
    group.add_argument("--iteration", type=whole(1), metavar="N", help="the step of their lineage")
    group.add_argument("--winner", choices=("strong", "target"), help="the answer with the higher mean")
    group.add_argument("--gap-from", type=amount, metavar="G", help="the least |gap|")
    group.add_argument("--gap-to", type=amount, metavar="G", help="the greatest |gap|")
    group.add_argument("--decided-by", metavar="NAME", help="a reviewer's name")


def asking(parser: Parser, kept: str = "the project keeps them") -> None:
    """The options of every command that asks models. `kept`: what becomes of the models that are named."""
    parser.add_argument("--concurrency", type=whole(1), metavar="N", help="the most requests in flight")
    parser.add_argument("--budget", type=amount, metavar="USD", help="stop when this much is spent")
    parser.add_argument("--max-calls", type=whole(0), metavar="N", help="stop when this many calls were sent")
    parser.add_argument("--quiet", action="store_true", help="no progress, only warnings and errors")
    for role in ROLES:
        parser.add_argument(f"--{role}-url", metavar="URL", help=argparse.SUPPRESS)
        parser.add_argument(f"--{role}-model", metavar="NAME", help=argparse.SUPPRESS)
        parser.add_argument(f"--{role}-prices", type=prices, metavar="IN,OUT", help=argparse.SUPPRESS)
    parser.epilog = (
        "For ROLE in strong, target, judge: --ROLE-url URL, --ROLE-model NAME, --ROLE-prices IN,OUT (dollars "
        f"for a million tokens of prompts and of replies); {kept}."
    )
