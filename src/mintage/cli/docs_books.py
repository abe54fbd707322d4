"""The pages of the books: chart of accounts, KPIs and statements."""

from __future__ import annotations

from mintage.books.kpis import definitions
from mintage.books.layout import Layout, RowDef, layouts
from mintage.books.queries import Query, RatioQuery, RowQuery, SumQuery
from mintage.books.rollforward import roll_rows
from mintage.cli.docs_markdown import code, page, table
from mintage.journal.chart import default_chart

TYPES = ("asset", "liability", "equity", "income", "expense", "memo", "world")
CHART_INTRODUCTION = """
A part in braces is filled by facts: a bank, a site, a customer. `line` is the statement line that an account adds to,
`flow` the line of the cash flow that money moved against it belongs to. An account that is not here is refused.
"""
ROLLFORWARD_INTRODUCTION = """
Units, cost basis and fair value from the start of a period to its end (ASC 350-60-50). A row without kinds takes what
no other row of its section does.
"""


def chart_page() -> str:
    """The chart of accounts by type."""
    parts = [CHART_INTRODUCTION]
    for type_ in TYPES:
        entries = [entry for entry in default_chart().entries if entry.type == type_]
        rows = [(code(e.pattern), code(e.line), code(e.flow), e.meaning) for e in entries]
        parts += [f"## {type_}", table(("account", "line", "flow", "meaning"), rows)]
    return page("Chart of accounts", *parts)


def kpis_page() -> str:
    """Every KPI with its definition."""
    rows = [
        (
            code(row.id),
            f"{row.en}<br>{row.zh}",
            row.definition,
            row.version,
            measure_text(row.unit, row.digits),
            measure_text(row.shown.unit, row.shown.digits) if row.shown else "as it is",
            query_text(row.query),
        )
        for row in definitions().values()
    ]
    return page(
        "KPIs",
        "Every number that Mintage prints has an id. `mintage books define ID` prints a row, `mintage trace ID "
        "--period P` shows where a value comes from. Rounding is half up, once, at the end.",
        table(("id", "name", "definition", "version", "value", "printed", "comes from"), rows),
    )


def measure_text(unit: str, digits: int) -> str:
    """A unit and how many decimals of it are given."""
    return f"{unit}, {digits or 'no'} decimal{'' if digits == 1 else 's'}"


def query_text(query: Query) -> str:
    """A KPI's query in one line."""
    if isinstance(query, RatioQuery):
        times = "" if query.times == 1 else f"{query.times} × "
        return f"{times}{' × '.join(map(code, query.over))} / {' × '.join(map(code, query.under))}"
    if isinstance(query, SumQuery):
        text = " ".join(f"- {code(t[1:])}" if t.startswith("-") else f"+ {code(t)}" for t in query.terms)
        return text.removeprefix("+ ")
    if isinstance(query, RowQuery):
        return f"row {code(query.row)} of {query.statement}"
    fields = {name: getattr(query, name) for name in query.__struct_fields__ if name != "sign"}
    words = [f"{name} {_joined(value)}" for name, value in fields.items() if value not in ("", (), {}, False)]
    return ", ".join([str(query.__struct_config__.tag), *words])


def _joined(value: object) -> str:
    if isinstance(value, tuple):
        return " ".join(code(str(item)) for item in value)
    if isinstance(value, dict):
        return " ".join(code(f"{name}={wanted}") for name, wanted in value.items())
    return "yes" if value is True else code(str(value))


def statements_page() -> str:
    """Rows of the statements, the bridge and the rollforward."""
    parts = [
        "Statements are data: their rows stand in `src/mintage/books/data`. A row adds up what is in its last column."
    ]
    for name in ("statements.toml", "cashflow.toml", "bridge.toml"):
        for layout in layouts(name).values():
            parts += _layout_parts(layout)
    rows = [(code(r.id), f"{r.en}<br>{r.zh}", r.section, " ".join(map(code, r.kinds))) for r in roll_rows()]
    parts += [
        "## Bitcoin rollforward · 比特幣變動表",
        ROLLFORWARD_INTRODUCTION,
        table(("row", "name", "section", "kinds of lots or disposals"), rows),
    ]
    return page("Statements", *parts)


def _layout_parts(layout: Layout) -> list[str]:
    parts = [f"## {layout.en} · {layout.zh}"]
    if layout.versions:
        versions = [(version, first) for version, first in layout.versions.items()]
        parts.append(table(("version of the definition", "holds from"), versions))
    rows = [(code(r.id), f"{r.en}<br>{r.zh}", r.kind, row_text(r)) for r in layout.row if r.kind != "heading"]
    parts.append(table(("row", "name", "kind", "adds up"), rows))
    return parts


def row_text(row: RowDef) -> str:
    """What a row of a statement adds up, in one line."""
    parts = [
        " ".join(map(code, (*row.lines, *row.accounts, *row.rows, *row.flows))),
        f"without {' '.join(map(code, row.without))}" if row.without else "",
        "all results to date" if row.results else "",
        f"takes out {' '.join(map(code, row.back))}" if row.back else "",
        f"puts to {' '.join(map(code, row.forth))}" if row.forth else "",
        f"changes without cash of {' '.join(map(code, row.residual))}" if row.residual else "",
        f"from version {row.since}" if row.since > 1 else "",
        f"until version {row.until}" if row.until else "",
    ]
    return "; ".join(filter(None, parts)) or "computed by name"
