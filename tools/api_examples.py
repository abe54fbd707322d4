"""Asks the example company for everything that the API answers, and keeps trimmed answers as the API's examples.

`python -m tools.api_examples` after the API changed. The answers are real ones of `tests/api/world.py`; what differs
from run to run (ids drawn by chance, this machine's time, measured durations) is replaced by what always stands for it.
"""

from __future__ import annotations

import json
import re
import sys
import tempfile
from pathlib import Path
from typing import Any

from mintage.api.app import PREFIX, api_routes
from mintage.api.openapi import described
from mintage.books.close import close_period
from mintage.house import open_journal
from mintage.journal.intake import import_files
from mintage.units import parse_period
from tests.api.world import World
from tests.conftest import EXAMPLE

ROOT = Path(__file__).parents[1]
FILE = ROOT / "src" / "mintage" / "api" / "data" / "examples.json"
KEPT = 2
"""Entries of a list or of a table by name that an example shows."""
TEXT_MAX = 300
"""Characters of a text that an example shows."""
NOON_US = 1_767_614_400_000_000
"""2026-01-05, noon UTC: the day of the example. This machine's time is told as that."""
DAY_US = 86_400_000_000
BY_CHANCE = (
    (re.compile(r"\b[0-9a-f]{64}\b"), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
    (re.compile(r"\b([a-z]{1,3}-)\d{8}-\d+-[0-9a-f]{4}\b"), r"\g<1>20260105-120000-0123"),
    (re.compile(r"(\d{4}-\d\d-\d\d-)[0-9a-f]{6}\b"), r"\g<1>012345"),
    (re.compile(r"(?<=-)(?=\d*[a-f])[0-9a-f]{12,16}\b"), "0123456789ab"),
)
"""Ids drawn by chance, and hashes over this machine's time."""


def answers(world: World) -> dict[str, Any]:
    """Every JSON answer to a read, trimmed, by "METHOD /path".

    Raises:
        AssertionError: something that the example should have was not answered.
    """
    spec = described(api_routes(), PREFIX)
    found = {}
    for info in api_routes():
        if info.method != "GET" or info.answer is None:
            continue
        operation = spec["paths"][PREFIX + info.path]["get"]
        path = world.address(info.path)
        reply = world.admin.get(PREFIX + path, params=world.query(operation))
        if reply.status_code != 200:
            raise AssertionError(f"{path}: {reply.text}")
        schema = operation["responses"]["200"]["content"]["application/json"]["schema"]
        found[f"GET {info.path}"] = trimmed(reply.json(), schema, spec["components"]["schemas"])
    return found


def trimmed(value: Any, schema: dict[str, Any], schemas: dict[str, Any], name: str = "") -> Any:
    """An answer as an example shows it.

    Args:
        value: what was answered.
        schema: its schema.
        schemas: schemas by name.
        name: field that it is of.
    """
    schema = _resolved(value, schema, schemas)
    if isinstance(value, dict):
        fields: dict[str, Any] | None = schema.get("properties")
        if fields is not None:
            return {key: trimmed(item, fields.get(key, {}), schemas, key) for key, item in value.items()}
        rest: dict[str, Any] = schema.get("additionalProperties", {})
        return {_plain(key): trimmed(item, rest, schemas) for key, item in list(value.items())[:KEPT]}
    if isinstance(value, list):
        kept = value if "prefixItems" in schema else value[:KEPT]
        items: list[dict[str, Any]] = schema.get("prefixItems") or [schema.get("items", {})] * len(kept)
        return [trimmed(item, part, schemas) for item, part in zip(kept, items, strict=True)]
    if isinstance(value, str):
        return _plain(value)
    if isinstance(value, int) and name.endswith("_us") and value >= NOON_US:
        ours = value < NOON_US + DAY_US
        return value - value % 60_000_000 if ours else NOON_US + (30 * DAY_US if name == "until_us" else 0)
    return value


def _resolved(value: Any, schema: dict[str, Any], schemas: dict[str, Any]) -> dict[str, Any]:
    """The schema that a value is told by, among alternatives."""
    while "$ref" in schema:
        schema = schemas[schema["$ref"].rpartition("/")[2]]
    for option in schema.get("anyOf", ()):
        found = _resolved(value, option, schemas)
        if isinstance(value, list) and found.get("type") == "array":
            return found
        if isinstance(value, dict) and found.get("type") == "object":
            tags = {name: part["enum"] for name, part in found.get("properties", {}).items() if "enum" in part}
            if all(value.get(name) in words for name, words in tags.items()):
                return found
    return schema


def _plain(text: str) -> str:
    for pattern, stands in BY_CHANCE:
        text = pattern.sub(stands, text)
    return text if len(text) <= TEXT_MAX else f"{text[: TEXT_MAX - 1]}…"


def made() -> str:
    """The file of examples."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        journal = open_journal(folder / "example.db")
        import_files(journal, [EXAMPLE], actor="example")
        for quarter in ("2025Q1", "2025Q2"):
            close_period(journal, parse_period(quarter), actor="controller")
        journal.close()
        (folder / "desk").mkdir()
        world = World(folder / "example.db", folder / "desk")
        try:
            world.fill()
            return json.dumps(answers(world), ensure_ascii=False, indent=1, sort_keys=True) + "\n"
        finally:
            world.close()


if __name__ == "__main__":
    text = made()
    FILE.write_text(text, "utf-8")
    sys.stdout.write(f"{FILE.relative_to(ROOT)}: {len(text):,} characters\n")
