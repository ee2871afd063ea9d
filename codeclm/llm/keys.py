"""Which key goes where: keys come from the environment, and go only to addresses a person chose.

A project file from someone else must not carry a key to an address of their choice. Keys are never
stored; the list of confirmed addresses, in the user's own configuration folder, holds hosts only.
"""

from __future__ import annotations

import ipaddress
import os
from collections.abc import Collection
from urllib.parse import urlsplit

from codeclm import confirmed
from codeclm.errors import UsageError
from codeclm.records import Role

CONFIRMED_ONLY = "CODECLM_CONFIRMED_ONLY"
"""Set: an address that was merely typed gets no key, as whoever typed it may not say where keys go."""

_LIST = "trusted-hosts"
_SHARED = "OPENAI_API_KEY"
_HOME = "https://api.openai.com:443"
_PORTS = {"http": 80, "https": 443}


def key_for(role: Role, url: str, typed: Collection[str] = ()) -> str | None:
    """The key to send to `url` in this role, or None. `typed` are URLs a person typed in this command.

    $CODECLM_STRONG_API_KEY (TARGET, JUDGE), else $OPENAI_API_KEY; only to https://api.openai.com, to
    loopback, to a typed address, or to a trusted one. Bound to scheme, host and port; plain http to
    another machine gets a key only where typed. Where $CODECLM_CONFIRMED_ONLY is set, typing is not enough.
    """
    key = _from_environment(role)
    return key if key is not None and _allowed(url, typed) else None


def withheld(role: Role, url: str, typed: Collection[str] = ()) -> bool:
    """Whether there is a key for the role that this address does not get until it is trusted."""
    return _from_environment(role) is not None and not _allowed(url, typed)


def way(role: Role, url: str) -> str:
    """What to do for an address that is to get the role's key and does not: on a page, and by a command."""
    secure = (origin(url) or "").startswith("https://")
    if os.environ.get(CONFIRMED_ONLY):
        ask = "ask somebody who may to confirm it on the Models page"
        return ask if secure else f"give an https address, and {ask}"
    typed = f"type it as --{role}-url"
    return f"confirm it on the Models page, or {typed}" if secure else f"give an https address, or {typed}"


def trust(url: str) -> str:
    """Confirm an address for keys, for good, on this machine; returns it as scheme://host:port."""
    address = origin(url)
    if address is None:
        raise UsageError(f"{url}: not an address such as https://models.example.org/v1")
    if address.startswith("http://") and not is_loopback(url):
        raise UsageError(f"{address}: plain http shows the key to the network; use https")
    confirmed.add(_LIST, address)
    return address


def distrust(url: str) -> None:
    """Take an address off the list."""
    confirmed.remove(_LIST, origin(url))


def trusted() -> list[str]:
    """The confirmed addresses, in order. A list that cannot be read confirms nothing."""
    return confirmed.listed(_LIST)


def origin(url: str) -> str | None:
    """`scheme://host:port` of an address, to which a key is bound; None for anything else."""
    try:
        parts = urlsplit(url.strip())
        port = parts.port
    except ValueError:
        return None
    if parts.scheme not in _PORTS or not parts.hostname:
        return None
    host = f"[{parts.hostname}]" if ":" in parts.hostname else parts.hostname
    return f"{parts.scheme}://{host}:{port or _PORTS[parts.scheme]}"


def is_loopback(url: str) -> bool:
    """Whether an address is this machine's own: localhost, 127.0.0.0/8, ::1."""
    try:
        host = urlsplit(url.strip()).hostname or ""
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _allowed(url: str, typed: Collection[str]) -> bool:
    address = origin(url)
    if address is None:
        return False
    if address == _HOME or is_loopback(url):
        return True
    if not os.environ.get(CONFIRMED_ONLY) and address in {origin(other) for other in typed}:
        return True
    return address.startswith("https://") and address in trusted()


def _from_environment(role: Role) -> str | None:
    for name in (f"CODECLM_{role.upper()}_API_KEY", _SHARED):
        key = os.environ.get(name, "").strip()
        if key and not (key.isascii() and key.isprintable() and " " not in key):
            raise UsageError(f"${name}: a key holds no spaces, line breaks or letters beyond ASCII")
        if key:
            return key
    return None
