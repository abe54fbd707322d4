"""The network's arithmetic against public data: every epoch, real retargets, and an independent hashprice series."""

from __future__ import annotations

import csv
import gzip
import json
from decimal import Decimal

import pytest

from mintage.market.network import (
    RETARGET_BLOCKS,
    bits_from_target,
    difficulty,
    hashprice_usd_ph_day,
    implied_hashrate_ths,
    retarget,
    subsidy_sats,
    target_from_bits,
)
from tests.market.shared import shared_file

WINDOWS = ["btc_blocks_909458_934575.csv.gz", "btc_blocks_older_windows.csv.gz"]


def _epochs() -> dict[int, dict[str, str]]:
    with shared_file("btc_difficulty_epochs.csv").open(encoding="utf-8") as lines:
        return {int(row["start_height"]): row for row in csv.DictReader(lines)}


def test_known_answers_of_bitcoin_core() -> None:
    """Every retarget vector of Bitcoin Core's tests is reproduced."""
    vectors = json.loads(shared_file("pow_known_answers.json").read_text("utf-8"))["retarget_vectors"]
    assert vectors
    for vector in vectors:
        found = retarget(vector["bits"], vector["first_block_time"], vector["last_block_time"])
        assert found == vector["expect_bits"], vector["name"]


def test_every_epoch_round_trips() -> None:
    """All 474 targets survive compact bits, and their difficulty is the published one."""
    epochs = _epochs()
    assert len(epochs) == 474
    for height, row in epochs.items():
        target = target_from_bits(row["bits"])
        assert bits_from_target(target) == row["bits"], height
        assert abs(difficulty(target) / Decimal(row["difficulty"]) - 1) < Decimal("1e-6"), height


@pytest.mark.parametrize("window", WINDOWS)
def test_real_block_times_give_the_next_epoch(window: str) -> None:
    """From the header times of each whole epoch, the bits of the next one follow exactly."""
    epochs = _epochs()
    with gzip.open(shared_file(window), "rt", encoding="utf-8") as lines:
        times = {int(row["height"]): int(row["time"]) for row in csv.DictReader(lines)}
    checked = 0
    for height, row in epochs.items():
        last, after = height + RETARGET_BLOCKS - 1, epochs.get(height + RETARGET_BLOCKS)
        if height in times and last in times and after:
            assert retarget(row["bits"], times[height], times[last]) == after["bits"], height
            checked += 1
    assert checked >= 11


def test_subsidy_of_every_known_block() -> None:
    """The subsidy by height is what 80,118 real blocks carry."""
    for window in WINDOWS:
        with gzip.open(shared_file(window), "rt", encoding="utf-8") as lines:
            wrong = [
                row["height"]
                for row in csv.DictReader(lines)
                if subsidy_sats(int(row["height"])) != int(row["subsidy"])
            ]
        assert not wrong


def test_hashprice_series_is_reproduced() -> None:
    """2,599 days of an independently derived hashprice agree to the last printed digit, fees included where known."""
    with shared_file("hashprice_daily_derived.csv").open(encoding="utf-8") as lines:
        rows = list(csv.DictReader(lines))
    assert len(rows) == 2599
    with_fees = 0
    for row in rows:
        hard, subsidy, price = (Decimal(row[n]) for n in ("difficulty_noon_utc", "subsidy_btc", "btc_usd_close"))
        bare = hashprice_usd_ph_day(hard, subsidy, price)
        assert abs(bare - Decimal(row["hashprice_subsidy_only_usd_ph_day"])) <= Decimal("0.0006"), row["date"]
        if row["avg_fee_btc_per_block"]:
            full = hashprice_usd_ph_day(hard, subsidy + Decimal(row["avg_fee_btc_per_block"]), price)
            assert abs(full - Decimal(row["hashprice_incl_fees_usd_ph_day"])) <= Decimal("0.002"), row["date"]
            with_fees += 1
    assert with_fees > 100


def test_implied_network_hashrate_is_reproduced() -> None:
    """The hash rate implied by a day's blocks and difficulty is that of 174 derived days, to the printed digit."""
    with shared_file("btc_network_daily_2025-08_2026-01.csv").open(encoding="utf-8") as lines:
        rows = list(csv.DictReader(lines))
    assert len(rows) == 174
    for row in rows:
        found = implied_hashrate_ths(Decimal(row["difficulty_mean"]), int(row["blocks"]), 86_400)
        assert abs(found / 10**6 - Decimal(row["implied_hashrate_ehs"])) <= Decimal("0.006"), row["date"]
