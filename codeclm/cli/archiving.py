"""`archive` and `restore`: a whole project as readable files, and back."""

from __future__ import annotations

from argparse import Namespace

from codeclm.cli.opening import open_project, project_path, unlisted
from codeclm.cli.output import Result
from codeclm.jobs import archiving


def archive(args: Namespace) -> Result:
    """Write the whole project into a folder."""
    with open_project(args) as store:
        counts = archiving.write(store, args.out, calls=not args.no_calls)
    lines = [f"{sum(counts.values())} rows of {len(counts)} tables written to {args.out}"]
    return Result({"path": str(args.out), "rows": counts}, lines)


def restore(args: Namespace) -> Result:
    """Make the project of a folder that `archive` wrote."""
    path = project_path(args, create=True)
    counts = archiving.restore(args.folder, path)
    said = f"{sum(counts.values())} rows restored to {path.resolve()}{unlisted(path)}"
    return Result({"path": str(path), "rows": counts}, [said])
