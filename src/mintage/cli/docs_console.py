"""Reference pages of the console: who may do what, and which routes there are."""

from __future__ import annotations

from mintage.api import idempotency, shield, stream
from mintage.api.app import PREFIX, api_routes
from mintage.cli.docs_markdown import code, page, table
from mintage.cli.serve import CONNECTIONS_MAX
from mintage.desk import jobs, limits, live
from mintage.people import passwords, sessions, tokens
from mintage.people.roles import ALL_RIGHTS, role_book

CONSOLE_LIMITS = (
    ("a request to the console or its API", f"{shield.BODY_BYTES_MAX:,} bytes within {shield.BODY_S:g} s"),
    ("a query of an address", f"{shield.QUERY_BYTES_MAX:,} bytes"),
    ("connections to the console at once", f"{CONNECTIONS_MAX:,}"),
    ("requests of one caller that read", f"{limits.READS_PER_S:g} a second, {limits.READS_BURST:,g} at once"),
    (
        "requests of one caller that change something",
        f"{limits.WRITES_PER_S:g} a second, {limits.WRITES_BURST:g} at once",
    ),
    ("keys that one viewer watches", f"{live.KEYS_MAX:,}"),
    ("viewers of live state", f"{stream.VIEWERS_MAX:,}"),
    ("jobs that run at once, and that wait", f"{jobs.RUNNING_MAX} and {jobs.WAITING_MAX}"),
    ("an idempotency key is kept for", f"{idempotency.KEPT_US // 3_600_000_000} hours"),
    ("a session without a visit", f"{sessions.IDLE_US // 3_600_000_000} hours"),
    ("a session in any case", f"{sessions.LIFE_US // 86_400_000_000} days"),
    ("a token", f"{tokens.DAYS_MAX} days"),
    ("a password, at least", f"{passwords.LENGTH_MIN} characters"),
)
"""What the console refuses beyond; stands in docs/settings.md."""


def roles_page() -> str:
    """Roles and rights."""
    book = role_book()
    roles = [
        (
            f"{role.en} · {role.zh}",
            code(name),
            f"{role.does['en']}{'; given for one site or all' if role.per_site else ''}",
        )
        for name, role in book.role.items()
    ]
    heads = ("right", "allows", "允許", *(role.en for role in book.role.values()))
    rows = [
        (
            code(name),
            right.en + (" (at a site)" if right.per_site else ""),
            right.zh,
            *("✓" if {name, ALL_RIGHTS} & {*role.rights, *book.everyone} else "" for role in book.role.values()),
        )
        for name, right in book.right.items()
    ]
    routes = [(code(info.method), code(PREFIX + info.path), code(info.right or "")) for info in api_routes()]
    return page(
        "Roles and rights",
        "Somebody may have several roles. What a second person must approve nobody approves for himself or herself, "
        "whatever the role. The table is `src/mintage/people/data/roles.toml`.",
        table(("role", "name", "does"), roles),
        "## What each role may do",
        table(heads, rows),
        "## What each route takes",
        "Where no right stands, whoever is signed in may ask, or, for health and description, anybody.",
        table(("method", "route", "right"), routes),
    )
