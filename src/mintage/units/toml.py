"""Reading what a person described in a TOML file, with errors that say file, line or key, and what to look at."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

import msgspec

from mintage.units.errors import InputError, LimitError

T = TypeVar("T")
BYTES_MAX = 4 << 20
"""A longer file is not something that a person described."""
_LINE = re.compile(r" \(at line (\d+), column \d+\)")


def read_toml(
    path: Path, kind: type[T], what: str, example: str, check: Callable[[T], object] = lambda _value: None
) -> T:
    """Read a file as a struct, and check what the types cannot say.

    Args:
        path: the file.
        kind: struct that it describes.
        what: what the file is of, for people: "site".
        example: where to look how such a file is written: a file, a page, a command.
        check: raises InputError for what is wrong in spite of fitting types.

    Raises:
        InputError: the file is not there, is not TOML, does not fit the struct, or fails the check.
        LimitError: it is far too long.
    """
    try:
        value = _decoded(_bytes(path, what, example), kind, example)
        check(value)
    except InputError as error:
        raise error.at(file=str(path)) from error.__cause__
    return value


def _bytes(path: Path, what: str, example: str) -> bytes:
    try:
        size = path.stat().st_size
        if size > BYTES_MAX:
            raise LimitError(f"{size} bytes are too many for a {what} file; at most {BYTES_MAX} are read.")
        return path.read_bytes()
    except (FileNotFoundError, IsADirectoryError) as error:
        raise InputError(f"no such {what} file.", remedy=f"See {example}.") from error
    except OSError as error:
        raise InputError(
            f"the {what} file cannot be read: {error.strerror}.", remedy="Let this user read it."
        ) from error


def _decoded(raw: bytes, kind: type[T], example: str) -> T:
    try:
        return msgspec.toml.decode(raw, type=kind)
    except msgspec.ValidationError as error:
        problem, _, field = str(error).partition(" - at `$")
        raise InputError(f"{problem}.", field=field.strip("`.") or None, remedy=f"See {example}.") from error
    # A number of 5,000 digits is a ValueError of its own, and so are bytes that are no UTF-8.
    except (msgspec.DecodeError, ValueError, RecursionError) as error:
        found = _LINE.search(str(error))
        problem = f"this is not TOML: {_LINE.sub('', str(error))}."
        raise InputError(problem, line=int(found[1]) if found else None, remedy=f"See {example}.") from error
