"""What machines of a site may work for: the pools and workers that its file names."""

from __future__ import annotations

from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import urlsplit

if TYPE_CHECKING:
    from mintage.fleet.sites import PoolAccount, Site

_FAMILIES = {
    "": "stratum",
    "tcp": "stratum",
    "stratum": "stratum",
    "stratum+tcp": "stratum",
    "ssl": "stratum over TLS",
    "tls": "stratum over TLS",
    "stratum+ssl": "stratum over TLS",
    "stratum+tls": "stratum over TLS",
    "stratum2+tcp": "stratum V2",
}
"""Protocols by scheme; machines write plain stratum with and without one."""
_FORBIDDEN = frozenset("#?@\\")
"""What readers of URLs, ours and a machine's, take apart in different ways."""


class Endpoint(NamedTuple):
    """Where a stratum URL leads.

    Attributes:
        family: protocol.
        host: name or address, in small letters.
        port: TCP port.
        path: what follows, without a final slash; V2 keeps the pool's key there.
    """

    family: str
    host: str
    port: int
    path: str


def endpoint(url: str) -> Endpoint | None:
    """Where a stratum URL leads; None where it is none, or could be read in two ways."""
    text = url.strip()
    plain = text.isascii() and text.isprintable() and " " not in text
    if not plain or text.count("://") > 1 or not _FORBIDDEN.isdisjoint(text):
        return None
    try:
        parts = urlsplit(text if "://" in text else f"//{text}")
        family, port = _FAMILIES.get(parts.scheme), parts.port
    except ValueError:
        return None
    if family is None or not parts.hostname or not port:
        return None
    return Endpoint(family, parts.hostname, port, parts.path.rstrip("/"))


def foreign(site: Site, url: str, worker: str) -> str:
    """Why machines of a site may not work for a pool under a name; "" where they may.

    The worker must be one of the account to which the URL belongs, so that work for our own pool under somebody
    else's name is found too.
    """
    asked = endpoint(url)
    accounts = [account for account in site.pool if asked and asked in map(endpoint, account.stratum)]
    if not accounts:
        return f"{url or 'no pool'} is not a pool of this site"
    if not any(_ours(account, worker) for account in accounts):
        return f"{worker or 'no worker'} is not a worker of ours at {url}"
    return ""


def _ours(account: PoolAccount, worker: str) -> bool:
    return any(fnmatchcase(worker.lower(), pattern.lower()) for pattern in account.workers)
