"""Who may be told of which live state: what is live follows the same rights as the pages that show it."""

from __future__ import annotations

from mintage.desk.company import Company
from mintage.desk.live import May
from mintage.desk.work import may_see
from mintage.people.caller import Caller
from mintage.people.roles import EVERYWHERE
from mintage.units.errors import InputError

FLEET = "fleet.read"


def telling(company: Company, caller: Caller) -> May:
    """Whether somebody may be told of a key, as a function that is asked for each change.

    A machine is told to who may see its site, the figures of all machines together to who may see all sites, a job to
    who may see the job. That the journal grew is told to everybody, and what is none of these to nobody.
    """
    sites: dict[str, bool] = {}
    open_ = {"journal": True, "machines": caller.may(FLEET), "chain": caller.may(FLEET, EVERYWHERE)}

    def may(key: str) -> bool:
        kind, _, rest = key.partition(":")
        if kind == "machine":
            site = rest.partition("/")[0]
            if site not in sites:
                sites[site] = caller.may(FLEET, site)
            return sites[site]
        return _job(company, caller, rest) if kind == "job" else open_.get(kind, False)

    return may


def _job(company: Company, caller: Caller, id_: str) -> bool:
    try:
        return may_see(caller, company.jobs.get(id_))
    except InputError:
        return False
