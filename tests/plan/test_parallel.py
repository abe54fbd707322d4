"""The contract of `ParallelMap`, on both embedded adapters."""

from __future__ import annotations

import pytest

from mintage.plan.parallel import InlineMap, ParallelMap, ProcessMap, cores

ADAPTERS = [InlineMap(), ProcessMap(2)]
NAMES = ["inline", "processes"]


@pytest.mark.parametrize("adapter", ADAPTERS, ids=NAMES)
def test_results_come_in_the_order_of_the_items(adapter: ParallelMap) -> None:
    """Whoever is ready first, the first item's result comes first; nothing in, nothing out."""
    assert list(adapter.map(int, ["3", "1", "2", "1"])) == [3, 1, 2, 1]
    assert list(adapter.map(int, [])) == []


@pytest.mark.parametrize("adapter", ADAPTERS, ids=NAMES)
def test_an_error_of_an_item_is_the_callers(adapter: ParallelMap) -> None:
    """Results before the failing item arrive; then its own error does."""
    results = adapter.map(int, ["3", "x", "2"])
    assert next(results) == 3
    with pytest.raises(ValueError, match="'x'"):
        next(results)


@pytest.mark.parametrize("adapter", ADAPTERS, ids=NAMES)
def test_a_caller_may_stop_early(adapter: ParallelMap) -> None:
    """Closing the iterator ends the work that nobody waits for."""
    results = adapter.map(int, ["1"] * 50)
    assert next(results) == 1
    del results


def test_there_is_a_core() -> None:
    """The default number of workers is the number of cores that this process may use."""
    assert ProcessMap().workers == cores() >= 1
