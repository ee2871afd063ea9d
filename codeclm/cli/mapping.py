"""`map`: draw the map or bring it up to date, and list its points and clusters; `names`: have them named."""

from __future__ import annotations

from argparse import Namespace
from collections import Counter
from collections.abc import Sequence
from typing import Any

from codeclm import atlas
from codeclm.cli.opening import open_project, project_path
from codeclm.cli.output import Live, Result, table, warn
from codeclm.cli.running import order_of
from codeclm.errors import BudgetReached
from codeclm.jobs import map as job
from codeclm.jobs import naming
from codeclm.store.maps import KINDS, Cluster, MapKind, Point


def draw(args: Namespace) -> Result:
    """Draw, then tell what is there."""
    kinds: Sequence[MapKind] = [args.of] if args.of else KINDS
    open_project(args).close()
    with Live(quiet=args.quiet) as live:
        mapped = job.draw(
            project_path(args), kinds, anew=args.anew, model=args.embedding_model, show=live.show
        )
    with open_project(args, readonly=True) as store, store.read():
        points = store.maps.points(kinds, job.config_of(store))
        clusters = store.maps.clusters()
    sizes = Counter(point.cluster for point in points)
    shown = sorted((each for each in clusters if sizes[each.id]), key=lambda each: (-sizes[each.id], each.id))
    data: dict[str, Any] = {
        "points": _points(points) if args.points else len(points),
        "clusters": [_cluster(each, sizes) for each in shown],
        "unclustered": sizes[None],
        "placed": mapped.placed,
        "seconds": mapped.seconds,
    }
    rows = [(each.id, sizes[each.id], each.name) for each in shown]
    said = f"{len(points)} points, {mapped.placed} of them new, {sizes[None]} unclustered"
    return Result(data, [*table(("id", "size", "name"), rows), f"{said}; {mapped.seconds:.1f} s"])


def names(args: Namespace) -> Result:
    """Ask the strong model what the clusters are called, then list them."""
    open_project(args).close()
    with Live(quiet=args.quiet) as live:
        ended, named = naming.name(project_path(args), order_of(args), warn=live.warn, show=live.show)
    if ended.error is not None:
        if not isinstance(ended.error, BudgetReached):
            raise ended.error
        warn(str(ended.error))
    with open_project(args, readonly=True) as store:
        clusters = store.maps.clusters()
    data = {
        "named": named,
        "calls_sent": ended.calls_sent,
        "calls_cached": ended.calls_cached,
        "clusters": [{"id": each.id, "name": each.name, "named": each.named} for each in clusters],
    }
    rows = [(each.id, each.named, each.name) for each in clusters]
    lines = [*table(("id", "named by", "name"), rows), f"{named} named"]
    return Result(data, lines, status=ended.status)


def _cluster(cluster: Cluster, sizes: Counter[int | None]) -> dict[str, Any]:
    return {"id": cluster.id, "name": cluster.name, "size": sizes[cluster.id]}


def _points(points: Sequence[Point]) -> list[dict[str, Any]]:
    shifts = atlas.offsets([point.id for point in points]).tolist()
    return [
        {"id": point.id, "x": round(point.x + dx, 4), "y": round(point.y + dy, 4), "cluster": point.cluster}
        for point, (dx, dy) in zip(points, shifts, strict=True)
    ]
