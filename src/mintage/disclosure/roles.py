"""What a figure does in its sentence: a level, the level before it, growth, a difference, a share, a bound."""

import re

import msgspec

from mintage.disclosure.context import Context
from mintage.disclosure.figures import Role
from mintage.disclosure.quantity import Quantity
from mintage.disclosure.words import words

_NEAR = 42


class RoleReading(msgspec.Struct):
    """A role with its direction (-1 for a decline) and the growth base it names: "yoy", "qoq", "mom" or None."""

    role: Role
    direction: int = 1
    compared: str | None = None


def role_of(context: Context, quantity: Quantity, following: Quantity | None, sentence: tuple[int, int]) -> RoleReading:
    """Return the role of a quantity from the words beside it."""
    start = quantity.start if quantity.qualifier_start is None else quantity.qualifier_start
    left = context.blanked[max(sentence[0], start - 90) : start]
    right = context.blanked[quantity.end : sentence[1]]
    compared = _compared(context.text[max(sentence[0], start - 90) : start], context.text[quantity.end : sentence[1]])
    if quantity.kind in {"percent", "points"}:
        if re.match(r"doubl|tripl|quadrupl", context.text[quantity.start : quantity.end], re.IGNORECASE):
            return RoleReading("growth", 1, compared)
        return _percent(left, right, compared)
    if quantity.kind in {"time", "things", "ordinal", "multiple", "temperature", "length", "area"}:
        return RoleReading("other")
    if words().difference_after.match(right) and following is not None and following.start - quantity.end < 20:
        less = re.match(r"\s*(?:\w+ )?(?:less|fewer|lower)", right, re.IGNORECASE) is not None
        return RoleReading("difference", -1 if less else 1, compared)
    change = words().difference_of.match(right)
    if change is not None:
        return RoleReading("difference", -1 if words().down.search(change[0]) else 1, compared)
    return _amount(left, compared)


def _amount(left: str, compared: str | None) -> RoleReading:
    based = words().base_before.search(left)
    difference = words().difference_before.search(left)
    if difference and not based:
        return RoleReading("difference", _direction(difference[0], ""), compared)
    extreme = words().low.search(left) or words().high.search(left)
    if based and not extreme and not re.search(r"\brange (?:from|of)\s*$", left):
        return RoleReading("base")
    return RoleReading("level")


def _percent(left: str, right: str, compared: str | None) -> RoleReading:
    near_left, near_right = left[-_NEAR:], right[:_NEAR]
    share = words().share_after.match(right)
    if share and (words().share_before.search(left) or not _last(words().up, near_left)):
        return RoleReading("share")
    cue = _last(words().up, near_left) or _last(words().down, near_left)
    if cue is not None and not re.search(r"[.;:]", near_left[cue.end() :]) and not _is_level(near_left[cue.end() :]):
        return RoleReading("growth", _direction(near_left, near_right), compared)
    after = words().up.match(near_right.strip()) or words().down.match(near_right.strip())
    above = re.match(r"\s*(?:above|below)\b", right, re.IGNORECASE)
    if after or above or (compared and _compared("", near_right)):
        return RoleReading("growth", _direction(near_left, near_right), compared)
    if words().share_before.search(left):
        return RoleReading("share")
    return RoleReading("level")


def _is_level(gap: str) -> bool:
    """Say whether the words between a growth verb and a percentage make it the level reached ("rose to 39%")."""
    return re.search(r"\b(?:to|at|reaching|margin|rate)\s+(?:\w+\s+)?$", gap, re.IGNORECASE) is not None


def _last(pattern: re.Pattern[str], text: str) -> re.Match[str] | None:
    return max(pattern.finditer(text), key=lambda match: match.start(), default=None)


def _direction(left: str, right: str) -> int:
    up, down = _last(words().up, left), _last(words().down, left)
    if down and (up is None or down.start() > up.start()):
        return -1
    if up is None and (words().down.match(right.strip()) or right.strip().lower().startswith("below")):
        return -1
    return 1


def _compared(left: str, right: str) -> str | None:
    """Return the comparison named nearest to a figure, first after it, then before it."""
    found: list[tuple[int, str]] = []
    for name, pattern in words().compared.items():
        match = pattern.search(right)
        if match and match.start() < 60 and not re.search(r"[;.]|\d%", right[: match.start()]):
            found.append((match.start(), name))
    if found:
        return min(found)[1]
    left = "" if "%" in left else left
    for name, pattern in words().compared.items():
        last = _last(pattern, left)
        if last:
            found.append((len(left) - last.end(), name))
    return min(found)[1] if found else None
