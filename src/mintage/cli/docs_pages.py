"""The reference pages under docs/, each made from the declarations that the program itself runs on."""

from __future__ import annotations

from collections.abc import Callable
from inspect import cleandoc
from itertools import groupby

from mintage.books.checks import CHECKS as BOOK_CHECKS
from mintage.books.policy import Policy, policy
from mintage.cli import main as shell
from mintage.cli.docs_api import openapi_page
from mintage.cli.docs_books import chart_page, kpis_page, statements_page
from mintage.cli.docs_console import CONSOLE_LIMITS, roles_page
from mintage.cli.docs_facts import facts_page
from mintage.cli.docs_fleet import (
    alerts_page,
    api_page,
    faults_page,
    meters_page,
    models_page,
    readings_page,
    site_page,
    tariff_page,
)
from mintage.cli.docs_markdown import code, page, table
from mintage.disclosure import document
from mintage.fleet.agent import access
from mintage.fleet.curtail import asks, rules, signals
from mintage.fleet.drivers.avalon import client as avalon
from mintage.fleet.energy import modbus, prices
from mintage.fleet.telemetry import adopt, writer
from mintage.fleet.uplink import envelope
from mintage.journal import intake
from mintage.journal.checks import CHECKS
from mintage.journal.reference import field_meanings
from mintage.market import series
from mintage.mining.drivers import api, statements
from mintage.mining.virtual import lines, stratum
from mintage.plan import service as plan
from mintage.plan.assumptions import default_assumptions
from mintage.units.commodities import commodity_table
from mintage.wire import http, serve

VARIABLES = {
    "MINTAGE_DB": ("the journal's file, where `--db` is not given", "var/mintage.db"),
    "MINTAGE_ACTOR": ("who is named as the actor of facts that a command writes", "the user's login name"),
    "MINTAGE_SITE": ("the site's file or name, where `--site` is not given", "site.toml"),
    "MINTAGE_DATA": ("folder of the sites' state and telemetry, where `--data` is not given", "var/sites"),
    "MINTAGE_CLOCK": ("clock file of a virtual site, where `--clock` is not given", "this machine's clock"),
    "MINTAGE_STATE": ("the console's own file, where `--state` is not given", "var/console.db"),
    "MINTAGE_COMPANY": ("the company's name on the console's pages, where `--name` is not given", "Mintage"),
    "MINTAGE_WALLETS": ("file of the watched wallets, where `--wallets` is not given", "none"),
    "MINTAGE_SITE_TOKEN": ("token with which a site's agent uploads to headquarters", "none"),
    "MINTAGE_HEADQUARTERS": ("folder of what sites uploaded, where `--store` is not given", "var/headquarters"),
    "MINTAGE_AVALON_LOGIN": ("user:password of Avalons' web pages, which setting pools asks for", "root:root"),
    "MINTAGE_WEBHOOK_SECRET": ("secret with which alerts to a webhook are signed", "none: they are not signed"),
    "MINTAGE_SMTP_USER": ("name at the mail server that sends alerts", "none: it wants none"),
    "MINTAGE_SMTP_PASSWORD": ("password at that mail server; sent over TLS only", "none"),
}
"""Environment variables: name to (meaning, default). A test compares the names with those in the code."""

LIMITS = (
    ("a fact file", f"{intake.FILE_BYTES_MAX:,} bytes"),
    ("a file with a daily series", f"{series.BYTES_MAX:,} bytes"),
    ("a text to tie out", f"{document.SIZE_MAX_BYTES:,} bytes"),
    ("months of a plan", f"{plan.MONTHS_MAX:,}"),
    ("paths of a plan", f"{plan.PATHS_MAX:,}"),
    ("months times paths of a plan", f"{plan.PATH_MONTHS_MAX:,}"),
    ("a file of power prices, unpacked", f"{prices.BYTES_MAX:,} bytes"),
    ("a reading of a meter", f"{modbus.TIMEOUT_S:g} s"),
    ("a reply of an Avalon", f"{avalon.REPLY_BYTES_MAX:,} bytes within {avalon.DEADLINE_S:g} s"),
    ("a parcel from a site to headquarters", f"{envelope.BODY_BYTES_MAX:,} bytes"),
    ("samples in one file from a site", f"{adopt.ROWS_MAX:,}"),
    ("a body of a request to an agent", f"{access.BODY_BYTES_MAX:,} bytes within {access.BODY_S:g} s"),
    ("a signal to curtail", f"{signals.SIGNAL_BYTES_MAX:,} bytes"),
    ("rules and sources of a site", f"{rules.RULES_MAX:,}"),
    ("the hold of a curtailment", f"{asks.HOLD_MAX_S // 86_400} days"),
    ("memory for samples that a site cannot write yet", f"{writer.WAITING_BYTES_MAX:,} bytes"),
    ("a pool's statement as CSV", f"{statements.FILE_BYTES_MAX:,} bytes"),
    ("a pool's answer to one question", f"{api.PAGES_MAX:,} pages, each of {http.LIMIT_BYTES:,} bytes"),
    ("connections to an agent's API or headquarters at once", f"{serve.CONNECTIONS_MAX:,}"),
    ("a line of Stratum", f"{lines.LINE_BYTES_MAX:,} bytes"),
    ("connections of a virtual pool", f"{stratum.CONNECTIONS_MAX:,}"),
)


def cli_page() -> str:
    """Every command with its help."""
    text = shell.build().generate_docs()
    _, _, body = text.partition("\n")
    body = body.replace("(#mintage-install", "(#mintage---install")  # as code hosts name the heading
    return page("Command line", "\n".join(line.rstrip() for line in body.splitlines()))


def commodities_page() -> str:
    """Everything that can be counted."""
    rows = [(code(c.id), c.unit, c.scale, c.carrying, c.meaning) for c in commodity_table().values()]
    return page(
        "Commodities",
        "Everything that can be counted, in whole minor units; one minor unit is 10^-scale of the unit. Carried as "
        '"money": its own value. "cost": in lots, whose cost goes along wherever the units go. "fair-value": in lots '
        'that remember their cost, carried at market value. "count": no value.',
        table(("commodity", "unit", "scale", "carried as", "meaning"), rows),
    )


def assumptions_page() -> str:
    """What a plan assumes where nothing else is said."""
    parts = ['Replace one with `mintage plan run --assume "id=number unit"`.']
    for room, rows in groupby(default_assumptions().values(), key=lambda row: row.id.partition(".")[0]):
        cells = [(code(r.id), f"{r.value:f}", r.unit, r.grade, r.meaning, r.source) for r in rows]
        parts += [f"## {room}", table(("id", "value", "unit", "grade", "meaning", "source"), cells)]
    return page("Assumptions of the plan", *parts)


def checks_page() -> str:
    """What `mintage check` verifies."""
    journal = [(code(f"journal.{name}"), _summary(check)) for name, check in CHECKS.items()]
    books = [(code(f"books.{name}"), _summary(check)) for name, check in BOOK_CHECKS.items()]
    rooms = [(code("mining.earned"), "Credits are worth bitcoin times price; joint settlements add up.")]
    return page(
        "Checks",
        "`mintage check` runs the first table, `mintage check 2025Q2` both. One that finds something makes the command "
        "exit with 1.",
        table(("check of the journal", "passes when"), journal),
        table(("check of the books of a period", "passes when"), books + rooms),
    )


def _summary(check: Callable[..., object]) -> str:
    return cleandoc(check.__doc__ or "").partition("\n\n")[0]


def settings_page() -> str:
    """Environment variables, accounting policies and limits."""
    meanings = field_meanings(Policy)
    decided = policy()
    values = {name: getattr(decided, name) for name in Policy.__struct_fields__}
    rows = [
        (
            code(name),
            ", ".join(f"{k}: {v}" for k, v in value.items()) if isinstance(value, dict) else value,
            meanings[name],
        )
        for name, value in values.items()
    ]
    return page(
        "Settings",
        "## Environment",
        table(("variable", "meaning", "default"), [(code(n), meaning, d) for n, (meaning, d) in VARIABLES.items()]),
        "## Accounting policies",
        "Where the standards leave a choice. They stand in `src/mintage/books/data/policy.toml`; each close is stamped "
        "with their version. How lots are chosen is a fact: "
        "[journal.lot-policy-set](facts.md#journallot-policy-set).",
        table(("policy", "value", "meaning"), rows),
        "## Limits",
        "What is larger is refused with a clear error.",
        table(("of", "at most"), (*LIMITS, *CONSOLE_LIMITS)),
    )


PAGES: dict[str, Callable[[], str]] = {
    "cli.md": cli_page,
    "facts.md": facts_page,
    "chart.md": chart_page,
    "commodities.md": commodities_page,
    "kpis.md": kpis_page,
    "statements.md": statements_page,
    "assumptions.md": assumptions_page,
    "checks.md": checks_page,
    "settings.md": settings_page,
    "site.md": site_page,
    "api.md": api_page,
    "readings.md": readings_page,
    "models.md": models_page,
    "faults.md": faults_page,
    "meters.md": meters_page,
    "tariff.md": tariff_page,
    "alerts.md": alerts_page,
    "openapi.json": openapi_page,
    "roles.md": roles_page,
}
"""File name to what makes the page."""
