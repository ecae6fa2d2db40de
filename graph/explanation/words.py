"""What explanations say: the sentences of `messages_en.toml` and `messages_zh.toml`, filled in."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from functools import cache
from math import floor
from pathlib import Path
from typing import Any, Final

from graph.clock import to_datetime
from graph.explanation.model import Language

_LISTED: Final = 6
"""Most things a sentence names; the answer beside it names all."""


class Words:
    """The sentences of one language."""

    def __init__(self, language: Language) -> None:
        self._messages = messages(language)
        self.language = language

    def say(self, key: str, **values: object) -> str:
        """A message with its placeholders filled, the first letter a capital where it is a sentence."""
        text = self._messages[key].format(**values)
        return text[:1].upper() + text[1:] if text[-1:] in ".。" else text

    def count(self, key: str, count: int, **values: object) -> str:
        """A message about so many things; of one thing its own form."""
        return self.say(f"{key}_one" if count == 1 else key, count=count, **values)

    def called(self, table: str, code: str) -> str:
        """What a code is called; itself where it has no name."""
        return self._messages.get(f"{table}.{code}", code)

    def listed(self, things: Sequence[str]) -> str:
        """Things in a row: all of a few, of many the first."""
        if len(things) > _LISTED:
            first = self._messages["list.comma"].join(things[:_LISTED])
            return self.say("list.more", listed=first, count=len(things) - _LISTED)
        if len(things) < 2:
            return "".join(things)
        return self.say("list.and", first=self._messages["list.comma"].join(things[:-1]), last=things[-1])

    def sentences(self, *told: str) -> str:
        """Sentences one after the other; empty ones are left out."""
        text = ""
        for one in filter(None, told):
            text = self._messages["form.sentences"].format(first=text, second=one) if text else one
        return text

    def percent(self, probability: float) -> str:
        """A probability as `99.4%`, never rounded up: no comparison is ever certain, so 99.9% is the most."""
        return f"{floor(min(probability, 0.999) * 1000) / 10:.4g}%"

    def date(self, micros: int) -> str:
        """A time to the minute, in UTC."""
        moment = to_datetime(micros)
        return self.say(
            "form.date", year=moment.year, month=moment.month, day=moment.day, time=f"{moment:%H:%M}"
        )


@cache
def messages(language: Language) -> Mapping[str, str]:
    """All messages of a language by `table.name`."""
    text = Path(__file__).with_name(f"messages_{language.value}.toml").read_text(encoding="utf-8")
    tables: dict[str, dict[str, Any]] = tomllib.loads(text)
    return {f"{table}.{name}": said for table, rows in tables.items() for name, said in rows.items()}
