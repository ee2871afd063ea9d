"""Served to a team: every page asks who is there first, and what a person decides is under their own name."""

from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from codeclm import embed
from codeclm.jobs import process
from codeclm.llm import keys
from codeclm.records import Seed
from codeclm.settings import Endpoint
from codeclm.store import Store
from codeclm.ui import signin
from codeclm.ui.evaluate import models
from codeclm.ui.review.outbox import foreign, write_down
from codeclm.ui.text import plain
from tests.pages.pairing import project

ROOT = Path(__file__).parent.parent.parent
PAGES = ["app.py", *sorted(f"pages/{path.name}" for path in (ROOT / "pages").glob("*.py"))]
AUTH = {
    "redirect_uri": "http://localhost/oauth2callback",
    "cookie_secret": "x" * 32,
    "client_id": "x",
    "client_secret": "x",
    "server_metadata_url": "http://127.0.0.1:1/x",
}
ANN = {
    "is_logged_in": True,
    "name": "Ann",
    "email": "Ann@Example.org",
    "email_verified": True,
    "sub": "1",
}
SILENT = {name: said for name, said in ANN.items() if name != "email_verified"}
"""As a provider tells of her that does not say whether it has verified her address."""
LISTED = {"people": ["ann@example.org"]}
FAR = "https://models.example.org/v1"


@pytest.fixture(autouse=True)
def _signing_in(monkeypatch):
    monkeypatch.setattr(signin, "find_spec", lambda name: True)
    monkeypatch.setenv("OPENAI_API_KEY", "sk-verysecret-0123456789")


def opened(page, user, team=None, **parameters):
    test = AppTest.from_file(str(ROOT / "app.py"), default_timeout=60)
    if user is not None:
        test.secrets["auth"] = AUTH
        test.user = user
    if team is not None:
        test.secrets["team"] = team
    for name, value in parameters.items():
        test.query_params[name] = value
    if page != "app.py":
        test.switch_page(page)
    return test.run()


def everything(test):
    kinds = (
        test.markdown,
        test.caption,
        test.title,
        test.button,
        test.selectbox,
        test.text_input,
        test.error,
    )
    return " ".join(str(getattr(each, "label", "")) + str(each.value) for kind in kinds for each in kind)


@pytest.mark.parametrize("page", PAGES)
def test_nobody_sees_a_page_before_signing_in(page):
    project("secret plans")
    test = opened(page, {"is_logged_in": False}, project="secret plans")
    assert not test.exception
    assert [button.label for button in test.button] == ["Sign in"]
    assert "secret" not in everything(test)
    assert not test.dataframe


def test_what_is_missing_for_signing_in_is_said(monkeypatch):
    monkeypatch.setattr(signin, "find_spec", lambda name: None)
    test = opened("app.py", {"is_logged_in": False})
    assert not test.exception
    assert not test.button
    assert "Authlib" in test.error[0].value


@pytest.mark.parametrize(
    ("user", "team", "inside"),
    [
        (ANN, None, True),
        (ANN, {"people": ["ann@example.org"]}, True),
        (ANN, {"people": ["@example.org"]}, True),
        (ANN, {"people": []}, False),
        (ANN, {"people": ["bob@example.org", "@ample.org", "example.org"]}, False),
        ({**ANN, "email_verified": "true"}, LISTED, True),
        *(({**ANN, "email_verified": said}, LISTED, False) for said in (False, "false", 0, 1, "", None)),
        (SILENT, LISTED, False),
        (SILENT, {**LISTED, "unverified": True}, True),
        (SILENT, {**LISTED, "unverified": "false"}, False),
        ({**ANN, "email_verified": False}, {**LISTED, "unverified": True}, False),
        (SILENT, None, True),
        ({**ANN, "email": ""}, {"people": [""]}, False),
        ({**ANN, "email": "ann@example.org@evil.org"}, {"people": ["@example.org"]}, False),
        ({**ANN, "email": "x@evil.org@example.org"}, {"people": ["@example.org"]}, False),
    ],
)
def test_who_comes_in(user, team, inside):
    project("plans")
    test = opened("app.py", user, team, project="plans")
    assert not test.exception
    assert ("plans" in everything(test)) is inside
    assert "Sign out" in [button.label for button in test.button]


def test_who_is_outside_for_want_of_a_verified_address_is_told():
    assert "verified" in everything(opened("app.py", SILENT, LISTED))
    assert "verified" not in everything(opened("app.py", ANN, {"people": []}))


def test_a_reviewer_is_who_is_signed_in_whatever_the_address_says():
    made = project("plans")
    test = opened("pages/6_Review.py", ANN, project=made.name, reviewer="Bob")
    assert not test.exception
    assert "reviewer" not in [box.key for box in test.selectbox]
    assert any("Ann" in each.value for each in test.markdown)


def test_what_a_browser_says_of_a_name_does_not_count():
    made = project("plans")
    with made.open() as store:
        pair = store.pairs.page(store.settings.config().id, 3.0, 4)[0].id
    said = {"seq": 1, "kind": "decide", "pair": pair, "verdict": "accept", "answer": None, "reasons": []}
    write_down(made, "one", [{**said, "reviewer": "Bob"}], "Ann", signed=True)
    with Store.open(made.path) as store:
        assert [each.reviewer for each in store.decisions.of(pair)] == ["Ann"]
    assert foreign([{**said, "reviewer": "Bob"}], "Ann")
    assert not foreign([said], "Ann")


@pytest.mark.parametrize(
    ("user", "team", "may"),
    [
        (ANN, None, False),
        (ANN, {"confirm": ["ann@example.org"]}, True),
        (SILENT, {"confirm": ["ann@example.org"]}, False),
        (None, None, True),
    ],
)
def test_who_may_let_the_servers_keys_go_to_an_address(user, team, may):
    made = project("plans")
    with made.open() as store:
        store.settings.set_endpoint("strong", Endpoint(url=FAR, model="m"))
    test = opened("pages/9_Models.py", user, team, project=made.name)
    assert test.button(key="trust_strong").disabled is not may
    if may:
        test.button(key="trust_strong").click().run()
    assert (keys.key_for("strong", FAR) is not None) is may
    if may:
        test.button(key="distrust_strong").click().run()
        assert keys.key_for("strong", FAR) is None
        assert test.button(key="trust_strong")


@pytest.mark.parametrize(
    ("user", "team", "may"),
    [(ANN, None, False), (ANN, {"confirm": ["ann@example.org"]}, True), (None, None, True)],
)
def test_a_candidates_address_gets_the_servers_key_only_of_those_who_may_say_so(monkeypatch, user, team, may):
    def typed(*_, key, **__):
        rows = [{"Model": "m", "Address": each} for each in (FAR, "builtin", "http://127.0.0.1:9/v1")]
        models.st.session_state[key] = {"added_rows": rows}

    def job(path, kind, words, environment):
        begun.append(words)
        for name, value in environment.items():
            monkeypatch.setenv(name, value)

    begun = []
    monkeypatch.setattr(models.st, "data_editor", typed)
    monkeypatch.setattr(process, "start", job)
    made = project("plans")
    with made.open() as store:
        store.seeds.add(Seed(f"Explain thing {number}.") for number in range(30))
    test = opened("pages/8_Evaluate.py", user, team, project=made.name)
    assert not test.exception
    held = [each.value for each in test.warning if "No key" in each.value]
    assert held == ([] if may else [f"No key is sent to {plain(FAR)}. {signin.ASK}"])
    test.segmented_control(key="eval_prompts").set_value("Held-out seeds").run()
    test.button(key="evaluate_start").click().run()
    assert f"--candidate=m@{FAR}" in begun[0]
    assert (keys.key_for("target", FAR, typed=[FAR]) is not None) is may


@pytest.mark.parametrize(
    ("user", "team", "may"),
    [(ANN, None, False), (ANN, {"confirm": ["ann@example.org"]}, True), (None, None, True)],
)
def test_who_may_say_which_model_the_server_loads(user, team, may):
    with project("shared").open() as store:
        store.seeds.add([Seed("Explain tides.")])
        store.settings.set(embed.EMBEDDER, "someone/evil")
    test = opened("pages/3_Map.py", user, team, project="shared")
    assert test.button(key="embedder_confirm").disabled is not may
    if may:
        test.button(key="embedder_confirm").click().run()
    assert embed.withheld("someone/evil") is not may


def test_where_nobody_has_to_sign_in_nothing_says_so():
    project("plans")
    test = AppTest.from_file(str(ROOT / "app.py"), default_timeout=60).run()
    assert not test.exception
    assert not {"Sign in", "Sign out"} & {button.label for button in test.button}
