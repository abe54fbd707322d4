"""`mintage curtail rules`, `resume` and `price`: what a site sheds without anybody asking, and what it goes by."""

from __future__ import annotations

from pathlib import Path

from mintage.cli.curtail_tables import print_rules
from mintage.cli.options import actor
from mintage.cli.show import print_json, print_table
from mintage.cli.site_desk import open_desk
from mintage.cli.site_options import SiteOptions
from mintage.fleet.control.roles import may
from mintage.fleet.curtail import service
from mintage.fleet.curtail.follower import rules_of, standings
from mintage.fleet.curtail.prices import prices
from mintage.fleet.curtail.rules import load_rules
from mintage.fleet.curtail.store import Book


def rules(file: Path | None = None, *, options: SiteOptions = SiteOptions()) -> None:
    """The site's standing rules; with a file, put these in force instead.

    Example: mintage curtail rules examples/curtail.toml --site examples/site.toml

    Args:
        file: file of rules; who puts them in force must be an admin of the site.
    """
    desk = open_desk(options)
    if file is not None:
        service.set_rules(desk, load_rules(file), who=actor())
    may(desk.site, actor(), "read")
    book = Book(desk.db)
    found, standing = rules_of(book), standings(book)
    if options.json:
        print_json({"site": desk.site.name, "rules": found, "standings": standing})
        return
    print_rules(desk.site.name, found, standing)


def resume(rule: str, *, options: SiteOptions = SiteOptions()) -> None:
    """Put a rule or source in force again that rests because somebody ended its curtailment.

    Example: mintage curtail resume evening-peak --site examples/site.toml

    Args:
        rule: its name.
    """
    service.resume(open_desk(options), rule, who=actor())
    if options.json:
        print_json({"resumed": rule})
        return
    print(f"{rule} is in force again.")


def price(*, power: float | None = None, hashprice: float | None = None, options: SiteOptions = SiteOptions()) -> None:
    """Tell the site what power costs and hash rate earns now; rules that shed at breakeven go by it.

    Example: mintage curtail price --power 140 --hashprice 38.2 --site examples/site.toml

    Args:
        power: price of power, USD/MWh; forgotten after an hour.
        hashprice: hashprice, USD/PH/day; forgotten after two days.
    """
    desk = open_desk(options)
    if power is not None:
        service.tell_price(desk, "price_usd_mwh", power, who=actor())
    if hashprice is not None:
        service.tell_price(desk, "hashprice_usd_ph_day", hashprice, who=actor())
    may(desk.site, actor(), "read")
    told = prices(desk.site, Book(desk.db), desk.clock.now_us())
    if options.json:
        print_json(told)
        return
    rows = [
        ("power", "unknown" if told.price_usd_mwh is None else f"{told.price_usd_mwh:,.2f} USD/MWh"),
        (
            "hashprice",
            "unknown" if told.hashprice_usd_ph_day is None else f"{told.hashprice_usd_ph_day:,.2f} USD/PH/day",
        ),
        ("told by", told.by or "nobody"),
    ]
    print_table(f"Prices that {desk.site.name} goes by", ("", ""), rows, left=2)
