"""The prompts of a project: each template edited beside the exact messages that it makes of a real record."""

from __future__ import annotations

from typing import cast

import streamlit as st

from codeclm.jobs.order import TEMPLATES, config_for
from codeclm.llm.model import Request
from codeclm.projects import Project
from codeclm.records import Instruction, Labels, Metadata, Seed
from codeclm.settings import Config, Dials, Profile
from codeclm.stages import requests
from codeclm.stages.profiles import VALUES, make_config, profile_of
from codeclm.store import MetadataFilter, Store
from codeclm.ui.glossary import PROMPTS, term
from codeclm.ui.guard import guard, guarded, notify
from codeclm.ui.summary import Summary
from codeclm.ui.text import body, plain, plural

INVENTED = Instruction("", "", "Plan a weekend trip for a family of four.")
ACTION = "Add a limit on what it may cost."
PROFILES = ("auto", "standard", "small")


def prompts_panel(project: Project, facts: Summary) -> None:
    """Profile, template, preview."""
    with project.open(readonly=True) as store:
        endpoints, dials = store.settings.endpoints(), store.settings.dials()
        with guard(stop=False):
            config_for(store, endpoints, dials)
        edited = store.settings.get(TEMPLATES, {})
    profile = profile_of(endpoints["strong"], dials)
    plain_config = make_config(endpoints, dials)
    mine: dict[str, str] = edited.get(profile, {})
    with st.container(horizontal=True, vertical_alignment="bottom"):
        st.segmented_control(
            "Profile",
            PROFILES,
            default=dials.profile,
            required=True,
            key="prompts_profile",
            on_change=_profile,
            args=(project,),
            help=f"{term('profile')} Automatic takes “small” where the strong model is the built-in one.",
        )
        label = st.selectbox("Prompt", list(PROMPTS.values()), key="prompt", bind="query-params", width=340)
    name = next((key for key, shown in PROMPTS.items() if shown == label), "encode")
    st.caption(
        f"The profile in force is “{profile}”. Prompts are part of the config: a run with other prompts "
        "begins another set of results beside those that are there."
    )
    left, right = st.columns(2)
    with left:
        text = _editor(project, name, profile, mine.get(name), plain_config.templates[name])
    with right:
        _preview(project, name, text, plain_config)


def _editor(project: Project, name: str, profile: Profile, mine: str | None, default: str) -> str:
    text = default if mine is None else mine
    needed, allowed = VALUES[name]
    values = " ".join(f"{{{value}}}" for value in sorted(needed))
    more = " ".join(f"{{{value}}}" for value in sorted(allowed))
    key = f"prompt_text_{project.name}_{profile}_{name}"
    _begin(key, text)
    found = st.text_area(
        "Template",
        height=620,
        key=key,
        persist_state="session",
        help="A line “=== system”, “=== user” or “=== assistant” opens a turn.",
    )
    st.caption(f"It must hold {values}" + (f" and may hold {more}." if more else "."))
    with st.container(horizontal=True, vertical_alignment="center"):
        st.button(
            "Save",
            icon=":material/save:",
            type="primary",
            disabled=found == text,
            on_click=_save,
            args=(project, name, profile, key),
            key="prompt_save",
        )
        st.button(
            "Reset to the default",
            icon=":material/restart_alt:",
            disabled=mine is None,
            on_click=_reset,
            args=(project, name, profile, key, default),
            key="prompt_reset",
        )
        if mine is not None:
            st.badge("edited in this project", color="orange")
        elif _struck(key) in st.session_state:
            st.button(
                "Undo the reset",
                icon=":material/undo:",
                on_click=_put_back,
                args=(project, name, profile, key),
                key="prompt_put_back",
            )
    return found


def _begin(key: str, text: str) -> None:
    """The field begins with the project's text, and follows it where nobody typed: others edit it, too."""
    state, began = st.session_state, f"prompt_began_{key}"
    if state.get(began) != text and state.get(key) == state.get(began):
        state[key] = text
    state[began] = text


def _preview(project: Project, name: str, text: str, plain_config: Config) -> None:
    st.markdown("**What is sent, of a real record**")
    number = st.number_input("Record", 1, 100_000, 1, key="prompt_record", width=140)
    with guard(stop=False):
        with project.open(readonly=True) as store:
            endpoints, dials = store.settings.endpoints(), store.settings.dials()
            config = make_config(endpoints, dials, {name: text})
            asked, what = example(store, config, name, int(number) - 1)
        st.caption(f"{plain(what, 200)} · {plural(len(asked.messages), 'message')}")
        with st.container(border=True, gap="xsmall"):
            for message in asked.messages:
                st.badge(message.role, color="gray")
                body(message.content)


def example(store: Store, config: Config, name: str, number: int) -> tuple[Request, str]:
    """The exact request of a stage for the project's record of this number, and what record that is."""
    if name == "encode":
        seeds = store.seeds.page(offset=number, limit=1) or store.seeds.page(limit=1)
        seed = seeds[0] if seeds else Seed(INVENTED.text)
        return requests.encoding(config, seed), f"seed: {seed.text}" if seeds else "an invented seed"
    if name in ("decode", "rubrics"):
        active = store.metadata.page(MetadataFilter(state="active"), number, 1)
        rows = active or store.metadata.page(limit=1)
        row = rows[0] if rows else Metadata("manual", Labels("travel planning", ("budget estimation",)))
        ask = requests.decoding if name == "decode" else requests.rubric_set
        return ask(config, row), f"metadata: {row.labels.use_case}" if rows else "invented metadata"
    return _of_pair(store, config, name, number)


def _of_pair(store: Store, config: Config, name: str, number: int) -> tuple[Request, str]:
    current = store.settings.config()
    dials: Dials = store.settings.dials()
    shown = current.id if current else None
    pairs = store.pairs.page(shown, dials.theta, dials.iterations, offset=number, limit=1)
    pairs = pairs or store.pairs.page(shown, dials.theta, dials.iterations, limit=1)
    if pairs:
        pair = pairs[0]
        node = store.lineages.get(pair.instruction_id) or INVENTED
        strong, target, what = pair.strong, pair.target, f"instruction: {pair.instruction}"
        row = store.metadata.get(pair.metadata)
        rubrics = store.lineages.rubrics(row.revision, shown) if row and shown else None
        action = rubrics.actions[0] if rubrics else ACTION
    else:
        node, action, what = INVENTED, ACTION, "an invented instruction"
        strong, target = "A plan with prices.", "A short plan."
    if name == "improve":
        return requests.improvement(config, node, action), what
    if name == "judge":
        return requests.judging(config, node, strong, target, 0), what
    return requests.answering(config, node, "strong" if name == "answer_strong" else "target"), what


@guarded
def _profile(project: Project) -> None:
    chosen = cast(str, st.session_state["prompts_profile"])
    with project.open() as store, store.write():
        store.settings.set_dials(Dials.read({**store.settings.dials().model_dump(), "profile": chosen}))
    notify(f"The profile is {chosen} from the next run on.")


@guarded
def _save(project: Project, name: str, profile: Profile, key: str) -> None:
    with project.open() as store, store.write():
        _keep(store, name, profile, cast(str, st.session_state[key]))
        # said at once where the template cannot be used; the transaction is then undone
        config_for(store, store.settings.endpoints(), store.settings.dials())
    notify("Saved: the next run uses it.")


@guarded
def _reset(project: Project, name: str, profile: Profile, key: str, default: str) -> None:
    with project.open() as store:
        former = _keep(store, name, profile, None)
    st.session_state[_struck(key)] = former, st.session_state[key]
    # given and not dropped: a field whose state is dropped goes on showing what was typed
    st.session_state[key] = default
    notify("The default is back.")


@guarded
def _put_back(project: Project, name: str, profile: Profile, key: str) -> None:
    former, typed = st.session_state.pop(_struck(key))
    with project.open() as store:
        _keep(store, name, profile, former)
    st.session_state[key] = typed
    notify("The template is as it was before.")


def _struck(key: str) -> str:
    """The key under which the template that a reset took away waits, and what its field held."""
    return f"{key}_struck"


def _keep(store: Store, name: str, profile: Profile, text: str | None) -> str | None:
    """Write a template of the project's own, or with None drop it; the one before."""
    with store.write():
        edited = store.settings.get(TEMPLATES, {})
        mine = dict(edited.get(profile, {}))
        former: str | None = mine.pop(name, None)
        own = mine if text is None else {**mine, name: text}
        store.settings.set(TEMPLATES, {**edited, profile: own})
    return former
