"""Map: what the data is about, where it is thick and where it is thin, and what to do about it."""

from codeclm.ui.map.coverage import coverage
from codeclm.ui.map.data import read
from codeclm.ui.map.draw import drawing, first_time, keep_up, progress
from codeclm.ui.map.tree import tree
from codeclm.ui.map.view import view
from codeclm.ui.page import page, parts
from codeclm.ui.summary import summary

PARTS = ("Map", "Coverage", "Use cases")

with page("Map") as project:
    facts = summary(project)
    part = parts(PARTS, "map_part")
    if drawing(project):
        progress(project)
    if part == "Coverage":
        coverage(project, facts)
    elif part == "Use cases":
        tree(project, facts)
    elif (atlas := read(project, facts.running)) is not None:
        keep_up(project, atlas)
        view(project, facts.running)
    elif not drawing(project):
        first_time(project, facts)
