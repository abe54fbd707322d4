"""Running a plan: check what is asked, spread the paths over workers, put the percentiles together."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date

import msgspec
import numpy as np
from numpy.typing import NDArray

from mintage.journal.store import Journal
from mintage.plan.assumptions import Assumptions
from mintage.plan.company import Company
from mintage.plan.measures import FLOWS, MEASURES, Measurer
from mintage.plan.observed import with_market_of
from mintage.plan.opening import START, Opening, months_after, open_from_assumptions, open_journal_at
from mintage.plan.parallel import InlineMap, ParallelMap, ProcessMap, cores
from mintage.plan.paths import CHUNK, MarketPaths
from mintage.plan.policies import policies_of
from mintage.plan.result import Measure, PlanResult, Spread, percentiles, quantiles
from mintage.units.errors import InputError, LimitError

MONTHS_MAX = 120
PATHS_MAX = 1_000_000
QUARTER = 3
"""Months of the coming quarter, for which a range may be given to the public."""
PATH_MONTHS_MAX = 12_000_000
"""Bounds memory: five figures of eight bytes are kept for each path and month."""
INLINE_PATH_MONTHS_MAX = 2_500_000
"""Up to so many are lived in this process: to start others takes longer than they save."""

Progress = Callable[[int, int], None]
"""Called with path-months lived so far, and in all."""


class Job(msgspec.Struct, frozen=True, kw_only=True):
    """One chunk of paths to live; what a worker needs to know."""

    opening: Opening
    assumptions: Assumptions
    months: int
    seed: int
    chunk: int
    paths: int


def run(
    months: int,
    paths: int,
    seed: int,
    *,
    assumptions: Mapping[str, str] | None = None,
    journal: Journal | None = None,
    day: date | None = None,
    parallel: ParallelMap | None = None,
    progress: Progress | None = None,
) -> PlanResult:
    """Live so many months on so many paths.

    Args:
        months: how far, 1 to 120.
        paths: how many futures.
        seed: seed of the random numbers, not negative.
        assumptions: what to assume instead of the shipped table: id to "number unit".
        journal: books to begin from, and the market that they observed on that day; without one the rows "opening.*"
            say what there is.
        day: last day before the plan; by default the end of the last closed period of the books.
        parallel: where to run; by default processes on all cores, or this process for few paths.
        progress: told how far it is.

    Returns:
        Monthly revenue, cash, bitcoin owned and adjusted EBITDA as percentiles of the paths. The same arguments give
        the same figures on any number of workers.

    Raises:
        InputError: a number is out of bounds, an assumption is unknown or in a wrong unit, or there is nothing to
            begin from.
    """
    _check(months, paths, seed)
    table = Assumptions(assumptions)
    if journal is None:
        opening = open_from_assumptions(table, months, day or START)
    else:
        opening = open_journal_at(journal, months, day)
        table, notes = with_market_of(journal, opening.day, table)
        opening = msgspec.structs.replace(opening, notes=(*opening.notes, *notes))
    jobs = [
        Job(
            opening=opening,
            assumptions=table,
            months=months,
            seed=seed,
            chunk=chunk,
            paths=min(CHUNK, paths - chunk * CHUNK),
        )
        for chunk in range(-(-paths // CHUNK))
    ]
    if parallel is None:
        parallel = InlineMap() if months * paths <= INLINE_PATH_MONTHS_MAX or cores() == 1 else ProcessMap()
    figures = np.empty((len(MEASURES), months, paths))
    function: Callable[[Job], NDArray[np.float64]] = live_chunk
    if progress is not None and isinstance(parallel, InlineMap):
        function = _telling(progress, paths * months)  # of each month, not only of each chunk
    for job, part in zip(jobs, parallel.map(function, jobs), strict=True):
        first = job.chunk * CHUNK
        figures[:, :, first : first + job.paths] = part
        if progress is not None:
            progress((first + job.paths) * months, paths * months)
    return _result(figures, opening, seed, table)


def _telling(progress: Progress, whole: int) -> Callable[[Job], NDArray[np.float64]]:
    """Live chunks in this process, one after the other, and tell after each month how far it is."""

    def living(job: Job) -> NDArray[np.float64]:
        begun = job.chunk * CHUNK * job.months
        return live_chunk(job, lambda lived: progress(begun + lived * job.paths, whole))

    return living


def live_chunk(job: Job, step: Callable[[int], None] | None = None) -> NDArray[np.float64]:
    """Live one chunk; returns whole amounts by measure, month and path.

    Args:
        job: the chunk.
        step: told after each month how many are lived.
    """
    market = MarketPaths(job.assumptions, job.seed, job.chunk, job.paths)
    company = Company(job.opening, policies_of(job.assumptions, job.opening))
    measurer = Measurer(company.ledger)
    figures = np.empty((len(MEASURES), job.months, job.paths))
    for number, month in enumerate(months_after(job.opening.day, job.months)):
        company.live(month, market.step(month.days))
        for row, amount in enumerate(measurer.read(month)):
            figures[row, number] = amount
        if step is not None:
            step(number + 1)
    return figures


def _check(months: int, paths: int, seed: int) -> None:
    for name, value, low, high in (
        ("months", months, 1, MONTHS_MAX),
        ("paths", paths, 1, PATHS_MAX),
        ("seed", seed, 0, 2**63 - 1),
    ):
        if not low <= value <= high:
            raise InputError(f"{name} is {value}.", remedy=f"It lies between {low} and {high}.", field=name)
    if months * paths > PATH_MONTHS_MAX:
        raise LimitError(
            f"{months} months on {paths} paths are {months * paths:,} path-months.",
            remedy=f"At most {PATH_MONTHS_MAX:,} are kept at once; plan fewer paths or months.",
            field="paths",
        )


def _result(figures: NDArray[np.float64], opening: Opening, seed: int, table: Assumptions) -> PlanResult:
    _, months, paths = figures.shape
    cash = figures[[id_ for id_, _, _ in MEASURES].index("cash")]
    short = tuple(float(share) for share in (cash < 0).mean(axis=1))
    names = tuple(month.name for month in months_after(opening.day, months))
    spreads = _spreads(figures, names)
    rows = [percentiles(values) for values in figures]  # from here on the paths of a month are in no order
    return PlanResult(
        opening=opening.day.isoformat(),
        months=names,
        paths=paths,
        seed=seed,
        measures=tuple(
            Measure(id=id_, name=name, unit=unit, p10=p10, p50=p50, p90=p90)
            for (id_, name, unit), (p10, p50, p90) in zip(MEASURES, rows, strict=True)
        ),
        cash_short=short,
        assumptions=table.said,
        notes=opening.notes,
        spreads=spreads,
    )


def _spreads(figures: NDArray[np.float64], names: tuple[str, ...]) -> tuple[Spread, ...]:
    """Each figure over the coming quarter and over all months, where those differ."""
    found = []
    for last in sorted({min(QUARTER, len(names)), len(names)}):
        for (id_, _, unit), values in zip(MEASURES, figures, strict=True):
            amounts = values[:last].sum(axis=0) if id_ in FLOWS else values[last - 1]
            found.append(Spread(id=id_, unit=unit, start=names[0], end=names[last - 1], quantiles=quantiles(amounts)))
    return tuple(found)
