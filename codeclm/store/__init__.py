"""The project file: one SQLite database, records in and records out.

    with Store.open(path, create=True) as store:
        store.seeds.add(seeds)

Nothing outside this package knows SQL; nothing in it knows models, jobs or pages.
"""

from codeclm.store.bulk import Scanned
from codeclm.store.callpages import CallFilter, CallRow, LoggedCall
from codeclm.store.calls import Spend
from codeclm.store.connection import Added
from codeclm.store.evaluations import Evaluation, Given, Missed, Prompt
from codeclm.store.filters import PairFilter, PairOrder
from codeclm.store.funnel import Funnel
from codeclm.store.given import GivenPair
from codeclm.store.jobs import Job
from codeclm.store.marks import Kind, Mark
from codeclm.store.metadata import MetadataFilter
from codeclm.store.nodes import Held
from codeclm.store.store import Store
from codeclm.store.studio import Branch
from codeclm.store.verdicts import Vote
from codeclm.store.writer import RunLog, Writer

__all__ = [
    "Added",
    "Branch",
    "CallFilter",
    "CallRow",
    "Evaluation",
    "Funnel",
    "Given",
    "GivenPair",
    "Held",
    "Job",
    "Kind",
    "LoggedCall",
    "Mark",
    "MetadataFilter",
    "Missed",
    "PairFilter",
    "PairOrder",
    "Prompt",
    "RunLog",
    "Scanned",
    "Spend",
    "Store",
    "Vote",
    "Writer",
]
