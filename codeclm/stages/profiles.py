"""The two prompt profiles: their templates and sampling, and the one way to make a Config.

*standard* follows the paper. *small* is for models of some hundred million parameters: short
prompts that begin with the same demonstrations, so that a server caches them. Knows no endpoint's
address or key.
"""

from __future__ import annotations

from collections.abc import Mapping

from codeclm.records import Role, Stage
from codeclm.settings import Config, Dials, Endpoint, Profile, Sampling

TEMPLATES = ("encode", "decode", "rubrics", "improve", "answer_strong", "answer_target", "judge")
"""The names of the templates of a config."""


def default_templates(profile: Profile) -> dict[str, str]:
    """The texts of a profile, by name."""
    raise NotImplementedError


def sampling(profile: Profile) -> dict[Stage, Sampling]:
    """How each stage draws its replies (paper, section 5.1, for the standard profile)."""
    raise NotImplementedError


def make_config(
    endpoints: Mapping[Role, Endpoint], dials: Dials, templates: Mapping[str, str] | None = None
) -> Config:
    """What makes results differ, of these settings. `templates` replaces defaults, by name.

    `endpoints` has strong and target; without a judge the strong one judges. UsageError: a template
    that cannot be used.
    """
    raise NotImplementedError
