"""Write the fact files of the example company: `python -m tools.example_company [--into FOLDER]`.

The facts add up to what a real miner published for the first two quarters of 2025; what was never published is an
assumption and marked as one. The numbers stand as tables at the top of the modules in `tools/example/`.
"""

from __future__ import annotations

import argparse
from pathlib import Path

from tools.example.bills import opening_contracts
from tools.example.capital import opening_capital, write_capital
from tools.example.chain import opening_stock, write_chain
from tools.example.company import Company
from tools.example.fleet import demand, opening_fleet, write_fleet
from tools.example.lending import write_loans
from tools.example.market import read_market, write_market
from tools.example.mining import write_mining
from tools.example.overhead import write_overhead
from tools.example.receipts import opening_customers
from tools.example.reported import write_reported
from tools.example.selling import parts_used, plan_deliveries, write_sales
from tools.example.settling import opening_other, write_settling
from tools.example.sheet import Sheet
from tools.example.sites import write_places
from tools.example.treasury import opening_bitcoin, write_treasury

HERE = Path(__file__).resolve().parent
FOLDER = HERE.parent / "examples" / "lodequarry" / "facts"
SHARED = HERE.parent.parent / "shared" / "data"


def build(shared: Path, known: Path) -> Sheet:
    """All facts of the example.

    Args:
        shared: folder of the raw market series, used where it exists.
        known: folder of fact files written earlier, which carry the market series.
    """
    company = Company(Sheet(), read_market(shared, known))
    write_market(company.sheet, company.market)
    write_reported(company.sheet)
    write_places(company)
    opening_contracts(company)
    opening_fleet(company)
    opening_stock(company)
    opening_customers(company)
    opening_bitcoin(company)
    opening_capital(company)
    opening_other(company)
    write_mining(company)
    deliveries = plan_deliveries()
    machines = [(item.plant, item.model, item.day, item.units) for item in deliveries]
    write_chain(company, machines + demand(), parts_used())
    write_fleet(company)
    write_sales(company, deliveries)
    write_treasury(company)
    write_loans(company)
    write_overhead(company)
    write_capital(company)
    write_settling(company)
    return company.sheet


def main() -> None:
    """Write the files and say how many."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--into", type=Path, default=FOLDER, help="folder to write to")
    into = parser.parse_args().into
    files = build(SHARED, FOLDER).write(into)
    print(f"{len(files)} files, {sum(file.stat().st_size for file in files):,} bytes in {into}")


if __name__ == "__main__":
    main()
