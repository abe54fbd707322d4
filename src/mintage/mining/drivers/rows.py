"""Rows of an answer, turned into fields of ours as a form says."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import date
from typing import Any

from mintage.mining.drivers.forms import FieldForm, RequestForm
from mintage.mining.drivers.port import MISSING, FormChanged
from mintage.mining.drivers.values import KINDS, Unreadable, ths

ROWS_MAX = 20_000
Fields = dict[str, Any]
_SUMMED = {"btc", "btc-nearest", "sats", "count"}


class Reader:
    """Reads answers of one pool.

    Args:
        pool: name of the adapter, for messages.
        source: documentation of the form, likewise.
        hush: takes the credential out of what the pool says, before it is repeated in a message.
    """

    def __init__(self, pool: str, source: str, hush: Callable[[str], str]) -> None:
        self._pool, self._source, self._hush = pool, source, hush

    def rows(self, body: Any, form: RequestForm) -> list[Fields]:
        """Fields of each row that counts.

        Raises:
            FormChanged: the answer is in another form; nothing of it is used.
        """
        found = self.at(body, form.rows, "")
        if isinstance(found, dict):
            return [self._fields(found, form, form.rows)]
        if not isinstance(found, list):
            raise self.changed(form.rows, "a list of rows", found)
        if len(found) > ROWS_MAX:
            raise self.changed(form.rows, f"at most {ROWS_MAX:,} rows", found)
        places = ((row, f"{form.rows}[{number}]") for number, row in enumerate(found))
        return [self._fields(row, form, place) for row, place in places if self._counts(row, form, place)]

    def at(self, value: Any, path: str, place: str) -> Any:
        """What stands at a dotted path, or `MISSING`.

        Raises:
            FormChanged: something on the way is no object.
        """
        for name in path.split(".") if path else ():
            if not isinstance(value, dict):
                raise self.changed(place or path, f"an object with '{name}'", value)
            place = f"{place}.{name}" if place else name
            value = value.get(name, MISSING)
            if value is MISSING:
                return MISSING
        return value

    def changed(self, field: str, expected: str, got: Any) -> FormChanged:
        """The error that names pool, field and what was expected."""
        shown = self._hush(got) if isinstance(got, str) else got
        return FormChanged(
            pool=self._pool, field=field or "the answer", expected=expected, got=shown, source=self._source
        )

    def _counts(self, row: Any, form: RequestForm, place: str) -> bool:
        if form.only is None:
            return True
        value = self.at(row, form.only.at, place)
        if value in form.only.take:
            return True
        if value in form.only.leave:
            return False
        words = ", ".join((*form.only.take, *form.only.leave))
        raise self.changed(f"{place}.{form.only.at}", f"one of {words}", value)

    def _fields(self, row: Any, form: RequestForm, place: str) -> Fields:
        return {name: self._field(row, field, place) for name, field in form.fields.items()}

    def _field(self, row: Any, field: FieldForm, place: str) -> Any:
        value, where = self.at(row, field.at, place), f"{place}.{field.at}".lstrip(".")
        if field.optional and (value is MISSING or value is None):
            return None
        try:
            if field.kind == "hashrate":
                return ths(value, self.at(row, field.unit_at, place))
            return KINDS[field.kind](value)
        except Unreadable as error:
            raise self.changed(where, str(error), value) from error

    def by_day(self, rows: Iterable[Fields], form: RequestForm) -> dict[date, Fields]:
        """Rows by their day; several of one day are added up where the form says so.

        Raises:
            FormChanged: two rows are of one day where there should be one, or disagree.
        """
        days: dict[date, Fields] = {}
        for fields in rows:
            day = fields["day"]
            if day not in days:
                days[day] = fields
            elif form.sum:
                days[day] = self._added(days[day], fields, form)
            else:
                raise self.changed(form.rows, "one row a day", f"two rows of {day}")
        return days

    def _added(self, one: Fields, two: Fields, form: RequestForm) -> Fields:
        added = dict(one)
        for name, field in form.fields.items():
            if field.kind in _SUMMED and one[name] is not None and two[name] is not None:
                added[name] = one[name] + two[name]
            elif one[name] != two[name]:
                raise self.changed(f"{form.rows}.{field.at}", "the same in all rows of a day", two[name])
        return added


def fill(template: Any, words: Mapping[str, str | int]) -> Any:
    """A template with its words filled in; one that is a single word becomes that word, number or text."""
    if isinstance(template, dict):
        return {name: fill(item, words) for name, item in template.items()}
    if not isinstance(template, str):
        return template
    name = template[1:-1]
    return words[name] if template == f"{{{name}}}" and name in words else template.format_map(words)
