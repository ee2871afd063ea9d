"""Generate: set up a run and watch it, grow one instruction by hand, see how they grow, edit the prompts."""

import streamlit as st

from codeclm.ui.generate.course import course_panel
from codeclm.ui.generate.failures import failures
from codeclm.ui.generate.prompts import prompts_panel
from codeclm.ui.generate.start import start_panel
from codeclm.ui.generate.stream import stream
from codeclm.ui.generate.studio import studio
from codeclm.ui.next_step import FAILURES
from codeclm.ui.page import go, page, parts
from codeclm.ui.runpanel import going_on, run_panel
from codeclm.ui.summary import summary
from codeclm.ui.text import plural

PARTS = ("Run", "By hand", "Complexity", "Prompts", "Failures")

with page("Generate") as project:
    part = parts(PARTS, "generate")
    if part == "By hand":
        studio(project)
    elif part == "Complexity":
        course_panel(project, summary(project))
    elif part == "Prompts":
        prompts_panel(project, summary(project))
    elif part == "Failures":
        failures(project)
    else:
        if failed := summary(project).funnel.failures:
            go("Generate", f"See {plural(failed, 'failure')}", **FAILURES)
        if going_on(project):
            st.caption("The run goes on when you close this page, and what is finished is kept at once.")
            run_panel(project)
        else:
            start_panel(project)
        stream(project)
