"""What templates call that is no word: addresses of files and pages, badges' data, drawings, and keys of forms."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Mapping
from functools import cache, lru_cache
from importlib import resources
from typing import Any, Literal
from urllib.parse import parse_qsl, quote, urlencode

import msgspec
from markupsafe import Markup, escape

from mintage.console.charts import script_json
from mintage.console.drawings import bullet, share, sparkline
from mintage.console.static import address
from mintage.console.words import LANGUAGES
from mintage.people.roles import Role, role_book

Tone = Literal["good", "warn", "bad", "info", "idle"]


class State(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How a state is shown: never by its colour alone.

    Attributes:
        en: the word in English.
        zh: in Traditional Chinese.
        tone: what it means to the reader.
        icon: the icon; by its tone where empty.
    """

    en: str
    zh: str
    tone: Tone = "idle"
    icon: str = ""


ICONS: dict[Tone, str] = {
    "good": "circle-check",
    "warn": "triangle-alert",
    "bad": "octagon-x",
    "info": "info",
    "idle": "circle-dashed",
}


class Both(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Words in both languages."""

    en: str
    zh: str


@cache
def states() -> dict[str, State]:
    """Every state that a badge can show, by the word that answers use for it."""
    raw = resources.files("mintage.console").joinpath("data/states.toml").read_bytes()
    return msgspec.toml.decode(raw, type=dict[str, State])


def state_of(name: str) -> State:
    """How a state is shown; one that nobody described is told in its own word, quietly."""
    words = name.replace("_", " ").replace("-", " ")
    return states().get(name) or State(en=words, zh=words)


def done_words(code: str) -> Both | None:
    """What was just done, by the code that an address carries; None for a code that nobody described."""
    return _done().get(code)


@cache
def _done() -> dict[str, Both]:
    raw = resources.files("mintage.console").joinpath("data/done.toml").read_bytes()
    return msgspec.toml.decode(raw, type=dict[str, Both])


def role_of(name: str) -> Role | Both:
    """A role's words in both languages; its own name where there is no such role any more."""
    return role_book().role.get(name) or Both(en=name, zh=name)


@lru_cache(maxsize=1024)
def icon(name: str, classes: str = "") -> Markup:
    """An icon of the sprite, which says nothing to screen readers."""
    kind = f"icon {classes}".strip()
    return Markup('<svg class="{}" aria-hidden="true"><use href="{}#{}"></use></svg>').format(
        kind, address("icons.svg"), name
    )


def href(path: str, query: str | Mapping[str, Any] = "", **changes: Any) -> str:
    """An address with some of its query changed; what is changed to None or "" is left out.

    Args:
        path: the path.
        query: the query now, as text or as names and values.
        changes: names and new values; a list stands for several.
    """
    now = parse_qsl(query.lstrip("?")) if isinstance(query, str) else list(query.items())
    kept = [(name, value) for name, value in now if name not in changes and value not in (None, "")]
    for name, value in changes.items():
        kept += [
            (name, item) for item in (value if isinstance(value, list | tuple) else [value]) if item not in (None, "")
        ]
    return f"{path}?{urlencode(kept)}" if kept else path


def asked(query: str, name: str) -> str:
    """What a query says of a name; "" where it says nothing."""
    return dict(parse_qsl(query.lstrip("?"))).get(name, "")


def marked(text: str) -> Markup:
    """A text in which what stands between backticks is shown as code."""
    parts = escape(text).split("`")
    if len(parts) % 2 == 0:
        return escape(text)
    return Markup("").join(Markup("<code>{}</code>").format(part) if at % 2 else part for at, part in enumerate(parts))


def new_key() -> str:
    """A fresh idempotency key: the same form sent twice is one act."""
    return secrets.token_urlsafe(18)


GLOBALS: dict[str, Callable[..., Any]] = {
    "asset": address,
    "asked": asked,
    "bullet": bullet,
    "done_words": done_words,
    "href": href,
    "icon": icon,
    "languages": lambda: LANGUAGES,
    "marked": marked,
    "new_key": new_key,
    "role_of": role_of,
    "script_json": script_json,
    "share": share,
    "sparkline": sparkline,
    "state_of": state_of,
    "icons_by_tone": lambda: ICONS,
    "urlquote": lambda text: quote(str(text), safe=""),
}
"""Globals of every template."""
