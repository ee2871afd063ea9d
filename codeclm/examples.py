"""The example project: the authored files under data/examples/, built into a project like any other.

Knows the layout of those files (data/examples/README.md describes it) and the store; asks no model.
"""

from __future__ import annotations

from pathlib import Path

from codeclm import projects
from codeclm.errors import InputError
from codeclm.projects import Project

FILES = Path(__file__).parent.parent / "data" / "examples"
NAME = "example"


def available() -> bool:
    """Whether the files are there."""
    return False


def build(name: str = NAME) -> Project:
    """The example as a new project of this name. InputError: a file of it is missing or damaged."""
    raise InputError(f"{FILES}: no example here")
