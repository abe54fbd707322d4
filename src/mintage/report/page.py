"""The page put together: head, sections, and where the figures come from."""

from __future__ import annotations

from collections import Counter

from mintage.books.bridge import ebitda_bridge
from mintage.books.cashflow import cash_flow, cash_flow_direct
from mintage.books.rollforward import bitcoin_rollforward
from mintage.books.statements import balance_sheet, income_statement
from mintage.books.view import View
from mintage.journal.core import PeriodLocked
from mintage.report.coins import rollforward_tables
from mintage.report.graphs import daily_chart, revenue_chart, statement_waterfall, states_chart
from mintage.report.html import Html, el, join
from mintage.report.keys import cards, kpi_tables
from mintage.report.tables import statement_table
from mintage.report.words import Words, resource
from mintage.units import Period, parse_period


def page(view: View, period: Period, words: Words) -> str:
    """The whole page.

    Raises:
        CheckFailed: the balance sheet does not foot.
    """
    sections = {
        "headline": cards(words, view, period),
        "results": _results(words, view, period),
        "cash": _cash(words, view, period),
        "position": statement_table(words, balance_sheet(view, period), at_end=True),
        "bitcoin": _bitcoin(words, view, period),
        "kpis": kpi_tables(words, view, period),
        "about": _about(words, view, period),
    }
    title = words("title", period=words.period(period))
    kicker = words("kicker", start=words.day(period.start), end=words.day(period.end))
    links = [el("li", el("a", words(name), href=f"#{name}")) for name in sections]
    header = el("header", el("p", kicker, class_="kicker"), el("h1", words.period(period)), _state(words, view, period))
    body = [
        header,
        el("nav", el("ul", *links), aria_label=words("contents")),
        el("main", *(el("section", el("h2", words(name)), part, id=name) for name, part in sections.items())),
    ]
    head = [
        el("meta", charset="utf-8"),
        el("meta", name="viewport", content="width=device-width, initial-scale=1"),
        el("meta", name="color-scheme", content="light dark"),
        el("title", title),
        Html(f"<style>{resource('style.css')}</style>"),
    ]
    return "<!doctype html>\n" + el("html", el("head", *head), el("body", *body), lang=words.language) + "\n"


def _state(words: Words, view: View, period: Period) -> Html:
    """Whether the period is closed, and by which manifest."""
    for name in view.journal.closed_periods():
        span = parse_period(name)
        if span.start <= period.start and period.end <= span.end:
            locks = [fact.data for fact in view.facts(PeriodLocked.kind) if isinstance(fact.data, PeriodLocked)]
            sha256 = next((lock.manifest for lock in reversed(locks) if lock.period == name), "")
            told = words("closed", sha256="\0").split("\0")
            return el("p", told[0], el("code", sha256), *told[1:], class_="state")
    return el("p", words("open"), class_="state open")


def _results(words: Words, view: View, period: Period) -> Html:
    bridge = ebitda_bridge(view, period)
    totals = ("net_income", "ebitda", "ebitda.adjusted")
    return join(
        [
            revenue_chart(words, view, period),
            statement_table(words, income_statement(view, period)),
            statement_waterfall(words, bridge, words("chart.bridge"), totals),
            statement_table(words, bridge),
        ]
    )


def _cash(words: Words, view: View, period: Period) -> Html:
    direct = cash_flow_direct(view, period)
    return join(
        [
            statement_waterfall(words, direct, words("chart.cash"), ("cash.opening", "cash")),
            statement_table(words, direct),
            statement_table(words, cash_flow(view, period)),
        ]
    )


def _bitcoin(words: Words, view: View, period: Period) -> Html:
    gap = view.flow_gap(period)
    charts = [daily_chart(words, view, period), states_chart(words, view, period)]
    if gap:
        reason = words("column_unknown", period=words("roll"), reason=words.reason(gap))
        return join([*charts, el("p", reason, class_="unknown")])
    return join([*charts, rollforward_tables(words, bitcoin_rollforward(view, period))])


def _about(words: Words, view: View, period: Period) -> Html:
    count, head = view.journal.head()
    grades = Counter(stored.fact.grade for stored in view.journal.facts(start=period.start, end=period.end))
    told = [f"{words(f'grade.{grade}')} {grades[grade]:,}" for grade in ("recorded", "stated", "derived", "assumed")]
    return join(
        [
            el("p", words("about.made")),
            el("pre", el("code", f"mintage trace revenue.total --period {period}")),
            el(
                "dl",
                el("dt", words("about.grades")),
                el("dd", " · ".join(told)),
                el("dt", words("about.facts")),
                el("dd", f"{count:,}"),
                el("dt", words("about.head")),
                el("dd", el("code", head.hex())),
                class_="about",
            ),
            el("p", words("about.audit")),
        ]
    )
