"""Models: what the test asks, and what a fault tells to do."""

from pathlib import Path

from streamlit.testing.v1 import AppTest

from codeclm import projects
from codeclm.llm.probe import Report
from codeclm.settings import Endpoint, Prices
from codeclm.testing import ScriptedEndpoint
from codeclm.ui.models.panels import told

ROOT = Path(__file__).parent.parent.parent


def models_page():
    with projects.create("mine").open() as store:
        store.settings.set_endpoint("strong", Endpoint(url="http://127.0.0.1:1/v1", model="big"))
    test = AppTest.from_file(str(ROOT / "app.py"), default_timeout=60)
    test.query_params["project"] = "mine"
    test.switch_page("pages/9_Models.py").run()
    assert not test.exception
    return test


def test_where_nothing_answers_it_says_what_to_check():
    test = models_page()
    test.button(key="test_button_strong").click().run()
    said = "\n".join(each.value for each in test.markdown)
    assert "It does not answer" in said
    assert "Check the address, and whether the server runs." in said


def test_a_fault_stands_under_its_field_as_a_sentence():
    test = models_page()
    next(each for each in test.text_input if each.label == "Address").set_value("ftp://x")
    next(each for each in test.button if each.label == "Save").click().run()
    assert any("Give an address such as" in each.value for each in test.markdown)


def field(test, label):
    return next(each for each in test.text_input if each.label == label)


def test_a_model_that_the_server_offers_is_taken_into_the_form_and_all_of_it_by_another_part():
    with ScriptedEndpoint(models=["small", "large"]) as server:
        test = models_page()
        field(test, "Address").set_value(server.url)
        field(test, "Model").set_value("unknown")
        press(test, "Save")
        test.button(key="test_button_strong").click().run()
        assert "No such model there" in "\n".join(each.value for each in test.markdown)
        offered = test.selectbox(key="offered_strong")
        assert offered.options == ["large", "small"]
        offered.set_value("small").run()
        assert field(test, "Model").value == "small"
        press(test, "Save")
        test.segmented_control(key="role").set_value("Target").run()
        next(each for each in test.pills if each.label == "Fill in for").set_value("As strong").run()
        assert (field(test, "Address").value, field(test, "Model").value) == (server.url, "small")


def press(test, label):
    next(each for each in test.button if each.label == label).click().run()
    assert not test.exception


def test_a_judge_that_was_let_go_is_taken_back_whole():
    test, mine = models_page(), projects.find("mine")
    judge = Endpoint(url="http://127.0.0.1:2/v1", model="fair", prices=Prices(prompt=1, completion=2))
    with mine.open() as store:
        store.settings.set_endpoint("judge", judge)
    test.segmented_control(key="role").set_value("Judge").run()
    test.button(key="judge_none").click().run()
    with mine.open(readonly=True) as store:
        assert store.settings.endpoints()["judge"].model == "big"
    press(test, "Undo: fair judges")
    with mine.open(readonly=True) as store:
        assert store.settings.endpoints()["judge"] == judge
    assert field(test, "Model").value == "fair"


def test_a_server_that_knows_no_such_path_is_no_good_news_and_v1_is_offered():
    bare, whole = (Endpoint(url=f"http://127.0.0.1:9{end}", model="m") for end in ("", "/v1"))
    report = Report(reachable=True, problem="there is no such model or address (404)")
    ((good, line),) = told(report, bare)
    assert not good
    assert line.endswith("9/v1.")
    ((good, line),) = told(report, whole)
    assert not good
    assert "Most addresses" not in line


def kept():
    with projects.find("mine").open(readonly=True) as store:
        return store.settings.endpoints()


def test_what_somebody_else_saved_meanwhile_is_shown_before_anything_is_saved_over_it():
    test = models_page()
    other = Endpoint(url="http://127.0.0.1:2/v1", model="bigger")
    with projects.find("mine").open() as store:
        store.settings.set_endpoint("strong", other)
    timeout = next(each for each in test.number_input if each.label == "Time-out (seconds)")
    timeout.set_value(60.0)
    press(test, "Save")
    assert "changed elsewhere meanwhile" in " ".join(each.value for each in test.error)
    assert kept()["strong"] == other
    assert (field(test, "Address").value, field(test, "Model").value) == (other.url, "bigger")
    press(test, "Save")
    assert kept()["strong"] == other.model_copy(update={"timeout": 60.0})


def test_a_judge_saved_as_the_strong_model_goes_on_being_whichever_that_is():
    test = models_page()
    test.segmented_control(key="role").set_value("Judge").run()
    press(test, "Save")
    assert "The strong model judges, whichever is set" in test.toast[0].value
    with projects.find("mine").open() as store:
        store.settings.set_endpoint("strong", Endpoint(url="http://127.0.0.1:1/v1", model="bigger"))
    assert kept()["judge"].model == "bigger"
    test.run()
    field(test, "Model").set_value("a judge")
    press(test, "Save")
    assert kept()["judge"].model == "a judge"


def test_what_is_half_written_outlives_a_look_at_another_role_and_page_and_is_let_go_at_a_press():
    test = models_page()
    assert not saying(test, "Not saved yet")
    field(test, "Model").set_value("half")
    next(each for each in test.selectbox if each.label == "Temperature").set_value("never sent").run()
    assert saying(test, "Not saved yet")
    for role in ("Target", "Strong"):
        test.segmented_control(key="role").set_value(role).run()
    test.switch_page("pages/8_Evaluate.py").run()
    with projects.find("mine").open() as store:
        store.settings.set_endpoint("strong", Endpoint(url="http://127.0.0.1:2/v1", model="another"))
    test.switch_page("pages/9_Models.py").run()
    assert (field(test, "Model").value, field(test, "Address").value) == ("half", "http://127.0.0.1:1/v1")
    assert next(each for each in test.selectbox if each.label == "Temperature").value == "never sent"
    press(test, "Save")
    assert "changed elsewhere meanwhile" in " ".join(each.value for each in test.error)
    assert (field(test, "Model").value, field(test, "Address").value) == ("half", "http://127.0.0.1:2/v1")
    press(test, "As it is saved")
    assert field(test, "Model").value == "another"
    assert not saying(test, "Not saved yet")


def saying(test, words):
    return any(words in each.value for each in test.caption)
