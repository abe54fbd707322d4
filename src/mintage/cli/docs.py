"""`mintage docs`: the reference pages, written from the code and checked against it."""

from __future__ import annotations

from pathlib import Path

from cyclopts import App

from mintage.cli.docs_pages import PAGES
from mintage.cli.options import Options
from mintage.cli.show import print_json
from mintage.units.errors import CheckFailed, InputError

app = App(name="docs", help="Generate the reference pages under docs/.")


@app.command
def write(folder: Path = Path("docs"), *, options: Options = Options()) -> None:
    """Write the reference pages from the code that they describe.

    Example: mintage docs write

    Args:
        folder: where the pages are.
    """
    stale = stale_pages(folder)
    for name, text in stale.items():
        (folder / name).write_text(text, "utf-8")
    if options.json:
        print_json({"pages": len(PAGES), "written": list(stale)})
    else:
        print(f"{len(stale)} of {len(PAGES)} pages in {folder}/ were written; the others said what the code says")


@app.command
def check(folder: Path = Path("docs"), *, options: Options = Options()) -> None:
    """Verify that the reference pages say what the code says; exit 1 where one does not.

    Example: mintage docs check

    Args:
        folder: where the pages are.
    """
    stale = [str(folder / name) for name in stale_pages(folder)]
    if stale:
        raise CheckFailed(f"out of date: {', '.join(stale)}. Run `make docs` and commit what changes.")
    if options.json:
        print_json({"pages": len(PAGES), "stale": stale})
    else:
        print(f"{len(PAGES)} pages in {folder}/ say what the code says")


def stale_pages(folder: Path) -> dict[str, str]:
    """Pages of a folder that are missing or say something else, with what they should say.

    Raises:
        InputError: the folder does not exist.
    """
    if not folder.is_dir():
        remedy = "Run this in a checkout of Mintage, or name the folder."
        raise InputError("there is no such folder.", file=str(folder), remedy=remedy)
    made = {name: make() for name, make in PAGES.items()}
    return {name: text for name, text in made.items() if _text(folder / name) != text}


def _text(path: Path) -> str | None:
    return path.read_text("utf-8") if path.exists() else None
