"""The catalogues of messages: read for pages, and gathered from templates and modules for those who translate.

There is one `.po` file per group of pages, so that two people who translate do not meet in one file: what a template in
a folder of `templates/` says is in the file of that folder, what a module says in the file of its name, and what all
pages share in `console.po`.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract as babel_extract
from babel.messages.pofile import read_po

HERE = Path(__file__).parent
FOLDER = HERE / "locale/zh_Hant"
SHARED = "console"
Msgid = str | tuple[str, str]
"""A message, or its singular and plural."""
_KEYWORDS = {"_": None, "N_": None, "gettext": None, "ngettext": (1, 2)}
_OPTIONS = {
    "trimmed": "true",
    "silent": "false",
    "extensions": "jinja2.ext.i18n,jinja2.ext.do",
    "newstyle_gettext": "true",
}


def catalogue(path: Path) -> Catalog:
    """One catalogue of the folder."""
    with path.open("rb") as file:
        return read_po(file, locale="zh_Hant", abort_invalid=True)


def msgid_of(message: Message) -> Msgid:
    """A message's English words."""
    return message.id if isinstance(message.id, str) else (message.id[0], message.id[1])


def strings_of(message: Message) -> tuple[str, ...]:
    """A message's Chinese words: one form, "" where it has none yet."""
    return (message.string,) if isinstance(message.string, str) else tuple(message.string or ("",))


@cache
def translations() -> dict[str, tuple[str, ...]]:
    """Every message that is translated, by its English words; Chinese has one form for any number."""
    found: dict[str, tuple[str, ...]] = {}
    for path in sorted(FOLDER.glob("*.po")):
        for message in catalogue(path):
            if not message.id or message.fuzzy:
                continue
            told = strings_of(message)
            if all(told):
                found[message.id if isinstance(message.id, str) else message.id[0]] = told
    return found


def extract(root: Path = HERE) -> dict[str, dict[Msgid, list[str]]]:
    """Every message of templates and modules: by group, then by its English words, with the places where it stands."""
    found: dict[str, dict[Msgid, list[str]]] = {}
    for path, method in _sources(root):
        group = group_of(path, root)
        with path.open("rb") as file:
            for line, words, _comments, _context in babel_extract(method, file, _KEYWORDS, options=_OPTIONS):
                msgid = words if isinstance(words, str) else (words[0], words[1])
                place = f"{path.relative_to(root).as_posix()}:{line}"
                found.setdefault(group, {}).setdefault(msgid, []).append(place)
    menu = root / "data/menu.toml"
    if menu.is_file():
        for place, word in _menu_words(menu):
            found.setdefault(SHARED, {}).setdefault(word, []).append(place)
    return found


def group_of(path: Path, root: Path = HERE) -> str:
    """The catalogue that a source belongs to."""
    parts = path.relative_to(root).parts
    if parts[0] == "templates" and len(parts) > 2 and parts[1] != "macros":
        return parts[1]
    if parts[0] == "pages" and path.stem not in ("__init__", "frame"):
        return path.stem.partition("_")[0] if len(parts) == 2 else parts[1]
    return SHARED


def _sources(root: Path) -> Iterator[tuple[Path, str]]:
    for path in sorted((root / "templates").rglob("*.html")):
        yield path, "jinja2.ext:babel_extract"
    for path in sorted(root.rglob("*.py")):
        yield path, "python"


def _menu_words(path: Path) -> Iterator[tuple[str, str]]:
    """What the menu says, which is data."""
    for entry in tomllib.loads(path.read_text("utf-8"))["entry"]:
        for word in (entry["label"], entry.get("section", "")):
            if word:
                yield "data/menu.toml:1", word
