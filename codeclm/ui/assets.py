"""The style sheets and scripts of our components: they lie beside the modules that draw with them."""

from __future__ import annotations

from pathlib import Path

_HERE = Path(__file__).parent


def asset(*names: str) -> str:
    """The text of these files of `codeclm/ui`, one after the other."""
    return "".join((_HERE / name).read_text("utf-8") for name in names)
