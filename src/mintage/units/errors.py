"""The exception tree. Every error of Mintage says what is wrong, where, and what to do about it.

MintageError                exit code 2 in a shell unless a class says otherwise
├── InputError              what somebody gave us cannot be read or is not allowed
│   ├── AmountError         a number without its unit, with a wrong unit, or too precise
│   ├── LimitError          larger, longer or slower than the stated limit
│   └── LedgerError         the fact reads well, but the ledger must refuse it
│       ├── UnknownAccount
│       ├── Unbalanced
│       ├── DuplicateKey
│       ├── PeriodClosed
│       └── Shortfall       more is taken than is held
├── StoreError              the database cannot be opened, read or written
├── WireError               a machine, meter, pool or server did not answer as it should
└── CheckFailed             a check ran and did not pass (exit code 1)
"""

from __future__ import annotations

from typing import Self


class MintageError(Exception):
    """Base of all errors that Mintage raises on purpose.

    Attributes:
        exit_code: what a shell returns for it.
    """

    exit_code = 2


class InputError(MintageError):
    """Something given to us is wrong; nothing was changed.

    Args:
        problem: one sentence on what is wrong.
        remedy: one sentence on what to do.
        file: the file that was read.
        line: 1-based line (or CSV row) in it.
        field: the field within that line.
        fact: key of the fact that was being booked.
    """

    def __init__(
        self,
        problem: str,
        *,
        remedy: str | None = None,
        file: str | None = None,
        line: int | None = None,
        field: str | None = None,
        fact: str | None = None,
    ) -> None:
        super().__init__(problem)
        self.problem = problem
        self.remedy = remedy
        self.file = file
        self.line = line
        self.field = field
        self.fact = fact

    def at(self, *, file: str | None = None, line: int | None = None, field: str | None = None) -> Self:
        """Fill in the place where it happened, where it is not known yet; returns itself."""
        self.file = self.file or file
        self.line = self.line or line
        self.field = self.field or field
        return self

    def __str__(self) -> str:
        place = ":".join(str(part) for part in (self.file, self.line) if part is not None)
        where = f"{place}: " if place else ""
        fact = f"fact '{self.fact}': " if self.fact else ""
        field = f"field '{self.field}': " if self.field else ""
        remedy = f" {self.remedy}" if self.remedy else ""
        return f"{where}{fact}{field}{self.problem}{remedy}"


class AmountError(InputError):
    """A quantity has no unit, the wrong unit, or more digits than the unit can hold."""


class LimitError(InputError):
    """An input is larger than the stated limit."""


class LedgerError(InputError):
    """The ledger refuses a fact."""


class UnknownAccount(LedgerError):
    """An account that the chart does not name."""


class Unbalanced(LedgerError):
    """A commodity does not sum to zero within one fact."""


class DuplicateKey(LedgerError):
    """The key is taken by a fact with another content."""


class PeriodClosed(LedgerError):
    """The accounting date lies in a closed period."""


class Shortfall(LedgerError):
    """More is taken out than is there."""


class StoreError(MintageError):
    """The database cannot be opened, read or written."""


class CheckFailed(MintageError):
    """A check ran and found something wrong."""

    exit_code = 1


class WireError(MintageError):
    """A machine, meter, pool or server did not answer, or not as it should.

    Args:
        problem: one sentence on what is wrong.
        peer: address or URL of the other side.
        remedy: one sentence on what to do.
        status: HTTP status, where there was one.
    """

    def __init__(self, problem: str, *, peer: str, remedy: str | None = None, status: int | None = None) -> None:
        super().__init__(f"{peer}: {problem}" + (f" {remedy}" if remedy else ""))
        self.problem, self.peer, self.remedy, self.status = problem, peer, remedy, status
