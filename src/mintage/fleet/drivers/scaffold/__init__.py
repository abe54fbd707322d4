"""A skeleton of a driver as a package of its own, from the templates in this folder."""

from __future__ import annotations

import re
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path

from mintage.units.errors import InputError

NAME = re.compile(r"[a-z][a-z0-9_]{1,30}")
SUFFIX = ".in"
PLACEHOLDER = "@NAME@"


def write_scaffold(name: str, out: Path | None = None) -> list[Path]:
    """Write the skeleton of a driver.

    Args:
        name: its name, such as "acme".
        out: folder to write to; "mintage-NAME" where None. It may exist if it is empty.

    Returns:
        The files written.

    Raises:
        InputError: the name cannot be a module's, or the folder holds something.
    """
    if not NAME.fullmatch(name):
        raise InputError(
            f"'{name}' cannot name a driver.",
            field="NAME",
            remedy="Take 2 to 31 lower-case letters, digits and _, a letter first.",
        )
    folder = out or Path(f"mintage-{name}")
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise InputError(f"{folder} is not empty.", field="--out", remedy="Name a folder that is not there yet.")
    places = {"package": f"src/mintage_{name}", "test_contract.py.in": "tests/test_contract.py.in"}
    written = []
    for source, place in _templates(files(__package__), Path()):
        first, *rest = place.parts
        target = folder.joinpath(places.get(first, first), *rest).with_suffix("")
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(source.read_text("utf-8").replace(PLACEHOLDER, name), "utf-8")
        written.append(target)
    return sorted(written)


def _templates(folder: Traversable, place: Path) -> list[tuple[Traversable, Path]]:
    """Templates under a folder, with their places."""
    found = []
    for item in folder.iterdir():
        if item.is_dir():
            found += _templates(item, place / item.name)
        elif item.name.endswith(SUFFIX):
            found.append((item, place / item.name))
    return found
