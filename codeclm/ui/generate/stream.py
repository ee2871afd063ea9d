"""The newest instructions, as they come in: how far each is, and what changed since its parent."""

from __future__ import annotations

from typing import Any

import streamlit as st

from codeclm.jobs.lock import RUN
from codeclm.projects import Project
from codeclm.records import Instruction
from codeclm.settings import Dials
from codeclm.store import Store
from codeclm.ui.assets import asset
from codeclm.ui.generate.quote import estimating
from codeclm.ui.guard import fragment
from codeclm.ui.runpanel import going_on, last_run
from codeclm.ui.started import held
from codeclm.ui.summary import config_id
from codeclm.ui.text import gap, score
from codeclm.ui.worddiff import changed, diff

SHOWN = 20
_STREAM = st.components.v2.component(
    "codeclm_stream",
    html='<ol class="stream" aria-label="Newest instructions"></ol>',
    css=asset("pieces.css", "generate/stream.css"),
    js=asset("code.js", "pieces.js", "generate/stream.js"),
)


def stream(project: Project) -> None:
    """Draw them; while a run or a pilot goes on they are looked for every few seconds, and nothing else is
    redrawn."""
    (_live if going_on(project) or estimating(project) else _still)(project)


@fragment
def _still(project: Project) -> None:
    _draw(project)


@fragment(run_every=3)
def _live(project: Project) -> None:
    _draw(project)


def _draw(project: Project) -> None:
    pilot = _pilot(project)
    with project.open(readonly=True) as store, store.read():
        shown = config = config_id(store.settings.config())
        dials = store.settings.dials()
        if pilot:
            config, dials = pilot["config"], dials.model_copy(update=pilot["dials"])
        items = [_item(store, node, config, dials) for node in store.lineages.newest(config, SHOWN)]
    if items:
        st.subheader("Newest instructions" + (" of the pilot" if config != shown else ""), anchor=False)
        _STREAM(key="gen_stream", data={"items": items})


def _pilot(project: Project) -> dict[str, Any] | None:
    """The command of the pilot that is running, whose results may be none that pages show; None: none is."""
    job = last_run(project) if held(project, RUN) else None
    return job.command if job is not None and job.state == "running" and job.command.get("pilot") else None


def _item(store: Store, node: Instruction, config: str, dials: Dials) -> dict[str, Any]:
    parent = store.lineages.get(node.parent) if node.parent else None
    metadata = store.metadata.get(node.metadata)
    found = store.lineages.comparison(node.id, config)
    parts = diff(parent.text if parent else node.text, node.text)
    item = {
        "id": node.id,
        "iteration": f"iteration {node.iteration}",
        "use_case": metadata.labels.use_case if metadata else "",
        "action": node.action or "",
        "pieces": parts,
        "changed": f"{100 * changed(parts):.0f} % changed" if parent else "",
        "state": "not scored yet",
        "colour": "",
    }
    if found is not None:
        pair = store.pairs.get(found.id, dials.theta, dials.iterations, config)
        status = pair.status if pair and abs(found.gap) > dials.theta else "not over θ"
        scores = f"strong {score(found.strong_score)}, target {score(found.target_score)}"
        item["state"] = f"{status}: gap {gap(found.gap)} ({scores})"
        item["colour"] = "green" if status == "kept" else ""
    return item
