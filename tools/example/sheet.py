"""The sheet: collects facts by file and writes them as readable CSV and TOML."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from fractions import Fraction
from pathlib import Path
from typing import NamedTuple

SCALES = {"USD": 2, "BTC": 8, "TH/s": 3, "kWh": 3}


class Quantity(NamedTuple):
    """A whole number of minor units with the unit that it is printed in."""

    units: int
    unit: str

    def plain(self) -> str:
        """Digits only, as a CSV cell whose column has the unit."""
        scale = SCALES[self.unit]
        sign, digits = ("-" if self.units < 0 else ""), f"{abs(self.units):0{scale + 1}d}"
        whole, rest = digits[:-scale], digits[-scale:]
        if self.unit in {"TH/s", "kWh"}:
            rest = rest.rstrip("0")
        return f"{sign}{whole}.{rest}" if rest else f"{sign}{whole}"

    def worded(self) -> str:
        """With thousands separators and the unit, as in TOML."""
        sign, text = ("-", self.plain()[1:]) if self.units < 0 else ("", self.plain())
        whole, dot, rest = text.partition(".")
        return f"{sign}{int(whole):,}{dot}{rest} {self.unit}"


def usd(cents: int) -> Quantity:
    """US dollars."""
    return Quantity(cents, "USD")


def btc(sats: int) -> Quantity:
    """Bitcoin."""
    return Quantity(sats, "BTC")


def ths(terahash: int | Fraction) -> Quantity:
    """Hash rate, given in TH/s."""
    return Quantity(int(terahash * 1000), "TH/s")


def kwh(watt_hours: int) -> Quantity:
    """Energy, given in Wh."""
    return Quantity(watt_hours, "kWh")


Row = dict[str, object]
"""A fact as it will be written: reserved columns and fields by name."""


@dataclass
class FactFile:
    """One file of facts.

    Attributes:
        title: what it holds, one line.
        defaults: reserved columns that hold for every row: grade, source, note, actor, kind.
        rows: facts, reserved columns first.
    """

    title: str
    defaults: dict[str, str]
    rows: list[Row] = field(default_factory=list)


class Sheet:
    """All files by path."""

    def __init__(self) -> None:
        self.files: dict[str, FactFile] = {}

    def file(self, path: str, title: str, **defaults: str) -> FactFile:
        """The file at a path, opened when first named."""
        if path not in self.files:
            self.files[path] = FactFile(title, defaults)
        return self.files[path]

    def write(self, folder: Path) -> list[Path]:
        """Write every file that has rows, and say which."""
        written = []
        for path, content in sorted(self.files.items()):
            target = folder / path
            target.parent.mkdir(parents=True, exist_ok=True)
            text = _csv(content) if path.endswith(".csv") else _toml(content)
            target.write_text(text, encoding="utf-8", newline="\n")
            written.append(target)
        return written


def add(target: FactFile, kind: str, key: str, day: date, /, **fields: object) -> None:
    """Add a fact; `at`, `grade`, `source`, `note` among the fields are the envelope's. None leaves a field out."""
    row: Row = {} if target.defaults.get("kind") == kind else {"kind": kind}
    row |= {"key": key, "date": day.isoformat()}
    target.rows.append(row | {name: value for name, value in fields.items() if value is not None})


def _csv(content: FactFile) -> str:
    columns: dict[str, None] = {}
    for row in content.rows:
        columns |= dict.fromkeys(row)
    late = [name for name in ("grade", "source", "note") if name in columns]
    names = [name for name in columns if name not in late] + late
    out = io.StringIO()
    out.write(f"# {content.title}\n")
    for name, value in content.defaults.items():
        out.write(f"# {name}: {value}\n")
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(names)
    for row in content.rows:
        writer.writerow(_cell(row.get(name, "")) for name in names)
    return out.getvalue()


def _cell(value: object) -> str:
    return value.plain() if isinstance(value, Quantity) else str(value)


def _toml(content: FactFile) -> str:
    lines = [f"# {content.title}", "", "[defaults]"]
    lines += [f"{name} = {_toml_value(value)}" for name, value in content.defaults.items()]
    for row in content.rows:
        lines += ["", "[[fact]]"]
        lines += [f"{name} = {_toml_value(value)}" for name, value in row.items()]
    return "\n".join(lines) + "\n"


def _toml_value(value: object) -> str:
    if isinstance(value, Quantity):
        return f'"{value.worded()}"'
    if isinstance(value, int):
        return str(value)
    if isinstance(value, str):
        return '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"'
    if isinstance(value, dict):
        return "{ " + ", ".join(f"{name} = {_toml_value(part)}" for name, part in value.items()) + " }"
    assert isinstance(value, list)  # noqa: S101  nothing else is written
    return "[\n" + "".join(f"  {_toml_value(item)},\n" for item in value) + "]"


def split(total: int, weights: Sequence[int | Fraction]) -> list[int]:
    """Share a whole number by weights so that the parts sum to it exactly (largest remainder)."""
    whole = sum(weights)
    exact = [Fraction(total) * Fraction(weight) / Fraction(whole) for weight in weights]
    parts = [int(part) for part in exact]
    order = sorted(range(len(parts)), key=lambda i: (parts[i] - exact[i], i))
    for i in order[: total - sum(parts)]:
        parts[i] += 1
    return parts


def units(row: Row, name: str) -> int:
    """Minor units of a quantity in a row."""
    value = row[name]
    assert isinstance(value, Quantity)  # noqa: S101  the caller knows the column
    return value.units
