"""Generate by hand, its course of complexity and its prompts."""

import pytest

from codeclm import projects
from codeclm.jobs.order import config_for
from codeclm.jobs.step import rubric_set
from codeclm.records import Instruction, Labels, Metadata, Seed
from codeclm.settings import Dials, Endpoint
from codeclm.stages.profiles import make_config
from codeclm.store import MetadataFilter
from codeclm.ui import started
from tests.pages import pairing
from tests.pages.visits import opened, pressable, texts

FRESH = {"strong": Endpoint(), "target": Endpoint()}


def test_the_studio_shows_the_tree_and_what_changed(mine):
    test = opened("4_Generate", project="mine", generate="By hand", studio_search="case 0")
    tree = test.radio(key="studio_node")
    assert "Explain thing" in tree.options[0]
    assert test.button(key="studio_improve").label == "Improve"
    tree.set_value(tree.options[-1]).run()
    assert not test.exception


def test_the_studio_says_that_a_pair_kept_with_other_models_begins_a_second_set(mine):
    test = opened("4_Generate", project="mine", generate="By hand", studio_search="case 0")
    assert "another set of results" in " ".join(each.value for each in test.warning)
    with mine.open() as store:
        store.settings.use_config(config_for(store, store.settings.endpoints(), store.settings.dials()))
    test.run()
    assert not test.warning


def test_a_metadata_written_in_the_studio_lies_on_the_bench(mine):
    test = opened("4_Generate", project="mine", generate="By hand", studio_search="case 0")
    test.text_input(key="studio_new_use").set_value("tax advice")
    test.text_input(key="studio_new_skills").set_value("arithmetic")
    pressable(test, "Add row").click().run()
    assert on_the_bench(test).startswith("tax advice · arithmetic")
    assert any(each.label == "Write a basic instruction" for each in test.button)


def test_what_lies_on_the_bench_stays_while_a_run_reads_seeds(mine):
    with mine.open() as store:
        store.metadata.add([Metadata("manual", Labels("tax advice"))])
    test = opened("4_Generate", project="mine", generate="By hand")
    box = test.selectbox(key="studio_of")
    box.set_value(box.options[-1]).run()
    seeds = [Seed(f"Another {number}") for number in range(80)]
    with mine.open() as store:
        store.seeds.add(seeds)
        store.metadata.add([Metadata("encoded", Labels("reading"), seed=seed.id) for seed in seeds])
    assert on_the_bench(test.run()).startswith("tax advice")
    test.text_input(key="studio_search").set_value("case 1").run()
    assert on_the_bench(test).startswith("case 1")
    with mine.open() as store:
        store.metadata.set_state([test.selectbox(key="studio_of").value], "excluded")
    assert on_the_bench(test.run()).startswith("case 1")


def test_rubrics_written_anew_leave_the_chosen_instruction(mine, monkeypatch):
    monkeypatch.setattr(started.process, "start", lambda *words: None)
    monkeypatch.setattr(started.process, "last_words", lambda *words: "it has ended")
    test = opened("4_Generate", project="mine", generate="By hand")
    first = first_of_two(test, mine)
    test.session_state["studio_rubrics_open"] = True
    test.run().button(key="studio_anew").click().run()
    assert test.run().radio(key="studio_node").value == first


def test_a_step_for_another_metadata_leaves_what_is_chosen_on_the_bench(mine, monkeypatch):
    said = [""]
    monkeypatch.setattr(started.process, "start", lambda *words: None)
    monkeypatch.setattr(started.process, "last_words", lambda *words: said[0])
    test = opened("4_Generate", project="mine", generate="By hand")
    test.button(key="studio_basic").click().run()
    first = first_of_two(test, mine)
    said[0] = "it has ended"
    assert test.run().radio(key="studio_node").value == first


def test_of_very_many_lineages_a_page_is_shown_and_always_what_is_chosen(mine, monkeypatch):
    monkeypatch.setattr(started.process, "start", lambda *words: None)
    monkeypatch.setattr(started.process, "last_words", lambda *words: "")
    row = Metadata("manual", Labels("tax advice"))
    nodes = [Instruction(row.id, row.revision, f"Explain {n}", sample=n) for n in range(91)]
    with mine.open() as store:
        store.metadata.add([row])
        for node in nodes[:-1]:
            store.lineages.add_instruction(node, pairing.CONFIG.id)
    test = opened("4_Generate", project="mine", generate="By hand", studio_search="tax")
    assert [test.radio(key="studio_node").options[at] for at in (0, -1)] == ["Explain 0", "Explain 39"]
    assert "Lineages 1–40 of 90" in texts(test)
    test.button(key="studio_basic").click().run()
    with mine.open() as store:
        store.studio.draft(
            nodes[-1], config_for(store, store.settings.endpoints(), store.settings.dials()).id
        )
    monkeypatch.setattr(started.process, "last_words", lambda *words: "it has ended")
    assert test.run().radio(key="studio_node").value == nodes[-1].id
    assert "Lineages 81–91 of 91" in texts(test)
    test.session_state["studio_from"] = nodes[40].sample  # as a press on the second page does
    assert test.run().radio(key="studio_node").value == nodes[40].id


def first_of_two(test, mine):
    """Put metadata with two instructions on the bench; the one chosen, the first."""
    with mine.open(readonly=True) as store:
        trees = {row.id: store.studio.tree(row.id, pairing.CONFIG.id) for row in store.metadata.page()}
    row, tree = next((row, tree) for row, tree in trees.items() if len(tree) > 1)
    test.selectbox(key="studio_of").set_value(row).run()
    assert test.radio(key="studio_node").value == tree[0].instruction.id
    return tree[0].instruction.id


def test_an_action_chosen_for_one_metadata_is_none_of_another(mine):
    with mine.open() as store:
        config, asked = (
            config_for(store, store.settings.endpoints(), store.settings.dials()),
            "Ask for a table",
        )
        for row in store.metadata.page():
            pairs = [("It names a form.", f"{asked} about {row.labels.use_case}")]
            store.lineages.add_rubrics(rubric_set([], row.revision, config.id, pairs))
    test = opened("4_Generate", project="mine", generate="By hand")

    def action():
        return next(each for each in test.selectbox if each.label == "Action")

    action().select_index(1).run()
    assert asked in action().value
    box = test.selectbox(key="studio_of")
    box.select_index(len(box.options) - 1).run()
    assert asked not in action().value


def test_an_older_set_of_rubrics_is_looked_at_and_taken_again(mine):
    with mine.open() as store:
        config = config_for(store, store.settings.endpoints(), store.settings.dials())
        row, known = store.metadata.page(MetadataFilter(search="case 0"))[0], []
        for name in ("old", "new"):
            made = rubric_set(known, row.revision, config.id, [(f"The {name} one.", f"Do the {name} one")])
            store.lineages.add_rubrics(made)
            known = [made, *known]
    test = opened("4_Generate", project="mine", generate="By hand", studio_search="case 0")
    test.session_state["studio_rubrics_open"] = True
    test.run().selectbox(key=f"studio_older_{row.revision}").select_index(0).run()
    assert "Do the old one" in texts(test)
    test.button(key="studio_rubrics_take").click().run()
    with mine.open(readonly=True) as store:
        sets = store.lineages.rubric_sets(row.revision, config.id)
    assert [each.actions[0] for each in sets] == ["Do the old one", "Do the new one", "Do the old one"]


def on_the_bench(test):
    box = test.selectbox(key="studio_of")
    return box.format_func(box.value)


@pytest.mark.parametrize("part", ["By hand", "Complexity"])
def test_an_empty_project_says_where_to_begin(part):
    projects.create("empty")
    test = opened("4_Generate", project="empty", generate=part)
    assert any(link.proto.label.startswith("Add seeds") for link in test.get("page_link"))


def test_the_course_and_the_prompts_draw(mine):
    opened("4_Generate", project="mine", generate="Complexity")
    for prompt in (
        "Encode: read metadata in a seed",
        "Improve: carry an action out",
        "Judge: score two answers",
    ):
        opened("4_Generate", project="mine", generate="Prompts", prompt=prompt)


def test_a_prompt_is_saved_refused_and_reset(mine):
    test = opened("4_Generate", project="mine", generate="Prompts")
    area = next(each for each in test.text_area if each.label == "Template")
    area.set_value("=== user\nLabel this: {instruction}").run()
    test.button(key="prompt_save").click().run()
    with mine.open(readonly=True) as store:
        assert store.settings.get("templates")["small"] == {"encode": "=== user\nLabel this: {instruction}"}
    next(each for each in test.text_area if each.label == "Template").set_value("=== user\nnothing").run()
    test.button(key="prompt_save").click().run()
    assert any("instruction" in each.value for each in test.error)
    with mine.open(readonly=True) as store:
        assert "nothing" not in store.settings.get("templates")["small"]["encode"]
    test.button(key="prompt_reset").click().run()
    with mine.open(readonly=True) as store:
        assert store.settings.get("templates")["small"] == {}
    area = next(each for each in test.text_area if each.label == "Template")
    assert area.value == make_config(FRESH, Dials()).templates["encode"]
    assert area.proto.set_value, "the browser is told, or it goes on showing what was typed"
    test.button(key="prompt_put_back").click().run()
    with mine.open(readonly=True) as store:
        kept = store.settings.get("templates")["small"]
    assert kept == {"encode": "=== user\nLabel this: {instruction}"}
    area = next(each for each in test.text_area if each.label == "Template")
    assert area.value == "=== user\nnothing", "as it was half written"
    assert not [each for each in test.button if each.key == "prompt_put_back"]
