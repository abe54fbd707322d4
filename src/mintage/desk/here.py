"""Sites whose state is on this machine, or why nothing can be done at one from here."""

from __future__ import annotations

from mintage.desk.company import Company
from mintage.desk.sites import SiteDesk
from mintage.units.errors import InputError


class Missing(InputError):
    """What is asked for is not there, or not for this reader."""


def site_desk(company: Company, name: str) -> SiteDesk:
    """The desk of a site whose agent keeps its state here.

    Raises:
        Missing: it is not here.
    """
    found = company.sites.all().get(name)
    if found is None:
        reason = company.sites.problems().get(name, "its agent keeps no state on this machine.")
        raise Missing(f"nothing can be done at '{name[:80]}' from here: {reason}", field="site")
    return found
