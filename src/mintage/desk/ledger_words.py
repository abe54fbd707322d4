"""What KPIs count and what checks verify, in Traditional Chinese; English is what the declarations themselves say."""

from __future__ import annotations

import tomllib
from functools import cache
from importlib import resources


@cache
def _words() -> dict[str, dict[str, str]]:
    text = resources.files("mintage.desk").joinpath("data", "ledger.toml").read_text("utf-8")
    return tomllib.loads(text)


def definition_in_chinese(definition: str) -> str:
    """A KPI's definition in Traditional Chinese; as it is where nobody has translated it."""
    return _words()["definition"].get(definition, definition)


def check_in_chinese(meaning: str) -> str:
    """What a check verifies in Traditional Chinese; as it is where nobody has translated it."""
    return _words()["check"].get(meaning, meaning)
