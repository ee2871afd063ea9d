"""Putting a tag on seeds that were chosen: from the table of Seeds, or on the map."""

from __future__ import annotations

from codeclm.ingest.tags import tag_of
from codeclm.projects import Project
from codeclm.ui.guard import notify
from codeclm.ui.text import plural


def put_tag(project: Project, seeds: list[str], said: str) -> bool:
    """Tag them and tell; False, and told as well: what was said is no tag."""
    tag = tag_of(said)
    if not tag:
        notify("Write the tag first.", bad=True)
        return False
    with project.open() as store:
        store.seeds.tag(seeds, tag)
    notify(f"{plural(len(seeds), 'seed')} tagged {tag}.")
    return True
