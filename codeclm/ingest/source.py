"""The bytes of an upload or a file, and the text in them: size, encoding, first look.

Knows encodings and tell-tale first bytes; knows nothing of rows and columns.
"""

from __future__ import annotations

import codecs
import io
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from codeclm.errors import InputError

MAX_BYTES = 512 * 2**20
HEAD = 65536
CHUNK = 2**20
PARQUET = b"PAR1"

_BOMS = (
    (codecs.BOM_UTF32_LE, ""),
    (codecs.BOM_UTF32_BE, ""),
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_MAGIC = (
    (b"PK\x03\x04", "a zip archive or an Excel workbook; save the sheet as CSV, or unpack it"),
    (b"\x1f\x8b", "compressed with gzip; unpack it first"),
    (b"\x28\xb5\x2f\xfd", "compressed with zstd; unpack it first"),
    (b"BZh", "compressed with bzip2; unpack it first"),
    (b"\xfd7zXZ", "compressed with xz; unpack it first"),
    (b"SQLite format 3\0", "a SQLite database, not a file of rows; export its table as CSV"),
    (b"ARROW1", "an Arrow file; save it as Parquet"),
    (b"\xd0\xcf\x11\xe0", "an old Office document; save the sheet as CSV"),
    (b"%PDF", "a PDF; save the text as TXT, one instruction a line"),
)
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0e-\x1f\x7f]")


def shown(text: str, width: int = 60) -> str:
    """A foreign text made fit for a line of a message: one line, printable, cut short."""
    line = "".join(sign if sign.isprintable() else " " for sign in text[: width + 1])
    return line if len(line) <= width else line[: width - 1] + "…"


@dataclass(frozen=True, slots=True)
class Source:
    """A readable file or upload with its encoding. `skip` is the length of its byte order mark."""

    name: str
    origin: Path | bytes
    head: bytes
    encoding: str = "utf-8"
    skip: int = 0

    @property
    def suffix(self) -> str:
        """The ending of the name, in small letters, without the dot."""
        return Path(self.name).suffix.lower().removeprefix(".")

    @contextmanager
    def bytes(self) -> Iterator[BinaryIO]:
        """The whole content, from the start."""
        stream = io.BytesIO(self.origin) if isinstance(self.origin, bytes) else self.origin.open("rb")
        with stream as opened:
            yield opened

    @contextmanager
    def text(self, newline: str | None = None) -> Iterator[io.TextIOWrapper]:
        """The content as text; `newline` as for `open`."""
        with self.bytes() as stream:
            stream.seek(self.skip)
            yield io.TextIOWrapper(stream, encoding=self.encoding, newline=newline)

    def fault(self, what: str) -> InputError:
        """An InputError about this file."""
        return InputError(f"{shown(self.name)}: {what}")


def open_source(source: str | Path | bytes, name: str = "") -> Source:
    """Look at a file or upload. InputError: not there, not a file, empty, too large, unreadable."""
    if isinstance(source, bytes):
        return _sized(Source(name or "upload", source, source[:HEAD]), len(source))
    path = Path(source)
    label = name or path.name or str(path)
    try:
        if not path.is_file():
            raise InputError(f"{shown(str(path), 200)}: {_why_none(path)}")
        with path.open("rb") as stream:
            head = stream.read(HEAD)
        return _sized(Source(label, path, head), path.stat().st_size)
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise InputError(f"{shown(str(path), 200)}: cannot be read: {reason}") from None


def _why_none(path: Path) -> str:
    if path.is_dir():
        return "is a folder; give a file"
    if path.exists():
        return "is a device or pipe, which cannot be read twice; save it as a file"
    return "no such file; check the path"


def _sized(source: Source, size: int) -> Source:
    if not size:
        raise source.fault("the file is empty; choose one with rows")
    if size > MAX_BYTES:
        raise source.fault(
            f"{size / 2**20:,.0f} MB; at most {MAX_BYTES // 2**20} MB: split it and import the parts"
        )
    return source


def as_text(source: Source) -> Source:
    """The source with its encoding found and every byte checked.

    InputError: known to be something else, binary, or not UTF-8 (UTF-16 needs its byte order mark).
    """
    for magic, what in _MAGIC:
        if source.head.startswith(magic):
            raise source.fault(f"the file is {what}")
    encoding, skip = "utf-8", 0
    for mark, known in _BOMS:
        if source.head.startswith(mark):
            encoding, skip = known, len(mark)
            break
    if not encoding:
        raise source.fault("the encoding is UTF-32; save it as UTF-8")
    found = Source(source.name, source.origin, source.head, encoding, skip)
    _refuse_binary(found)
    _decode_all(found)
    return found


def _refuse_binary(source: Source) -> None:
    head = source.head[source.skip :]
    if not source.skip and head[1::2].count(0) + head[::2].count(0) > 0.3 * len(head):
        one_sided = min(head[1::2].count(0), head[::2].count(0)) <= 0.05 * len(head)
        if one_sided and len(head) > 1:
            raise source.fault("looks like UTF-16 without a byte order mark; save it as UTF-8")
    text = head.decode(source.encoding, "replace")
    strange = len(_CONTROL.findall(text)) + text.count("\ufffd") * (not source.skip)
    if strange > 0.3 * len(text) and _CONTROL.search(text):
        raise source.fault("the file is binary; give JSONL, JSON, CSV, TSV, Parquet or plain text")


def _decode_all(source: Source) -> None:
    decoder = codecs.getincrementaldecoder(source.encoding)()
    position, line = source.skip, 1
    with source.bytes() as stream:
        stream.seek(source.skip)
        while True:
            chunk = stream.read(CHUNK)
            try:
                text = decoder.decode(chunk, final=not chunk)
            except UnicodeDecodeError as error:
                start = position - (len(error.object) - len(chunk)) + error.start
                line += error.object[: error.start].decode(source.encoding, "replace").count("\n")
                raise _wrong_encoding(source, error, start, line) from None
            if not chunk:
                return
            position += len(chunk)
            line += text.count("\n")


def _wrong_encoding(source: Source, error: UnicodeDecodeError, start: int, line: int) -> InputError:
    byte = error.object[error.start]
    name = source.encoding.upper().removesuffix("-LE").removesuffix("-BE")
    return source.fault(f"not {name}: byte 0x{byte:02X} at offset {start:,}, line {line:,}; save it as UTF-8")
