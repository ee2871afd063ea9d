"""The two prompt profiles: their templates and sampling, and the one way to make a Config.

*standard* follows the paper. *small* is for models of some hundred million parameters: short
prompts that begin with the same demonstrations, so that a server caches them. Knows no endpoint's
address or key.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

from codeclm.errors import UsageError
from codeclm.records import Role, Stage
from codeclm.settings import Config, Dials, Endpoint, Profile, Sampling
from codeclm.stages.prompt import check

VALUES: Mapping[str, tuple[frozenset[str], frozenset[str]]] = {
    "encode": (frozenset({"instruction"}), frozenset()),
    "decode": (frozenset({"labels"}), frozenset({"earlier"})),
    "rubrics": (frozenset({"labels"}), frozenset()),
    "improve": (frozenset({"instruction", "action"}), frozenset()),
    "answer_strong": (frozenset({"instruction"}), frozenset()),
    "answer_target": (frozenset({"instruction"}), frozenset()),
    "judge": (frozenset({"instruction", "first", "second"}), frozenset({"low", "high"})),
}
"""The templates of a config by name, each with the values that it must hold and those that it may."""

_FOLDER = Path(__file__).parent / "templates"

_STANDARD: dict[Stage, Sampling] = {
    "encode": Sampling(temperature=0.7, max_tokens=512),
    "decode": Sampling(temperature=0.7, max_tokens=2048),
    "rubrics": Sampling(temperature=0.7, max_tokens=2048),
    "answer": Sampling(temperature=0.7, max_tokens=2048),
    "judge": Sampling(temperature=0.0, max_tokens=1024),
}

_STEADY: dict[str, Any] = {"min_p": 0.1, "dry_multiplier": 0.8, "dry_allowed_length": 3}
"""Against loops: DRY punishes repeated runs of words. A plain repeat penalty also punishes the words of
the prompt, so that a small model writes about anything but its labels; a little of it varies lists."""

_SMALL: dict[Stage, Sampling] = {
    "encode": Sampling(temperature=0.3, max_tokens=96, extra={**_STEADY, "repeat_penalty": 1.05}),
    "decode": Sampling(temperature=0.5, max_tokens=160, extra=_STEADY),
    "rubrics": Sampling(temperature=0.6, max_tokens=320, extra={**_STEADY, "repeat_penalty": 1.08}),
    "answer": Sampling(temperature=0.3, max_tokens=160, extra={**_STEADY, "repeat_penalty": 1.1}),
    "judge": Sampling(temperature=0.0, max_tokens=32),
}


def default_templates(profile: Profile) -> dict[str, str]:
    """The texts of a profile, by name."""
    return {name: template(profile, name) for name in VALUES}


@cache
def template(profile: Profile, name: str) -> str:
    """The text of a profile's template, of a config or not."""
    return (_FOLDER / profile / f"{name}.txt").read_text(encoding="utf-8")


def sampling(profile: Profile) -> dict[Stage, Sampling]:
    """How each stage draws its replies (paper, section 5.1, for the standard profile)."""
    return dict(_SMALL if profile == "small" else _STANDARD)


def make_config(
    endpoints: Mapping[Role, Endpoint], dials: Dials, templates: Mapping[str, str] | None = None
) -> Config:
    """What makes results differ, of these settings. `templates` replaces defaults, by name.

    `endpoints` has strong and target; without a judge the strong one judges. UsageError: a template
    that cannot be used.
    """
    strong, target = endpoints["strong"], endpoints["target"]
    by_role: dict[Role, Endpoint] = {
        "strong": strong,
        "target": target,
        "judge": endpoints.get("judge", strong),
    }
    profile = profile_of(strong, dials)
    texts = default_templates(profile)
    if strong.model != target.model:
        # Demonstrations are a handicap for the target only where one model plays both parts.
        texts["answer_strong"] = texts["answer_target"]
    texts.update(templates or {})
    for name, text in texts.items():
        if name not in VALUES:
            raise UsageError(f"there is no template {name}: use one of {', '.join(VALUES)}")
        check(name, text, *VALUES[name])
    return Config(
        models={role: endpoint.model for role, endpoint in by_role.items()},
        sampling=sampling(profile),
        overrides={role: found for role, endpoint in by_role.items() if (found := _overrides(endpoint))},
        profile=profile,
        templates=texts,
        seed=dials.seed,
    )


def profile_of(strong: Endpoint, dials: Dials) -> Profile:
    """The profile that a config of these settings has."""
    if dials.profile == "auto":
        return "small" if strong.builtin else "standard"
    return dials.profile


def _overrides(endpoint: Endpoint) -> dict[str, Any]:
    """What an endpoint changes of every request to it."""
    values: dict[str, Any] = {
        "max_tokens": endpoint.max_tokens,
        "reasoning_effort": endpoint.reasoning_effort,
        "system": endpoint.system or None,
        "extra_body": endpoint.extra_body or None,
    }
    if endpoint.temperature != "stage":
        values["temperature"] = endpoint.temperature
    return {name: value for name, value in values.items() if value is not None}
