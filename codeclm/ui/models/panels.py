"""What Models shows beside the form: parts, keys, the test, the built-in model, how to connect."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from urllib.parse import urlsplit

import streamlit as st

from codeclm import builtin
from codeclm.errors import UsageError
from codeclm.llm import keys, probe
from codeclm.projects import Project
from codeclm.records import ROLES, Role
from codeclm.settings import BUILTIN_MODEL, Endpoint
from codeclm.ui import signin
from codeclm.ui.glossary import term
from codeclm.ui.guard import fragment, guarded, notify
from codeclm.ui.models.endpoint import forget, take_model
from codeclm.ui.text import ROLE_COLOURS, duration, number, one_line, plain, plural

_TAKEN = "offered_taken"
_FORMER = "judge_former"
"""The judge that was let go last, as JSON, so that it can be taken back."""

SCHEMAS = {
    "json_schema": "structured replies by JSON schema",
    "json_object": "JSON replies without a schema",
    "text": "plain text only; replies are parsed tolerantly",
}


def parts(endpoints: Mapping[Role, Endpoint]) -> None:
    """Three cards, one for each role."""
    with st.grid(3, min_column_width=150):
        for role in ROLES:
            with st.container(border=True, gap="xsmall", height="stretch"):
                _card(role, endpoints)


def _card(role: Role, endpoints: Mapping[Role, Endpoint]) -> None:
    endpoint = own(role, endpoints)
    st.badge(role.capitalize(), color=ROLE_COLOURS[role], help=term(role))  # type: ignore[arg-type]
    if endpoint is None:
        st.markdown("**Same as the strong model**")
        st.caption("It judges answers of its own: expect some bias towards them.")
        return
    st.markdown(f"**{plain(endpoint.model, 60)}**")
    st.caption("built-in, on this machine" if endpoint.builtin else plain(host(endpoint.url), 60))
    key_badge(role, endpoint)


def own(role: Role, endpoints: Mapping[Role, Endpoint]) -> Endpoint | None:
    """A role's endpoint; None for a judge that is the strong model."""
    endpoint = endpoints[role]
    return None if role == "judge" and endpoint == endpoints["strong"] else endpoint


def host(url: str) -> str:
    """Host and port of an address."""
    return urlsplit(url).netloc


def key_badge(role: Role, endpoint: Endpoint) -> None:
    """Whether a key goes to this endpoint. Never the key."""
    if endpoint.builtin:
        st.badge("no key needed", icon=":material/lock_open:", color="gray")
    elif keys.withheld(role, endpoint.url):
        st.badge("key held back", icon=":material/lock:", color="orange")
    elif keys.key_for(role, endpoint.url) is not None:
        st.badge("key set", icon=":material/key:", color="green")
    else:
        st.badge("no key set", icon=":material/key_off:", color="gray")


def key_status(role: Role, endpoint: Endpoint) -> None:
    """The same in words, and the one click that lets a key go to this address."""
    if endpoint.builtin:
        return
    variable = f"CODECLM_{role.upper()}_API_KEY"
    if keys.withheld(role, endpoint.url):
        with st.container(horizontal=True, vertical_alignment="center", border=True):
            st.markdown(
                f"A key is set for this role. It is not sent to {plain(host(endpoint.url), 80)} until you "
                "say so, once, on this machine: a project file from someone else could name any address.",
                width="stretch",
            )
            st.button(
                "Send the key there",
                icon=":material/key:",
                key=f"trust_{role}",
                on_click=_trust,
                args=(endpoint.url,),
                disabled=not signin.may_confirm(),
                help=None if signin.may_confirm() else signin.ASK,
            )
    elif keys.key_for(role, endpoint.url) is None:
        st.caption(
            f"No key is set. If the service wants one, set **{variable}** or **OPENAI_API_KEY** in the "
            "environment and start the app again. Keys are never stored and never shown."
        )
    else:
        st.caption(f"A key from the environment is sent to {plain(host(endpoint.url), 80)}.")
        if keys.origin(endpoint.url) in keys.trusted():
            st.button(
                "Send no key there any more",
                icon=":material/key_off:",
                type="tertiary",
                key=f"distrust_{role}",
                on_click=_distrust,
                args=(endpoint.url,),
                disabled=not signin.may_confirm(),
                help=None if signin.may_confirm() else signin.ASK,
            )


def judge_choice(project: Project, endpoints: Mapping[Role, Endpoint]) -> None:
    """Whether the strong model judges, and the way back to that."""
    if own("judge", endpoints) is None:
        st.caption("The strong model judges. Save another model here, and that one does.")
        former = st.session_state.get(_FORMER)
        if former is not None:
            st.button(
                f"Undo: {plain(Endpoint.model_validate_json(former).model, 60)} judges",
                icon=":material/undo:",
                type="tertiary",
                on_click=_judge_again,
                args=(project,),
                key="judge_again",
            )
    else:
        st.button(
            "Let the strong model judge again",
            icon=":material/undo:",
            type="tertiary",
            on_click=_no_judge,
            args=(project,),
            key="judge_none",
        )


@guarded
def _no_judge(project: Project) -> None:
    with project.open() as store, store.write():
        st.session_state[_FORMER] = store.settings.endpoints()["judge"].model_dump_json()
        store.settings.set_endpoint("judge", None)
    forget("judge")
    notify("The strong model judges.")


@guarded
def _judge_again(project: Project) -> None:
    with project.open() as store:
        store.settings.set_endpoint("judge", Endpoint.model_validate_json(st.session_state.pop(_FORMER)))
    forget("judge")
    notify("The judge is the one from before.")


@guarded
def _trust(url: str) -> None:
    if not signin.may_confirm():
        raise UsageError(signin.ASK)
    notify(f"Keys may go to {keys.trust(url)} from this machine.")


@guarded
def _distrust(url: str) -> None:
    if not signin.may_confirm():
        raise UsageError(signin.ASK)
    keys.distrust(url)
    notify(f"No key goes to {host(url)} any more, until you say so again.")


@fragment
def test_panel(project: Project, role: Role, endpoint: Endpoint) -> None:
    """The test button, and what the last test of this endpoint found."""
    held = f"test_{role}"
    if st.button(
        "Test what is saved",
        icon=":material/network_check:",
        key=f"test_button_{role}",
        help="Sends one small request to the model on the card above. Save first what you changed.",
    ):
        with st.spinner(f"Asking {plain(endpoint.model, 60)}…"):
            report = asyncio.run(
                probe.examine(endpoint, keys.key_for(role, endpoint.url), role, _builtin_url)
            )
        st.session_state[held] = (project.name, endpoint.model_dump_json(), report)
    found = st.session_state.get(held)
    if found and found[:2] == (project.name, endpoint.model_dump_json()):
        report = found[2]
        for good, line in told(report, endpoint):
            icon, colour = (":material/check_circle:", "green") if good else (":material/cancel:", "red")
            st.markdown(f":{colour}[{icon}] {line}")
        _offered(role, report.models)


def _offered(role: Role, models: Sequence[str]) -> None:
    """The models that the server lists, to choose from in place of typing."""
    if not models:
        return
    st.selectbox(
        "Models it offers",
        models,
        index=None,
        placeholder=f"{plural(len(models), 'model')}: choose one for the form above, then save",
        key=f"offered_{role}",
        on_change=_take,
        args=(role,),
        format_func=lambda name: one_line(name, 80),
    )
    if st.session_state.pop(_TAKEN, False):
        st.rerun()  # the form stands outside of this fragment


def _take(role: Role) -> None:
    if chosen := st.session_state[f"offered_{role}"]:
        take_model(role, chosen)
        st.session_state[_TAKEN] = True


def told(report: probe.Report, endpoint: Endpoint) -> list[tuple[bool, str]]:
    """A report as lines that are Markdown, each with whether it is good news."""
    lines = []
    if not (report.reachable and report.problem):
        lines.append((report.reachable, "It answers" if report.reachable else "It does not answer"))
    if report.model_found is not None:
        lines.append(
            (report.model_found, "The model is there" if report.model_found else "No such model there")
        )
    if report.capabilities is not None:
        lines.append((True, f"Takes {SCHEMAS[report.capabilities.schema_mode]}"))
    if report.reachable and report.tokens_per_second:
        speed = f"{number(report.tokens_per_second)} tokens a second, first try in {duration(report.seconds)}"
        lines.append((True, speed))
    if report.problem:
        hint = "" if report.reachable else ". Check the address, and whether the server runs."
        if report.reachable and report.model_found is None and urlsplit(endpoint.url).path in ("", "/"):
            hint = f". Most addresses end in /v1: try {plain(endpoint.url.rstrip('/'), 80)}/v1."
        lines.append((False, plain(report.problem) + hint))
    return lines


def _builtin_url(endpoint: Endpoint) -> str:
    return builtin.ensure(endpoint.model).url


def builtin_panel() -> None:
    """The built-in model: whether it runs, and what it is good for."""
    st.subheader("The built-in model", anchor=False)
    server = builtin.state()
    with st.container(border=True):
        with st.container(horizontal=True, vertical_alignment="center"):
            st.markdown(f"**{BUILTIN_MODEL}**", width="content")
            if server:
                st.badge(f"running, {server.slots} at once", icon=":material/bolt:", color="green")
            else:
                st.badge("starts when needed", icon=":material/bedtime:", color="gray")
        st.markdown(
            "A small model (135 million parameters, 98 MB) that runs on this machine without a key. It is "
            "good for trying out every step, and as a target whose shortfalls are easy to see. It is too "
            "weak as a strong model: with it in both parts, few pairs or none will be kept. English only."
        )


def how_to_connect() -> None:
    """What to start and what to fill in, for the services people have."""
    st.subheader("How to connect", anchor=False)
    openai, ollama, vllm, llama = st.tabs(["OpenAI", "Ollama", "vLLM", "llama.cpp"])
    with openai:
        st.markdown(
            "Set your key in the terminal **before** you start the app, then fill in the model's name."
        )
        st.code("export OPENAI_API_KEY=…\nmake run", language="bash")
        st.markdown(
            "Address `https://api.openai.com/v1`. Reasoning models: temperature “never sent”, more room."
        )
    with ollama:
        st.code(
            "OLLAMA_CONTEXT_LENGTH=16384 OLLAMA_NUM_PARALLEL=4 ollama serve\n"
            "ollama pull qwen2.5:7b   # in another terminal",
            language="bash",
        )
        st.markdown("Address `http://127.0.0.1:11434/v1`, model `qwen2.5:7b`. No key.")
    with vllm:
        st.code("vllm serve Qwen/Qwen2.5-7B-Instruct --max-model-len 16384", language="bash")
        st.markdown(
            "Address `http://127.0.0.1:8000/v1`, model as served. Raise “requests at once” to 64 or more."
        )
    with llama:
        st.code("llama-server -m model.gguf --parallel 4 -c 32768", language="bash")
        st.markdown(
            "Address `http://127.0.0.1:8080/v1`, any model name. Or: Built-in, with a GGUF file as model."
        )
