"""Which key goes where: keys come from the environment, and go only to addresses a person chose.

A project file from someone else must not carry a key to an address of their choice. Keys are never
stored; the list of confirmed addresses holds hosts only.
"""

from __future__ import annotations

from collections.abc import Collection

from codeclm.records import Role


def key_for(role: Role, url: str, typed: Collection[str] = ()) -> str | None:
    """The key to send to `url` in this role, or None. `typed` are URLs a person typed in this command.

    $CODECLM_STRONG_API_KEY (TARGET, JUDGE), else $OPENAI_API_KEY; only to https://api.openai.com, to
    loopback, to a typed address, or to a trusted one. Bound to scheme, host and port; plain http to
    another machine gets a key only where typed.
    """
    raise NotImplementedError


def withheld(role: Role, url: str, typed: Collection[str] = ()) -> bool:
    """Whether there is a key for the role that this address does not get until it is trusted."""
    raise NotImplementedError


def trust(url: str) -> str:
    """Confirm an address for keys, for good, on this machine; returns it as scheme://host:port."""
    raise NotImplementedError


def distrust(url: str) -> None:
    """Take an address off the list."""
    raise NotImplementedError


def trusted() -> list[str]:
    """The confirmed addresses, in order."""
    raise NotImplementedError
