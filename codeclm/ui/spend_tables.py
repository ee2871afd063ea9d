"""What calls took, as tables: by role and by stage. Reads nothing."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd
import streamlit as st

from codeclm.records import ROLES, STAGES
from codeclm.store import Spend
from codeclm.ui.text import dollars

_MEANT = {
    "Calls": "Each call counts once, however often it was tried; Sent, of a run, counts every try.",
    "Sent": "Requests that went out, every try counted. Calls, by model and in the list, count once each, "
    "however often they were tried, so that there may be fewer.",
}


def localized(*names: str) -> dict[str, Any]:
    """Columns of whole numbers, with what they count where two of them might be taken for one."""
    return {name: st.column_config.NumberColumn(format="localized", help=_MEANT.get(name)) for name in names}


def spend_by(spent: Mapping[str, Spend], names: tuple[str, ...], title: str) -> pd.DataFrame:
    """Calls, tokens and money as rows, those that were asked at all."""
    return pd.DataFrame(
        [
            {
                title: name.capitalize(),
                "Calls": spent[name].calls,
                "Failed": spent[name].errors,
                "Tokens in": spent[name].prompt_tokens,
                "Tokens out": spent[name].completion_tokens,
                "Cost": dollars(spent[name].cost),
            }
            for name in names
            if name in spent
        ]
    )


def spend_tables(by_role: Mapping[str, Spend], by_stage: Mapping[str, Spend]) -> None:
    """What was spent, by role and by stage."""
    with st.grid(2, min_column_width=380):
        for spent, names, title in ((by_role, ROLES, "Model"), (by_stage, STAGES, "Stage")):
            st.dataframe(
                spend_by(spent, names, title),
                hide_index=True,
                height="content",
                alt=f"Calls, tokens and cost by {title.lower()}",
                column_config=localized("Calls", "Failed", "Tokens in", "Tokens out"),
            )
