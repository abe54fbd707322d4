"""Which adapters there are, and opening one."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from mintage.mining.drivers.api import ApiAdapter, Asking
from mintage.mining.drivers.forms import PoolForm, forms
from mintage.mining.drivers.port import OPTIONAL, PoolAbout, PoolAdapter
from mintage.mining.drivers.statements import CsvAdapter
from mintage.units.errors import InputError

CSV = "csv"


def pool_kinds() -> list[PoolAbout]:
    """What is known of every kind of pool, by name."""
    known = [_about(name, form) for name, form in forms().items()]
    known.append(
        PoolAbout(
            name=CSV,
            title="CSV statements in a folder",
            scheme="as stated",
            states=("net_sats", *OPTIONAL),
            silent={},
            source="mintage.mining.drivers.statements",
            read=date(2026, 11, 22),
        )
    )
    return sorted(known, key=lambda item: item.name)


def open_pool(adapter: str, url: str, token: str, web: Asking) -> PoolAdapter:
    """An adapter for one account's pool.

    Args:
        adapter: name of the adapter.
        url: base URL of the API, or folder of the statements.
        token: credential; "" where none is needed.
        web: sends the requests.

    Raises:
        InputError: there is no such adapter.
    """
    if adapter == CSV:
        return CsvAdapter(Path(url))
    form = forms().get(adapter)
    if form is None:
        names = ", ".join(sorted((*forms(), CSV)))
        raise InputError(f"'{adapter}' is no adapter of a pool.", field="adapter", remedy=f"Known are: {names}.")
    return ApiAdapter(adapter, form, url, token, web)


def _about(name: str, form: PoolForm) -> PoolAbout:
    stated = {field for request in form.days for field in request.fields}
    return PoolAbout(
        name=name,
        title=form.title,
        scheme=form.scheme,
        states=tuple(field for field in ("net_sats", *OPTIONAL) if field in stated),
        silent=form.silent,
        source=form.source,
        read=form.read,
    )


def scheme_of(adapter: str) -> str:
    """How an adapter's pool pays; "as stated" where that is not known."""
    form = forms().get(adapter)
    return form.scheme if form else "as stated"
