"""Markup that is escaped by construction: a plain string is text, only `Html` is markup."""

from __future__ import annotations

from collections.abc import Iterable
from html import escape

VOID = frozenset({"meta", "br", "col"})


class Html(str):
    """Markup that may stand in a page as it is."""

    __slots__ = ()


def text(value: str) -> Html:
    """A string as markup: text is escaped, markup stays."""
    return value if isinstance(value, Html) else Html(escape(value))


def join(parts: Iterable[str], between: str = "") -> Html:
    """Parts in a row; those that are text are escaped."""
    return Html(between.join(text(part) for part in parts))


def el(name: str, /, *children: str, **attributes: str | float | None) -> Html:
    """An element.

    Args:
        name: of the element, HTML or SVG.
        children: text or markup.
        attributes: "_" in a name stands for "-", a last one is dropped (`class_`); None leaves the attribute out.
    """
    given = "".join(
        f' {key.rstrip("_").replace("_", "-")}="{escape(_plain(value))}"'
        for key, value in attributes.items()
        if value is not None
    )
    if name in VOID:
        return Html(f"<{name}{given}>")
    return Html(f"<{name}{given}>{join(children)}</{name}>")


def _plain(value: str | float) -> str:
    """Coordinates to a tenth of a unit: finer is not seen, and makes the file large."""
    return f"{value:.1f}".removesuffix(".0") if isinstance(value, float) else str(value)
