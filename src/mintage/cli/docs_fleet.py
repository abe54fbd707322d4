"""The reference pages of a site: its file, its readings, the models of machines, meters and alert rules."""

from __future__ import annotations

from inspect import cleandoc
from typing import Any, get_args, get_type_hints

import msgspec

from mintage.cli.docs_markdown import code, page, table
from mintage.fleet import sites
from mintage.fleet.agent.api import ROUTES
from mintage.fleet.alerts.rules import load_rules
from mintage.fleet.energy import terms
from mintage.fleet.energy.counter import QUALITIES
from mintage.fleet.energy.prices import SeriesSpec
from mintage.fleet.energy.profiles import profiles
from mintage.fleet.energy.windows import Window
from mintage.fleet.models import models
from mintage.fleet.readings import fields
from mintage.fleet.virtual import faults
from mintage.journal.reference import field_meanings
from mintage.mining.virtual.faults import PoolFault

_TABLES: tuple[tuple[str, type[msgspec.Struct]], ...] = (
    ("[[feeder]]", sites.Feeder),
    ("[[hall]]", sites.Hall),
    ("[[rack]]", sites.Rack),
    ("[[meter]]", sites.Meter),
    ("[[pool]]", sites.PoolAccount),
    ("[[user]]", sites.User),
    ("[agent]", sites.AgentSettings),
    ("[headquarters]", sites.Headquarters),
    ("[alerts]", sites.AlertSettings),
    ("[virtual]", sites.Virtual),
)
_TARIFF: tuple[tuple[str, type[msgspec.Struct]], ...] = (
    ("[[series]]", SeriesSpec),
    ("[[version]]", terms.Version),
    ('[[version.energy]] kind = "fixed"', terms.Fixed),
    ('[[version.energy]] kind = "time-of-use"', terms.TimeOfUse),
    ("[[version.energy.band]]", terms.Band),
    ('[[version.energy]] kind = "indexed"', terms.Indexed),
    ('[[version.energy]] kind = "block-and-index"', terms.BlockAndIndex),
    ("[[version.demand]]", terms.DemandCharge),
    ("[[version.coincident]]", terms.CoincidentPeak),
    ("[[version.coincident.chance]]", terms.Chance),
    ("[[version.monthly]]", terms.MonthlyCharge),
    ("[[version.program]]", terms.Program),
    ("[[heat]]", terms.HeatContract),
    ("when = { ... }", Window),
)


def site_page() -> str:
    """Every key of a site's file."""
    top = [name for name, _ in _TABLES]
    keys = [
        row
        for row in _rows(sites.Site)
        if f"[[{row[0].strip('`')}]]" not in top and f"[{row[0].strip('`')}]" not in top
    ]
    parts = [
        part
        for name, cls in _TABLES
        for part in (f"## {name}", _summary(cls), table(("key", "default", "meaning"), _rows(cls)))
    ]
    return page(
        "Site file",
        "A site is one TOML file, which its operator writes; `examples/site.toml` is a whole one. An unknown or "
        "missing key, or a name that is not described, is refused with file and key.",
        "## Top level",
        table(("key", "default", "meaning"), keys),
        *parts,
    )


def tariff_page() -> str:
    """Every key of a tariff file."""
    heads = ("key", "default", "meaning")
    parts = [part for name, cls in _TARIFF for part in (f"## {name}", _summary(cls), table(heads, _rows(cls)))]
    return page(
        "Tariff file",
        "A tariff is one TOML file beside the site's; `examples/tariff.toml` is a whole one, `mintage energy tariff "
        "check` reads it. Components of energy add up. Dates that overlap, hours that overlap or leave a gap, an "
        "unknown zone and a name that is not there are refused; a day without a version and a price that is missing "
        "are unknown, with the reason, and never 0.",
        "## Top level",
        table(heads, _rows(terms.TariffFile)),
        *parts,
    )


def faults_page() -> str:
    """Every kind of fault, and every key of a plan of them."""
    heads = ("key", "default", "meaning")
    return page(
        "Plan of faults",
        "What goes wrong with virtual machines, in one TOML file; `examples/faults.toml` shows each kind. The seed "
        "decides what is left to chance, so that two runs are equal. A plan for machines that are absent is refused.",
        "## Kinds",
        table(("kind", "what happens"), [(code(kind), meaning) for kind, meaning in faults.KINDS.items()]),
        "## [[fault]]",
        _summary(faults.Fault),
        table(heads, _rows(faults.Fault)),
        "## [[random]]",
        _summary(faults.RandomFault),
        table(heads, [row for row in _rows(faults.RandomFault) if row not in _rows(faults.Fault)]),
        "## [[pool]]",
        f"{_summary(PoolFault)} In a file of its own: `[virtual] pool_faults`, or `mintage virtual pool --faults`.",
        table(heads, _rows(PoolFault)),
    )


def api_page() -> str:
    """Every route of the agent's API."""
    rows = [(row.method, code(row.path), row.right, code(row.body), row.does) for row in ROUTES]
    return page(
        "HTTP API of a site's agent",
        "`mintage agent` serves it at `[agent] listen` where a `[[user]]` has a token. Keep the token, and write its "
        "SHA-256 into the site's file; make both with:",
        "```sh\nTOKEN=$(python3 -c 'import secrets; print(secrets.token_urlsafe(32))')\n"
        'printf %s "$TOKEN" | sha256sum    # the 64 digits are token_sha256\n'
        'curl -H "Authorization: Bearer $TOKEN" http://127.0.0.1:4100/v1/site\n```',
        "Answers are JSON; a refusal has `problem`, and mostly `field` and `remedy`. Bodies are JSON of at most "
        "64 KiB. What is asked for is left in the site's state and done by the agent within a second, as from the "
        "command line.",
        table(("method", "path", "right", "body", "does"), rows),
    )


def readings_page() -> str:
    """Every reading of a machine."""
    rows = [
        (code(field.name), field.unit, field.en, field.zh, field.cadence, field.rollup, field.meaning)
        for field in fields()
    ]
    return page(
        "Readings",
        "What is read of a machine. One table makes the columns of telemetry, the JSON of commands and API, and the "
        "labels. A reading that is missing is unknown, with the reason, and never 0. Cadence: with every poll, or with "
        "the slow round. Rollup: how five minutes or an hour are told from their samples.",
        table(("reading", "unit", "label", "名稱", "cadence", "rollup", "meaning"), rows),
    )


def models_page() -> str:
    """Every model of machine."""
    rows = [
        (
            code(model.id),
            model.name,
            model.cooling,
            f"{model.hashrate_ths:g}",
            model.power_w,
            f"{model.power_w / model.hashrate_ths:.1f}",
            f"{model.boards} x {model.chips_per_board}",
            model.fans,
            ", ".join(model.modes),
            model.grade,
            model.source,
        )
        for model in models().values()
    ]
    heads = ("model", "name", "cooling", "TH/s", "W", "J/TH", "boards x chips", "fans", "modes", "grade", "source")
    return page(
        "Models",
        "Machines that the Avalon driver knows and that virtual machines play (`src/mintage/fleet/models.toml`). "
        "Grade: captured from a real machine, quoted by maker or shop, derived from another bin, or assumed.",
        table(heads, rows),
    )


def meters_page() -> str:
    """Every device profile of a meter."""
    rows = [
        (
            code(name),
            found.model,
            ", ".join(f"{what} ({register.grade})" for what, register in found.registers.items()),
            found.source,
        )
        for name, found in profiles().items()
    ]
    return page(
        "Meters",
        "Device profiles of Modbus TCP meters (`src/mintage/fleet/energy/profiles.toml`), by the name that a site's "
        "`[[meter]] profile` takes.",
        table(("profile", "device", "measures (grade)", "source"), rows),
        "## Quality",
        "Each reading is judged against the one before. A counter is believed only as far as it runs forwards, and no "
        "faster than the supply can carry; energy that nobody counted stays unknown.",
        table(("quality", "meaning"), [(code(name), words) for name, words in QUALITIES.items()]),
    )


def alerts_page() -> str:
    """Every built-in alert rule."""
    rows = [
        (code(rule.id), rule.severity, rule.title_en, rule.title_zh, f"{rule.hold_s:g} s", rule.remedy_en)
        for rule in load_rules().rule
    ]
    return page(
        "Alerts",
        "The built-in rules (`src/mintage/fleet/alerts/rules.toml`). A site's own file (`[alerts] rules`) changes and "
        "adds to them.",
        table(("rule", "severity", "title", "名稱", "holds for", "what to do"), rows),
    )


def _summary(cls: type) -> str:
    return cleandoc(cls.__doc__ or "").partition("\n\n")[0].replace("\n", " ")


def _rows(cls: type[msgspec.Struct]) -> list[tuple[str, str, str]]:
    hints = get_type_hints(cls)
    meanings = {name: text for base in reversed(cls.__mro__) for name, text in field_meanings(base).items()}
    return [
        (code(field.encode_name), _default(field, hints[field.name]), meanings.get(field.name, ""))
        for field in msgspec.structs.fields(cls)
    ]


def _default(field: msgspec.structs.FieldInfo, hint: Any) -> str:
    if field.required:
        return "must be given"
    if field.default in ((), None, ""):
        return "none"
    if isinstance(field.default, msgspec.Struct):
        return "see below"
    if isinstance(field.default, tuple):
        return "all"
    choices = [str(item) for item in get_args(hint) if isinstance(item, str)]
    return f"{code(str(field.default))}" + (f" of {', '.join(choices)}" if choices else "")
