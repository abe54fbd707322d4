"""What machines of a site may work for: the pools and workers that its file names."""

from __future__ import annotations

from fnmatch import fnmatchcase

from mintage.fleet.sites import PoolAccount, Site


def foreign(site: Site, url: str, worker: str) -> str:
    """Why machines of a site may not work for a pool under a name; "" where they may.

    The worker must be one of the account to which the URL belongs, so that work for our own pool under somebody
    else's name is found too.
    """
    accounts = [account for account in site.pool if _host(url) in map(_host, account.stratum)]
    if not accounts:
        return f"{url or 'no pool'} is not a pool of this site"
    if not any(_ours(account, worker) for account in accounts):
        return f"{worker or 'no worker'} is not a worker of ours at {url}"
    return ""


def _ours(account: PoolAccount, worker: str) -> bool:
    return any(fnmatchcase(worker.lower(), pattern.lower()) for pattern in account.workers)


def _host(url: str) -> str:
    """Host and port of a stratum URL; machines write it with and without a scheme, and drop a final slash."""
    return url.strip().lower().rpartition("://")[2].partition("/")[0]
