"""The CodecLM loop for one seed and for one metadata (paper, section 3), as pure generators of events.

A walk always starts from the top: what it is not told is known already is answered by the model given,
which has the call log before it. Knows neither the store nor the log, and bounds no concurrency: that is
for the caller and the model.
"""

from codeclm.pipeline.events import (
    DEFAULT_STAGES,
    AnswerMade,
    Compared,
    Event,
    Failed,
    InstructionMade,
    Plan,
    Remarked,
    Root,
    RubricsMade,
    Task,
)
from codeclm.pipeline.walk import encode, grow

__all__ = [
    "DEFAULT_STAGES",
    "AnswerMade",
    "Compared",
    "Event",
    "Failed",
    "InstructionMade",
    "Plan",
    "Remarked",
    "Root",
    "RubricsMade",
    "Task",
    "encode",
    "grow",
]
