"""Who is there, where a team is served: Streamlit's own sign-in, asked for before anything is drawn.

It is on where `[auth]` stands in .streamlit/secrets.toml (docs/team.md). A `[team]` beside it may say who
comes in and who may confirm an address for keys. Without `[auth]` the app is one person's, and asks nobody.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from importlib.util import find_spec
from typing import Any

import streamlit as st

from codeclm.ui.text import plain
from codeclm.votes import reviewer

ASK = "Keys of this server are everybody's: only those whom its secrets name may say where they go."


def required() -> bool:
    """Whether this app asks who is there: Streamlit then tells whether somebody is signed in."""
    return "is_logged_in" in st.user


def gate() -> None:
    """End the page here, with the way in, unless somebody is signed in who may come in."""
    if not required():
        return
    if not st.user.is_logged_in:
        st.title("CodecLM Studio", anchor=False)
        if find_spec("authlib") is None:
            st.error("Nobody can sign in yet: whoever runs this app must install Authlib (docs/team.md).")
            st.stop()
        st.markdown("Sign in to see the projects of your team.")
        st.button("Sign in", type="primary", icon=":material/login:", on_click=st.login, key="sign_in")
        st.stop()
    if not _listed("people", everybody=True):
        st.title("CodecLM Studio", anchor=False)
        st.markdown(f"{plain(_mail() or name())} is not on the list of this app. Ask whoever runs it.")
        if st.user.get("email") and not _mail():
            st.caption("The provider does not say that the address is verified: docs/team.md, Sign-in.")
        _leave()
        st.stop()


def name() -> str:
    """What the signed-in person's decisions are kept under; empty where nobody has to sign in."""
    if not required():
        return ""
    said = str(st.user.get("name") or _mail() or st.user.get("sub") or "")
    return reviewer(said)


def may_confirm() -> bool:
    """Whether this person may let keys go to an address: the keys of a team's server are everybody's."""
    return not required() or _listed("confirm", everybody=False)


def who() -> None:
    """In the sidebar: who is signed in, and the way out."""
    if required():
        st.caption(f"Signed in as {plain(name())}")
        _leave()


def _leave() -> None:
    st.button("Sign out", icon=":material/logout:", type="tertiary", on_click=st.logout, key="sign_out")


def _mail() -> str:
    """The person's address, where the provider vouches for it; empty where it does not.

    Some say so in letters. Of one that says nothing at all, only the secrets can tell that it knows.
    """
    mail = str(st.user.get("email") or "").strip().casefold()
    verified = st.user.get("email_verified", _team().get("unverified") is True)
    return mail if str(verified).casefold() == "true" and mail.count("@") == 1 else ""


def _team() -> Mapping[str, Any]:
    team: Mapping[str, Any] = st.secrets.get("team", {})
    return team


def _listed(which: str, *, everybody: bool) -> bool:
    """Whether the person is on a list of `[team]`: by address, or as one of a domain's ("@example.org")."""
    team = _team()
    if which not in team:
        return everybody
    listed: Collection[str] = [str(each).strip().casefold() for each in team[which]]
    mail = _mail()
    return bool(mail) and (mail in listed or f"@{mail.rpartition('@')[2]}" in listed)
