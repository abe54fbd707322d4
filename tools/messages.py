"""Adds to the catalogues what pages say and nobody has translated yet, and drops what none says any more.

`python -m tools.messages` writes `src/mintage/console/locale/zh_Hant/<group>.po` and names what still wants words;
with `--check` it writes nothing and fails where something is missing.
"""

from __future__ import annotations

import argparse
import io
import sys

from babel.messages.catalog import Catalog
from babel.messages.pofile import write_po

from mintage.console.catalogues import FOLDER, Msgid, catalogue, extract, msgid_of, strings_of


def main() -> int:
    """Bring the catalogues up to date."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="write nothing; fail where a message has no words")
    parser.add_argument("groups", nargs="*", help="only these groups of pages; all where none is named")
    asked = parser.parse_args()
    found = extract()
    groups = asked.groups or sorted({*found, *(path.stem for path in FOLDER.glob("*.po"))})
    known = _known()
    wanting = 0
    for group in groups:
        merged = _merged(group, found.get(group, {}), known)
        missing = [message for message in merged if message.id and not all(strings_of(message))]
        wanting += len(missing)
        for message in missing:
            print(f"{group}.po wants words for {message.id!r} ({message.locations[0][0] if message.locations else ''})")
        if not asked.check:
            _write(group, merged)
    return 1 if asked.check and wanting else 0


def _known() -> dict[Msgid, tuple[str, ...]]:
    """Every translation of any group: the same words are told alike everywhere."""
    return {
        msgid_of(message): strings_of(message)
        for path in sorted(FOLDER.glob("*.po"))
        for message in catalogue(path)
        if message.id and all(strings_of(message)) and not message.fuzzy
    }


def _merged(group: str, said: dict[Msgid, list[str]], known: dict[Msgid, tuple[str, ...]]) -> Catalog:
    """A group's catalogue with exactly what is said now, in the order of its words; its own translations win."""
    path = FOLDER / f"{group}.po"
    own = (
        {msgid_of(message): strings_of(message) for message in catalogue(path) if all(strings_of(message))}
        if path.is_file()
        else {}
    )
    merged = Catalog(locale="zh_Hant", project="Mintage", fuzzy=False)
    for msgid in sorted(said, key=str):
        places = [(place.rpartition(":")[0], 0) for place in said[msgid]]
        told = own.get(msgid) or known.get(msgid) or ("",)
        merged.add(msgid, told[0] if isinstance(msgid, str) else told, locations=sorted(set(places)))
    return merged


def _write(group: str, merged: Catalog) -> None:
    FOLDER.mkdir(parents=True, exist_ok=True)
    buffer = io.BytesIO()
    write_po(buffer, merged, width=120, omit_header=True, include_lineno=False)
    head = f"# Traditional Chinese of the console's pages: {group}.\n"
    head += 'msgid ""\nmsgstr ""\n"Content-Type: text/plain; charset=utf-8\\n"\n'
    head += '"Plural-Forms: nplurals=1; plural=0;\\n"\n\n'
    (FOLDER / f"{group}.po").write_text(head + buffer.getvalue().decode().strip() + "\n", "utf-8")


if __name__ == "__main__":
    sys.exit(main())
