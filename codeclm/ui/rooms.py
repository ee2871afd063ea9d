"""The pages, in the order of the work: name, icon, file, and what each is for. Draws nothing."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).parent.parent.parent


@dataclass(frozen=True, slots=True)
class Room:
    """One page. `file` is relative to the program's folder; `purpose` is the line under the title."""

    name: str
    icon: str
    file: str
    purpose: str


ROOMS: Final = (
    Room("Home", ":material/home:", "app.py", "Where the project stands, and what to do next."),
    Room(
        "Seeds",
        ":material/grain:",
        "pages/1_Seeds.py",
        "Real instructions of the kind your model should get better at. Everything starts here.",
    ),
    Room(
        "Metadata",
        ":material/sell:",
        "pages/2_Metadata.py",
        "What the seeds are about: a use case and skills each. Correct them before they are written from.",
    ),
    Room(
        "Map",
        ":material/scatter_plot:",
        "pages/3_Map.py",
        "Where the data is thick and where it is thin.",
    ),
    Room(
        "Generate",
        ":material/auto_awesome:",
        "pages/4_Generate.py",
        "Write new instructions, make them harder, and find those on which the target falls short.",
    ),
    Room(
        "Contrast",
        ":material/contrast:",
        "pages/5_Contrast.py",
        "What θ keeps, and whether the judge can be trusted.",
    ),
    Room(
        "Review",
        ":material/fact_check:",
        "pages/6_Review.py",
        "Look at each kept pair, and accept or reject it.",
    ),
    Room(
        "Export",
        ":material/download:",
        "pages/7_Export.py",
        "Take the pairs out as a training file.",
    ),
    Room(
        "Evaluate",
        ":material/social_leaderboard:",
        "pages/8_Evaluate.py",
        "How much of the strong model the tuned target recovers.",
    ),
    Room(
        "Models",
        ":material/hub:",
        "pages/9_Models.py",
        "Which model plays which part, and whether it answers.",
    ),
    Room(
        "Runs",
        ":material/history:",
        "pages/10_Runs.py",
        "Every run and every call, and from any record to its calls.",
    ),
)


def room(name: str) -> Room:
    """The page of this name."""
    return next(each for each in ROOMS if each.name == name)
