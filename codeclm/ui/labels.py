"""Writing metadata by hand: one form, for Metadata and for Seeds where there are no seeds to read it from."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence

import streamlit as st

from codeclm.errors import UsageError
from codeclm.projects import Project
from codeclm.records import Labels, Metadata, MetadataState
from codeclm.ui.glossary import term
from codeclm.ui.guard import guarded, notify

MOST_SKILLS = 3
LONGEST = 120
_NONE = Labels("")
_THERE: dict[MetadataState, str] = {
    "active": "That row is there already.",
    "excluded": "That row is there, but left out: tick “Use” at it in the table of Metadata.",
    "proposed": "That row is there as a proposal: accept it under “Mix and match” on Metadata.",
}


def labels_of(
    use_case: str, skills: str | Sequence[str], before: Labels = _NONE, whole: Collection[str] = ()
) -> Labels:
    """Labels as a person wrote them; skills parted by commas or semicolons, but for those in `whole`.

    What they had `before` stands as it is: files bring more and longer labels than people are let write.
    UsageError: no use case, too many skills, or a label that is far too long.
    """
    written = [skills] if isinstance(skills, str) else skills
    held = {before.use_case, *before.skills}
    parts = [
        part
        for each in written
        for part in ([each] if each in held or each in whole else each.replace(";", ",").split(","))
    ]
    names = tuple(dict.fromkeys(name for part in parts if (name := " ".join(part.split()))))
    use = " ".join(use_case.split())
    if not use:
        raise UsageError("Use case: say in two to four words what the task is.")
    if len(names) > max(MOST_SKILLS, len(before.skills)):
        raise UsageError(f"Skills: at most {MOST_SKILLS}, not {len(names)}.")
    if too_long := next((name for name in (use, *names) if len(name) > LONGEST and name not in held), None):
        raise UsageError(f"Labels: at most {LONGEST} characters each, not {len(too_long)}.")
    return Labels(use, names)


def by_hand(project: Project, key: str, then: Callable[[Metadata], None] | None = None) -> None:
    """A form that adds one metadata of origin `manual`; `then`: what to do with it in the callback."""
    with (
        st.form(f"{key}_by_hand", border=False),
        st.container(horizontal=True, vertical_alignment="bottom"),
    ):
        st.text_input("Use case", key=f"{key}_new_use", placeholder="travel planning", help=term("use case"))
        st.text_input(
            "Skills",
            key=f"{key}_new_skills",
            placeholder="budget estimation, route planning",
            help=term("skills"),
        )
        st.form_submit_button("Add row", icon=":material/add:", on_click=_add, args=(project, key, then))


@guarded
def _add(project: Project, key: str, then: Callable[[Metadata], None] | None) -> None:
    labels = labels_of(st.session_state[f"{key}_new_use"], st.session_state[f"{key}_new_skills"])
    made = Metadata("manual", labels)
    with project.open() as store:
        added = store.metadata.add([made])
        there = store.metadata.get(made.id) or made
    st.session_state[f"{key}_new_use"] = st.session_state[f"{key}_new_skills"] = ""
    if then is not None and there.state == "active":
        then(made)
    notify("Row added." if added.added else _THERE[there.state])
