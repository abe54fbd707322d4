"""Files that people describe things in: whatever is wrong is said with file and line or key."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest

from mintage.units.errors import InputError
from mintage.units.toml import BYTES_MAX, read_toml


class Part(msgspec.Struct, forbid_unknown_fields=True):
    name: str
    size: int = 1


class Whole(msgspec.Struct, forbid_unknown_fields=True):
    part: tuple[Part, ...]


def read(path: Path) -> Whole:
    def check(whole: Whole) -> None:
        if any(part.size < 0 for part in whole.part):
            raise InputError("a size below zero cannot be.", field="size")

    return read_toml(path, Whole, "parts", "examples/parts.toml", check)


def test_a_good_file_is_read(tmp_path: Path) -> None:
    """What the file says comes back as structs."""
    path = tmp_path / "parts.toml"
    path.write_text('[[part]]\nname = "a"\nsize = 3\n', "utf-8")
    assert read(path) == Whole((Part("a", 3),))


@pytest.mark.parametrize(
    ("body", "line", "field", "words"),
    [
        (b'[[part]]\nname = "a"\nsize 3\n', 3, None, "not TOML"),
        (b'[[part]]\nname = "a"\nsize = "big"\n', None, "part[0].size", "Expected `int`"),
        (b"[[part]]\nsize = 1\n", None, "part[0]", "missing required field `name`"),
        (b'[[part]]\nname = "a"\ncolour = "red"\n', None, "part[0]", "unknown field `colour`"),
        (b'[[part]]\nname = "a"\nsize = -1\n', None, "size", "below zero"),
        (b"size = " + b"9" * 5000, None, None, "not TOML"),
        (b"x = " + b"[" * 5000, None, None, "not TOML"),
        (b"\xff\xfe", None, None, "not TOML"),
        (b"#" * (BYTES_MAX + 1), None, None, "too many"),
    ],
)
def test_a_bad_file_says_where(tmp_path: Path, body: bytes, line: int | None, field: str | None, words: str) -> None:
    """Syntax has its line, a wrong value its key; the file's name stands in every message."""
    path = tmp_path / "parts.toml"
    path.write_bytes(body)
    with pytest.raises(InputError, match=words) as refused:
        read(path)
    assert (refused.value.file, refused.value.line, refused.value.field) == (str(path), line, field)


def test_no_file_and_a_folder_are_refused_with_an_example(tmp_path: Path) -> None:
    """A name that leads nowhere, or to a folder, says what to look at."""
    for path in (tmp_path / "none.toml", tmp_path):
        with pytest.raises(InputError, match=r"examples/parts\.toml"):
            read(path)
