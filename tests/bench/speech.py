"""Instructions, answers and labels that look like real ones, as many as wanted, in six languages.

Put together by dice from the small vocabulary in speech.toml: frequencies fall off as those of real labels
do (few use cases are common, most are rare), and texts of one field share its words, so that clusters and
searches have something to find.
"""

from __future__ import annotations

import tomllib
from itertools import accumulate
from pathlib import Path
from random import Random

from codeclm.records import Labels

WORDS = tomllib.loads(Path(__file__).with_name("speech.toml").read_text(encoding="utf-8"))
_SHARES = {"en": 55, "de": 12, "es": 11, "fr": 10, "ru": 7, "zh": 5}


class Speech:
    """Texts of one stream of dice: the same seed, the same texts."""

    def __init__(self, dice: Random) -> None:
        self._dice = dice
        self.cases = [
            f"{kind} {field} {task}".strip()
            for kind in WORDS["kinds"]
            for task in WORDS["tasks"]
            for field in WORDS["fields"]
        ]
        dice.shuffle(self.cases)
        self._weights = list(accumulate(1 / (rank + 5) for rank in range(len(self.cases))))

    def language(self) -> str:
        """One of the six, English most often."""
        return self._dice.choices(list(_SHARES), list(_SHARES.values()))[0]

    def labels(self) -> Labels:
        """A use case (the n-th most common is about 1/n as common as the first) and one to three skills."""
        case = self._dice.choices(self.cases, cum_weights=self._weights)[0]
        field = field_of(case)
        skills = self._dice.sample(WORDS["skills"], self._dice.choice((1, 2, 2, 3, 3)))
        return Labels(
            case, tuple(f"{field} {skill}" if self._dice.random() < 0.4 else skill for skill in skills)
        )

    def instruction(self, field: str, language: str) -> str:
        """What a person might ask."""
        person = self._dice.choice(WORDS["people"][language])
        text = self._said("asks", field, language, person, self._dice.randint(2, 90))
        return self.harder(text, field, language) if self._dice.random() < 0.7 else text

    def harder(self, text: str, field: str, language: str) -> str:
        """The same, with one more demand."""
        return f"{text} {self._said('limits', field, language)}"

    def answer(self, field: str, language: str, sentences: int) -> str:
        """Some sentences on the field."""
        return " ".join(
            self._said("replies", field, language, self._dice.randint(2, 9000)) for _ in range(sentences)
        )

    def _said(self, table: str, field: str, language: str, *values: object) -> str:
        form: str = self._dice.choice(WORDS[table][language])
        return form.format(self._dice.choice(WORDS["fields"][field][language]), *values)


def field_of(case: str) -> str:
    """The field that a use case is of."""
    return next(field for field in WORDS["fields"] if field in case.split())


def theme_of(case: str) -> str:
    """A use case without its task: what a cluster of the map is about. Of no use case, the first field."""
    field = next((field for field in WORDS["fields"] if field in case.split()), next(iter(WORDS["fields"])))
    return case.partition(field)[0] + field
