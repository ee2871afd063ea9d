"""The form of one role's endpoint: every knob, checked through settings.Endpoint, faults beside their fields.

Knows no key and asks nothing of an endpoint.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, Final

import streamlit as st
from pydantic import ValidationError

from codeclm.errors import UsageError
from codeclm.projects import Project
from codeclm.records import ROLES, Role
from codeclm.settings import BUILTIN, BUILTIN_MODEL, Endpoint
from codeclm.ui.guard import guarded, notify
from codeclm.ui.text import plain

SERVICES: Final[dict[str, tuple[str, str]]] = {
    "Built-in": (BUILTIN, BUILTIN_MODEL),
    "OpenAI": ("https://api.openai.com/v1", ""),
    "Ollama": ("http://127.0.0.1:11434/v1", ""),
    "vLLM": ("http://127.0.0.1:8000/v1", ""),
    "llama.cpp": ("http://127.0.0.1:8080/v1", ""),
}
"""Services by name: the address each has out of the box, and the model where there is only one."""

_TEXTS = ("url", "model", "reasoning_effort", "system", "extra_body")
_NUMBERS = ("max_tokens", "timeout", "concurrency", "requests_per_minute", "tokens_per_minute")
_DEFAULT = "as the stage asks"
_NEVER = "never sent"
_GIVEN = "fixed"


def endpoint_form(project: Project, role: Role, endpoints: Mapping[Role, Endpoint]) -> None:
    """Draw the form for a role, filled with what the project has."""
    endpoint = endpoints[role]
    _fill(role, endpoint)
    others = {f"As {other}": endpoints[other] for other in ROLES if endpoints[other] != endpoint}
    st.pills(
        "Fill in for",
        [*SERVICES, *others],
        key=_key(role, "service"),
        on_change=_service,
        args=(role, others),
        help="Fills in the address that the service has out of the box, or all that another part has. "
        "Nothing is saved until you save.",
    )
    with st.container(border=True):  # in no form: what is half written there is lost at a look elsewhere
        left, right = st.columns(2)
        with left:
            _text(
                role,
                "url",
                "Address",
                "http://127.0.0.1:11434/v1",
                "Ends before /chat/completions, or builtin.",
            )
        with right:
            _text(
                role,
                "model",
                "Model",
                "the name the service knows it by",
                "For the built-in model: its name, or the path of a GGUF file.",
            )
        _advanced(role)
        with st.container(horizontal=True, vertical_alignment="center"):
            st.button("Save", type="primary", icon=":material/save:", on_click=_save, args=(project, role),
                      key=_key(role, "save"))  # fmt: skip
            if _half_written(role):
                st.button("As it is saved", type="tertiary", icon=":material/undo:", on_click=forget,
                          args=(role,), key=_key(role, "forget"))  # fmt: skip
                st.caption("Not saved yet.", width="content")


def _advanced(role: Role) -> None:
    faults = st.session_state.get(_key(role, "faults"), {})
    with st.expander("More settings", expanded=bool(set(faults) - {"url", "model"})):
        first, second, third = st.columns(3)
        with first:
            st.selectbox(
                "Temperature",
                [_DEFAULT, _NEVER, _GIVEN],
                key=_key(role, "temperature_mode"),
                persist_state="session",
                help="Most reasoning models refuse a temperature: choose “never sent”.",
            )
            _number(role, "temperature", "Fixed temperature", "Used where “fixed” is chosen.", 0.1)
            _number(
                role,
                "max_tokens",
                "Room for a reply (tokens)",
                "Thinking included. Empty: as each stage asks.",
            )
        with second:
            _text(role, "reasoning_effort", "Reasoning effort", "low, medium, high", "Empty: not sent.")
            _number(role, "timeout", "Time-out (seconds)", "For one reply.", 5.0)
            _number(
                role, "concurrency", "Most requests at once", "Empty: 16, or the built-in server's slots."
            )
        with third:
            _number(role, "requests_per_minute", "Requests a minute", "Empty: no limit of ours.")
            _number(role, "tokens_per_minute", "Tokens a minute", "Empty: no limit of ours.")
            st.selectbox(
                "Token limit's name",
                ["found by testing", "max_tokens", "max_completion_tokens"],
                key=_key(role, "tokens_parameter"),
                persist_state="session",
            )
        st.text_area(
            "System prompt",
            key=_key(role, "system"),
            persist_state="session",
            height=80,
            help="Put before every request.",
        )
        _fault(role, "system")
        _text(role, "extra_body", "Further fields of the request (JSON)", '{"top_k": 20}', "")
        left, right = st.columns(2)
        with left:
            _number(
                role,
                "prompt_price",
                "Price of a million prompt tokens (USD)",
                "Empty: the published price, if any.",
                0.1,
            )
        with right:
            _number(
                role,
                "completion_price",
                "Price of a million reply tokens (USD)",
                "Empty: the published price, if any.",
                0.1,
            )


@guarded
def _save(project: Project, role: Role) -> None:
    """Save it over what the form began with alone. A judge that is the strong model is none of its own, or it
    would stay when another strong model is set.
    """
    values, faults = _values(role)
    if not faults:
        try:
            endpoint = Endpoint.model_validate(values)
        except ValidationError as error:
            faults = _faults(error)
    st.session_state[_key(role, "faults")] = faults
    if faults:
        notify("Not saved: see what stands in red below.", bad=True)
        return
    with project.open() as store, store.write():
        there = store.settings.endpoints()
        _meet(role, there[role])
        own = role != "judge" or endpoint != there["strong"]
        store.settings.set_endpoint(role, endpoint if own else None)
    forget(role)
    notify(f"The {role} model is saved." if own else "The strong model judges, whichever is set.")


def _meet(role: Role, there: Endpoint) -> None:
    """Where it was changed elsewhere since the form was filled: put that into the fields that were left as
    they were, for a person to look at. UsageError: so it was.
    """
    state, mark = st.session_state, there.model_dump_json()
    began = state[_key(role, "filled")]
    if mark == began:
        return
    was, now = _held(Endpoint.model_validate_json(began)), _held(there)
    state.update({_key(role, name): now[name] for name in now if state.get(_key(role, name)) == was[name]})
    state[_key(role, "filled")] = mark
    raise UsageError(
        f"Nothing was saved: the {role} model was changed elsewhere meanwhile. The form shows that now, but "
        "for what you changed. Save again to save it so."
    )


def _faults(error: ValidationError) -> dict[str, str]:
    return {
        str(fault["loc"][0] if fault["loc"] else "url"): fault["msg"].removeprefix("Value error, ")
        for fault in error.errors()
    }


def _values(role: Role) -> tuple[dict[str, Any], dict[str, str]]:
    """What the form holds, as Endpoint takes it, and what is wrong with it already."""

    def held(name: str) -> Any:
        return st.session_state.get(_key(role, name))

    values: dict[str, Any] = {name: held(name) for name in _NUMBERS if held(name) is not None}
    values |= {name: held(name) or "" for name in ("url", "system")}
    values["model"] = (held("model") or "").strip()
    values["reasoning_effort"] = (held("reasoning_effort") or "").strip() or None
    mode = held("temperature_mode")
    values["temperature"] = {_DEFAULT: "stage", _NEVER: "none"}.get(mode, held("temperature"))
    if held("tokens_parameter") != "found by testing":
        values["tokens_parameter"] = held("tokens_parameter")
    faults = {}
    if mode == _GIVEN and held("temperature") is None:
        faults["temperature"] = "give a temperature, or choose another way"
    prompt, completion = held("prompt_price"), held("completion_price")
    if (prompt is None) != (completion is None):
        faults["prompt_price"] = "give both prices, or neither"
    elif prompt is not None:
        values["prices"] = {"prompt": prompt, "completion": completion}
    try:
        values["extra_body"] = _object(held("extra_body") or "")
    except UsageError as error:
        faults["extra_body"] = str(error)
    return values, faults


def _object(text: str) -> dict[str, Any]:
    try:
        value = json.loads(text) if text.strip() else {}
    except ValueError:
        raise UsageError('this is not JSON; write an object, such as {"min_p": 0.05}') from None
    if not isinstance(value, dict):
        raise UsageError('give a JSON object, such as {"top_k": 20}')
    return value


def forget(role: Role) -> None:
    """Let the form show what the project has when it is drawn next, whatever was written into it."""
    st.session_state.pop(_key(role, "filled"), None)


def _fill(role: Role, endpoint: Endpoint) -> None:
    """Put the project's values into the fields, once for each endpoint; what is half written stays."""
    mark, filled = endpoint.model_dump_json(), _key(role, "filled")
    if filled in st.session_state and (st.session_state[filled] == mark or _half_written(role)):
        return
    _load(role, endpoint)
    st.session_state[filled] = mark


def _half_written(role: Role) -> bool:
    """Whether any field differs from what the form began with."""
    state = st.session_state
    began = _held(Endpoint.model_validate_json(state[_key(role, "filled")]))
    return any(state.get(_key(role, name)) != value for name, value in began.items())


def _load(role: Role, endpoint: Endpoint) -> None:
    st.session_state.update({_key(role, name): value for name, value in _held(endpoint).items()})
    st.session_state.pop(_key(role, "faults"), None)


def _held(endpoint: Endpoint) -> dict[str, Any]:
    """What the fields hold of an endpoint, by name."""
    held: dict[str, Any] = {name: getattr(endpoint, name) for name in _NUMBERS}
    held |= {name: getattr(endpoint, name) or "" for name in _TEXTS if name != "extra_body"}
    held["extra_body"] = json.dumps(endpoint.extra_body, ensure_ascii=False) if endpoint.extra_body else ""
    held["tokens_parameter"] = endpoint.tokens_parameter or "found by testing"
    fixed = isinstance(endpoint.temperature, float)
    held["temperature_mode"] = _GIVEN if fixed else _NEVER if endpoint.temperature == "none" else _DEFAULT
    held["temperature"] = endpoint.temperature if fixed else None
    held["prompt_price"] = endpoint.prices.prompt if endpoint.prices else None
    held["completion_price"] = endpoint.prices.completion if endpoint.prices else None
    return held


def _service(role: Role, others: Mapping[str, Endpoint]) -> None:
    chosen = st.session_state[_key(role, "service")]
    if chosen in others:
        _load(role, others[chosen])
    elif chosen:
        st.session_state[_key(role, "url")], st.session_state[_key(role, "model")] = SERVICES[chosen]


def take_model(role: Role, name: str) -> None:
    """Put a model's name into the form. Nothing is saved."""
    st.session_state[_key(role, "model")] = name


def _text(role: Role, name: str, label: str, example: str, about: str) -> None:
    st.text_input(
        label, key=_key(role, name), persist_state="session", placeholder=example, help=about or None
    )
    _fault(role, name)


def _number(role: Role, name: str, label: str, about: str, step: float | None = None) -> None:
    whole = step is None
    st.number_input(
        label,
        min_value=0 if whole else 0.0,
        value=None,
        step=1 if whole else step,
        key=_key(role, name),
        persist_state="session",
        help=about,
        placeholder="default",
    )
    _fault(role, name)


def _fault(role: Role, name: str) -> None:
    fault = st.session_state.get(_key(role, "faults"), {}).get(name)
    if fault:
        st.markdown(f":small[:red[:material/error: {plain(fault[:1].upper() + fault[1:])}]]")


def _key(role: Role, name: str) -> str:
    return f"endpoint_{role}_{name}"
