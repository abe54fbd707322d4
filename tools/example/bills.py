"""What mining costs: bills of power, hosting and sites, and the settlements of joint mining."""

from __future__ import annotations

from datetime import date
from fractions import Fraction

from tools.example.company import OPENING, Company, days, month_end, require
from tools.example.sheet import FactFile, add, kwh, usd
from tools.example.sites import SITES

JOINT_CAPITAL = 10_400_000_00
JOINT_FORMS = {"joint-even": "even", "joint-recover": "recover-then-even", "joint-revenue": "revenue-share"}
POWER_CREDITS = {"2025-01": 61_400_00, "2025-02": 38_250_00, "2025-06": 54_900_00}
WRONG_BILL = "2025-05"


def write_bills(
    company: Company, month: date, operating: dict[tuple[date, str], Fraction], value: dict[tuple[str, str], int]
) -> None:
    """A month's bills and joint settlements, dated its last day."""
    name, last = f"{month:%Y-%m}", month_end(month)
    target = company.file(
        month,
        "power-and-hosting.csv",
        "Bills of power, hosting and site costs, and the settlements of joint mining",
        grade="assumed",
        source=f"bills of hosts and suppliers, {month:%B %Y}",
    )
    target.defaults["note"] = (
        "Derived from the stated 4.6 US cents per kWh all-in; the split over sites is assumed."
        if name == "2025-05"
        else "Assumed; in line with the stated 4.6 US cents per kWh of May 2025."
    )
    for name_of, site in SITES.items():
        hours = sum(operating[day, name_of] for day in days(month, last)) * 24
        energy_wh = int(hours * Fraction(site.efficiency))
        if energy_wh:
            _site_bills(company, target, (name, last), name_of, energy_wh, value.get((name_of, name), 0))


def _site_bills(
    company: Company, target: FactFile, when: tuple[str, date], name: str, energy_wh: int, revenue: int
) -> None:
    month, last = when
    site, key = SITES[name], f"{when[0]}:{name}"
    rate = Fraction(site.rate)
    billed = round(energy_wh * rate / 10)  # Wh x USD/kWh / 1000 x 100 cents
    bill = {"site": name, "creditor": site.creditor}
    if site.billing == "power":
        wrong = month == WRONG_BILL and name == "pa-stillwater"
        if wrong:
            _wrong_bill(target, bill, key, last, energy_wh, billed)
        shown = f"power:{key}" + (":corrected" if wrong else "")
        add(target, "mining.power-billed", shown, last, **bill, energy=kwh(energy_wh), amount=usd(billed))
        company.owe(last, site.creditor, billed)
        credit = POWER_CREDITS.get(month, 0) if name == "pa-stillwater" else 0
        if credit:
            add(
                target,
                "mining.program-credit",
                f"credit:{key}",
                last,
                **bill,
                program="demand-response",
                amount=usd(credit),
            )
            company.owe(last, site.creditor, -credit)
    else:
        add(target, "mining.energy-metered", f"energy:{key}", last, site=name, energy=kwh(energy_wh))
        if site.billing != "joint-revenue":
            add(target, "mining.hosting-billed", f"hosting:{key}", last, **bill, amount=usd(billed))
            company.owe(last, site.creditor, billed)
        if site.billing != "hosting":
            _joint(company, target, name, key, last, revenue - (0 if site.billing == "joint-revenue" else billed))
    if energy_wh > 10**9:
        costs = {"site": name, "creditor": f"{name}-services", "amount": usd(site.costs * 100)}
        add(target, "mining.site-cost-billed", f"site-cost:{key}", last, **costs)
        company.owe(last, f"{name}-services", site.costs * 100)


def _wrong_bill(target: FactFile, bill: dict[str, str], key: str, last: date, energy_wh: int, billed: int) -> None:
    """The bill was first keyed in with the decimal point one place off, found three days later, and reversed."""
    wrong = {"energy": kwh(energy_wh * 10), "amount": usd(billed * 10)}
    note = "Keyed in with the decimal point one place off."
    add(target, "mining.power-billed", f"power:{key}", last, at="2025-05-31T12:00:00Z", **bill, **wrong, note=note)
    reason = "Energy and amount were ten times the bill; the corrected bill follows."
    add(
        target,
        "journal.reversed",
        f"power:{key}:reversed",
        last,
        at="2025-05-31T13:00:00Z",
        of=f"power:{key}",
        reason=reason,
    )


def _joint(company: Company, target: FactFile, name: str, key: str, last: date, net: int) -> None:
    site = SITES[name]
    percent = {"joint-even": 50, "joint-recover": 70}.get(site.billing) or 100 - int(site.rate)
    before = company.owed_to_hosts.get(("recovered", name), 0)
    share = _half_up(net * percent, 100)
    recovered = None
    if site.billing == "joint-recover":
        require(holds=before + share <= JOINT_CAPITAL, message="the capital comes back within the example")
        company.owed_to_hosts["recovered", name] = before + share
        recovered = usd(share)
    fields = {"net_revenue": usd(net), "company_share": usd(share), "host_share": usd(net - share)}
    add(
        target,
        "mining.joint-settled",
        f"joint:{key}",
        last,
        site=name,
        host=site.creditor,
        **fields,
        recovered=recovered,
    )
    company.owe(last, f"joint:{site.creditor}", net - share)


def _half_up(numerator: int, denominator: int) -> int:
    return (2 * numerator + denominator) // (2 * denominator)


def opening_contracts(company: Company) -> None:
    """The three forms of joint mining."""
    target = company.sheet.file(
        "opening/joint-contracts.toml",
        "Joint mining: how sites share their result with their hosts.",
        grade="assumed",
        source="joint-mining contracts",
        note="Even shares, and 70 per cent until the capital is back, are published forms; the rest is assumed.",
    )
    shares = {"joint-even": ("50", None, None), "joint-recover": ("70", "50", usd(JOINT_CAPITAL))}
    for name, site in SITES.items():
        if site.billing in JOINT_FORMS:
            percent, after, capital = shares.get(site.billing) or (str(100 - int(site.rate)), None, None)
            fields = {"site": name, "host": site.creditor, "form": JOINT_FORMS[site.billing], "share_pct": percent}
            key = f"joint-contract:{name}"
            more = {"share_after_pct": after, "capital": capital}
            add(target, "mining.joint-contract-set", key, OPENING, **fields, **more)
