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
        example: a file of that kind to look at.
        check: raises InputError for what is wrong in spite of fitting types.

    Raises:
        InputError: the file is not there, is not TOML, does not fit the struct, or fails the check.
        LimitError: it is far too long.
    """
    try:
        size = path.stat().st_size
        if size > BYTES_MAX:
            raise LimitError(f"{size} bytes are too many for a {what} file; at most {BYTES_MAX} are read.")
        value = msgspec.toml.decode(path.read_bytes(), type=kind)
        check(value)
    except (FileNotFoundError, IsADirectoryError) as error:
        raise InputError(f"no such {what} file.", file=str(path), remedy=f"See {example}.") from error
    except msgspec.ValidationError as error:
        problem, _, field = str(error).partition(" - at `$")
        raise InputError(
            f"{problem}.", file=str(path), field=field.strip("`.") or None, remedy=f"See {example}."
        ) from error
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        found = _LINE.search(str(error))
        problem = f"this is not TOML: {_LINE.sub('', str(error))}."
        raise InputError(problem, file=str(path), line=int(found[1]) if found else None) from error
    except InputError as error:
        raise error.at(file=str(path)) from None
    return value
