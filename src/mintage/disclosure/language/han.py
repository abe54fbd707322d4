"""Chinese text folded to one script and one width, character by character.

Traditional and simplified characters, full-width and half-width digits become the same, so that one
pattern reads them all. Folding keeps every offset: `fold(text)[i]` stands for `text[i]`.
"""

import re
import tomllib
from functools import cache
from importlib.resources import files

_FULL_WIDTH = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)}
_DASHES = dict.fromkeys(map(ord, "–—―−～﹣‒"), "-")


@cache
def _table() -> dict[int, int | str]:
    """Return the folding of each character that changes."""
    rows = load_table("han_variants.toml")
    traditional, simplified = "".join(rows["traditional"]), "".join(rows["simplified"])
    variants = dict(zip(map(ord, traditional), simplified, strict=True))
    return {**_FULL_WIDTH, **variants, **_DASHES, ord("\u3000"): " ", ord("\xa0"): " "}


@cache
def fold(text: str) -> str:
    """Return `text` in simplified characters and half-width signs, of the same length."""
    return text.translate(_table())


@cache
def han_pattern(pattern: str) -> re.Pattern[str]:
    """Compile a pattern written in either script so that it finds folded text."""
    return re.compile(fold(pattern), re.IGNORECASE)


@cache
def load_table(name: str) -> dict[str, list[str]]:
    """Read a data file of the disclosure room."""
    path = files("mintage.disclosure").joinpath("data", name)
    return tomllib.loads(path.read_text(encoding="utf-8"))
