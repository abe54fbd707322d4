"""Rules: what is worth an alert, read from the built-in table and a site's own file."""

from __future__ import annotations

import string
import tomllib
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Annotated, Any, Literal

import msgspec

from mintage.fleet.alerts.condition import OfGauge
from mintage.fleet.alerts.conditions import AnyCondition
from mintage.fleet.scope import Scope, parse_scope
from mintage.fleet.sites import Slug
from mintage.units.errors import InputError
from mintage.units.toml import read_toml

Severity = Literal["info", "warning", "critical"]
Seconds = Annotated[float, msgspec.Meta(ge=0)]
RULES_MAX = 200
TEXT_NAMES = ("title_en", "title_zh", "detail_en", "detail_zh", "remedy_en", "remedy_zh")


class Grouping(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """When several machines are one alert.

    Attributes:
        gather_s: how long to wait for others before an alert is told; 0 means one and a half polls.
        together_s: what begins within so long of an alert belongs to it.
        share: share of a rack, feeder or site that makes it one alert.
        least: so many machines at the least make one alert.
    """

    gather_s: Seconds = 0.0
    together_s: Seconds = 600.0
    share: Annotated[float, msgspec.Meta(gt=0, le=1)] = 0.5
    least: Annotated[int, msgspec.Meta(ge=2)] = 5


class Rule(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One rule.

    Attributes:
        id: its name.
        severity: how bad it is.
        when: the condition.
        hold_s: how long it must hold.
        clear_s: how long it must be gone.
        repeat_s: an alert that nobody acknowledged is told again after so long; 0 for never.
        scope: machines that it is for (`mintage.fleet.scope`).
        unless: rules which, standing for the same machine, explain it.
        enabled: whether it is judged at all.
        title_en: what is wrong, in English; the other languages and texts likewise.
        title_zh: in Traditional Chinese; the English text where left out.
        detail_en: what is wrong with one machine; may name the condition's findings in braces.
        detail_zh: in Traditional Chinese.
        remedy_en: what to do.
        remedy_zh: in Traditional Chinese.
    """

    id: Slug
    severity: Severity
    when: AnyCondition
    hold_s: Seconds = 60.0
    clear_s: Seconds = 60.0
    repeat_s: Seconds = 0.0
    scope: str = "all"
    unless: tuple[str, ...] = ()
    enabled: bool = True
    title_en: str
    title_zh: str = ""
    detail_en: str = ""
    detail_zh: str = ""
    remedy_en: str
    remedy_zh: str = ""

    def machines(self) -> Scope:
        """The machines that it is for."""
        return parse_scope(self.scope)

    def text(self, part: Literal["title", "detail", "remedy"], language: Literal["en", "zh"]) -> str:
        """One of its texts; English where there is none in the language."""
        own: str = getattr(self, f"{part}_{language}")
        return own or str(getattr(self, f"{part}_en"))


class Rules(msgspec.Struct, frozen=True):
    """All rules of a site.

    Attributes:
        rule: the rules that are judged, in order.
        grouping: when several machines are one alert.
    """

    rule: tuple[Rule, ...]
    grouping: Grouping

    def by_id(self) -> dict[str, Rule]:
        """Rules by id."""
        return {rule.id: rule for rule in self.rule}


def load_rules(path: Path | None = None) -> Rules:
    """The built-in rules, changed and added to by a file.

    Args:
        path: the site's own rules; None for the built-in ones alone.

    Raises:
        InputError: the file is not there, is not TOML, or says something that no rule can.
    """
    tables = {name: dict(table) for name, table in _built_in()["rule"].items()}
    grouping = dict(_built_in()["grouping"])
    if path is not None:
        own = _shaped(read_toml(path, dict[str, Any], "alert rules", "docs/alerts.md"), str(path))
        grouping |= own["grouping"]
        for id_, table in own["rule"].items():
            tables[id_] = _changed(tables.get(id_, {}), table)
    where = str(path) if path else "rules.toml"
    if len(tables) > RULES_MAX:
        raise InputError(f"there are more than {RULES_MAX} rules.", file=where)
    rules = tuple(_rule(table, set(tables), where) for table in tables.values())
    settings: Grouping = _converted(grouping, Grouping, where, "grouping")
    return Rules(tuple(rule for rule in rules if rule.enabled), settings)


@cache
def _built_in() -> dict[str, Any]:
    raw = files("mintage.fleet.alerts").joinpath("rules.toml").read_text("utf-8")
    return _shaped(tomllib.loads(raw), "rules.toml")


def _shaped(document: dict[str, Any], where: str) -> dict[str, Any]:
    """The document with its rules by id."""
    foreign = sorted(set(document) - {"rule", "grouping"})
    if foreign:
        remedy = "Rules are [[rule]] tables; [grouping] says when several machines are one alert."
        raise InputError(f"'{foreign[0]}' means nothing here.", file=where, field=foreign[0], remedy=remedy)
    rows, grouping = document.get("rule", []), document.get("grouping", {})
    if not isinstance(rows, list) or not isinstance(grouping, dict):
        raise InputError("rules are [[rule]] tables, and [grouping] is a table.", file=where)
    tables: dict[str, Any] = {}
    for number, row in enumerate(rows, 1):
        id_ = row.get("id") if isinstance(row, dict) else None
        if not isinstance(id_, str):
            raise InputError(f"rule {number} has no id.", file=where, field="id", remedy='Write id = "name".')
        if id_ in tables:
            raise InputError(f"two rules have the id '{id_}'.", file=where, field="id")
        tables[id_] = row
    return {"rule": tables, "grouping": grouping}


def _changed(built_in: dict[str, Any], own: dict[str, Any]) -> dict[str, Any]:
    """A rule with what a site says of it; parameters of its condition likewise, unless it names another condition."""
    before, after = built_in.get("when", {}), own.get("when", {})
    changed = {**built_in, **own}
    if isinstance(after, dict) and after.get("condition", before.get("condition")) == before.get("condition"):
        changed["when"] = {**before, **after}
    return changed


def _rule(table: dict[str, Any], known: set[str], where: str) -> Rule:
    rule: Rule = _converted(table, Rule, where, f"rule {table['id']}")
    field = f"rule {rule.id}"
    trouble = rule.when.trouble()
    if trouble:
        raise InputError(f"{trouble}.", file=where, field=f"{field}: when")
    for other in rule.unless:
        if other not in known:
            raise InputError(f"there is no rule '{other}'.", file=where, field=f"{field}: unless")
    try:
        scope = rule.machines()
    except InputError as error:
        raise error.at(file=where, field=f"{field}: scope") from error
    if scope.terms and isinstance(rule.when, OfGauge):
        raise InputError("a scope of machines means nothing for this condition.", file=where, field=f"{field}: scope")
    for name in TEXT_NAMES:
        _check_text(
            getattr(rule, name), rule.when.finds if name.startswith("detail") else (), where, f"{field}: {name}"
        )
    return rule


def _check_text(text: str, finds: tuple[str, ...], where: str, field: str) -> None:
    """A text may name what its condition finds, and nothing else: no attribute, no index, no format."""
    remedy = f"It may name {', '.join(f'{{{name}}}' for name in finds)}." if finds else "It names nothing in braces."
    try:
        parts = list(string.Formatter().parse(text))
    except ValueError as error:
        raise InputError(f"'{text}': {error}.", file=where, field=field, remedy=remedy) from error
    for _, name, form, conversion in parts:
        if name is not None and (name not in finds or form or conversion):
            raise InputError(f"'{text}' names what is not found: '{name}'.", file=where, field=field, remedy=remedy)


def _converted(table: dict[str, Any], kind: Any, where: str, field: str) -> Any:
    try:
        return msgspec.convert(table, kind)
    except msgspec.ValidationError as error:
        problem, _, inner = str(error).partition(" - at `$")
        place = inner.strip("`.")
        raise InputError(f"{problem}.", file=where, field=f"{field}: {place}" if place else field) from error
