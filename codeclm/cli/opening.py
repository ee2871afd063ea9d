"""Which project a command means, and opening it."""

from __future__ import annotations

import os
from argparse import Namespace
from pathlib import Path

DEFAULT = "default.db"


def project_path(args: Namespace) -> Path:
    """--project, else $CODECLM_PROJECT, else default.db among the user's projects."""
    given = args.project or os.environ.get("CODECLM_PROJECT")
    if given:
        return Path(given).expanduser()
    from codeclm.projects import folder

    return folder() / DEFAULT
