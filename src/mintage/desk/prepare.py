"""What a desk reads before the first visitor comes, so that nobody waits for a million postings."""

from __future__ import annotations

from mintage.desk import books, books_roll, factory, loans, lots, sales, treasury
from mintage.desk.company import Company


def prepare(company: Company) -> None:
    """Read the books of the running quarter and of the one before it, as pages ask for them.

    It only fills what the books remember: whoever comes meanwhile waits for the same reading and not for a second one.

    Raises:
        MintageError: the journal cannot be read, or does not foot; pages say so then.
    """
    now = company.period()
    for period in (now, now.before()):
        books.home(company, period)
        for id_ in books.MAKERS:
            books.statement(company, id_, period)
        books.kpis(company, period)
        books_roll.rollforward(company, period)
        sales.sales(company, period)
        factory.factory(company, period)
    treasury.treasury(company)
    loans.loans(company)
    lots.lots(company)
