"""How an answer leaves the command line: one JSON object, or short lines for a person.

Stored text may hold anything: what goes to a terminal is stripped of control characters first.
Nothing here knows what the commands do.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import sys
import time
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from io import TextIOWrapper
from pathlib import Path
from typing import Any, Self, TextIO

from codeclm.records import Pair

_UNSEEN = re.compile("[\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff]")
"""What JSON leaves as it is and a terminal acts on, or nobody sees."""


@dataclass(frozen=True, slots=True)
class Result:
    """What a command found: for machines, for people, and the exit status."""

    data: Mapping[str, Any]
    lines: Iterable[str] = ()
    status: int = 0


def emit(result: Result, as_json: bool) -> None:
    """Print a result on stdout."""
    if as_json:
        text = json.dumps(result.data, ensure_ascii=False, allow_nan=False)
        say(_UNSEEN.sub(lambda found: f"\\u{ord(found[0]):04x}", text))
        return
    for line in result.lines:
        say(_harmless(line))


def say(line: str) -> None:
    """One line on stdout."""
    sys.stdout.write(line + "\n")


def warn(line: str) -> None:
    """One line on stderr."""
    _tell(plain(line) + "\n")


def unheard(stream: TextIO) -> None:
    """Whoever read a stream is gone: it leads nowhere now, or Python would complain of it at its end."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())


def _tell(text: str) -> None:
    """On stderr; where nobody reads it any more, or no disk takes it, the work itself goes on."""
    try:
        sys.stderr.write(text)
        sys.stderr.flush()
    except BrokenPipeError:
        unheard(sys.stderr)
    except OSError:
        return


class Live:
    """Progress on stderr: one line that changes on a terminal, else a line every few seconds."""

    SPELL = 5.0
    """Seconds between two lines."""

    def __init__(self, quiet: bool) -> None:
        self._quiet = quiet
        self._terminal = sys.stderr.isatty()
        self._shown = time.monotonic()
        self._open = False

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._clear()

    def show(self, line: str) -> None:
        """How far it is now."""
        if self._quiet:
            return
        if self._terminal:
            width = shutil.get_terminal_size().columns - 1
            _tell("\r\x1b[K" + plain(line, width))
            self._open = True
        elif time.monotonic() - self._shown >= self.SPELL:
            self._shown = time.monotonic()
            warn(line)

    def warn(self, line: str) -> None:
        """A line that stays."""
        self._clear()
        warn(f"note: {line}")

    def _clear(self) -> None:
        if self._open:
            _tell("\r\x1b[K")
            self._open = False


def speak_utf8() -> None:
    """Make stdout and stderr take any text: a lone surrogate or a narrow locale must not end a command.

    One that was closed before the start, which is None, leads nowhere.
    """
    for name in ("stdout", "stderr"):
        if getattr(sys, name) is None:
            setattr(sys, name, Path(os.devnull).open("w", encoding="utf-8"))  # noqa: SIM115 - while we live
        stream = getattr(sys, name)
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(encoding="utf-8", errors="backslashreplace")


def plain(text: str, width: int | None = None) -> str:
    """One line of text that a terminal can show safely, cut to `width` characters."""
    safe = _harmless(" ".join(text.split()))
    return safe if width is None or len(safe) <= width else safe[: width - 1] + "…"


def _harmless(text: str) -> str:
    return "".join("�" if unicodedata.category(sign) in ("Cc", "Cf", "Cs") else sign for sign in text)


def table(head: Sequence[str], rows: Iterable[Sequence[object]]) -> Iterable[str]:
    """Rows under a head, columns aligned; numbers to the right. Nothing where there are no rows."""
    cells = [[plain(str(cell)) for cell in row] for row in rows]
    if not cells:
        return
    widths = [max(len(row[at]) for row in [list(head), *cells]) for at in range(len(head))]
    numeric = [all(_number(row[at]) for row in cells) for at in range(len(head))]
    for row in [list(head), *cells]:
        yield "  ".join(
            cell.rjust(width) if right else cell.ljust(width)
            for cell, width, right in zip(row, widths, numeric, strict=True)
        ).rstrip()


def pair_data(pair: Pair) -> dict[str, Any]:
    """A pair as the contract writes it."""
    return {
        "id": pair.id,
        "seed": pair.seed,
        "metadata": pair.metadata,
        "instruction": pair.instruction,
        "strong": pair.strong,
        "target": pair.target,
        "strong_score": pair.comparison.strong_score,
        "target_score": pair.comparison.target_score,
        "gap": pair.comparison.gap,
        "iteration": pair.iteration,
        "status": pair.status,
        "decision": verdict(pair),
    }


def verdict(pair: Pair) -> str | None:
    """What was decided of a pair: `accept`, `reject`, `conflict`, or None."""
    if pair.conflict:
        return "conflict"
    return None if pair.decision is None else pair.decision.verdict


def _number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return text in ("", "-")
    return True
