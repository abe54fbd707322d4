"""The port of telemetry: samples go in, pages' questions are answered; adapters are held to one contract suite."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Literal, Protocol

import msgspec

from mintage.fleet.telemetry.schema import Frame, Sample
from mintage.units.errors import InputError

Resolution = Literal["samples", "minutes-5", "hours"]


class Placed(msgspec.Struct, frozen=True):
    """Samples that are in their place.

    Attributes:
        day: UTC day.
        number: their number at the site.
        rows: how many they are.
        path: the file; None where the adapter keeps no file.
        sha256: hex digest of the file; "" where there is none.
        size: bytes of the file.
    """

    day: date
    number: int
    rows: int
    path: Path | None
    sha256: str
    size: int


class Measure(msgspec.Struct, frozen=True):
    """Something by which machines are worse or better.

    Attributes:
        name: its name.
        top: field of the numerator.
        under: field of the denominator; "" where the field itself is the measure.
        worst: whether the highest or the lowest value is the worst.
        meaning: what it says.
    """

    name: str
    top: str
    under: str
    worst: Literal["highest", "lowest"]
    meaning: str


MEASURES = {
    item.name: item
    for item in (
        Measure("efficiency_j_th", "power_in_w", "hashrate_ths", "highest", "energy per hash"),
        Measure("hashrate_share", "hashrate_ths", "hashrate_expected_ths", "lowest", "hash rate of the expected one"),
        Measure("hashrate_ths", "hashrate_ths", "", "lowest", "hash rate"),
        Measure("chip_max_c", "chip_max_c", "", "highest", "hottest chip"),
        Measure("outlet_c", "outlet_c", "", "highest", "outlet temperature"),
        Measure("error_pct", "error_pct", "", "highest", "hash errors"),
        Measure("fan_min_rpm", "fan_min_rpm", "", "lowest", "slowest fan"),
        Measure("rejected_share", "rejected_diff", "accepted_diff", "highest", "work rejected over work accepted"),
    )
}
"""By what machines can be ranked."""


class Work(msgspec.Struct, frozen=True, kw_only=True):
    """What machines did within an interval, exact in whole numbers; None where no machine told.

    A sample stands from its instant until the next one of its machine, but for a limit: what nobody saw is not counted.
    So energy is the integral of power by steps, the sum of P_i (t_{i+1} - t_i), and hashes are that of hash rate.

    Attributes:
        accepted_diff: difficulty accepted.
        rejected_diff: difficulty rejected or too late.
        hashes: hashes computed.
        energy_ws: energy used, watt-seconds.
        machines: machines that hashed at any time.
        covered_s: seconds for which any machine has a sample.
        machine_s: seconds for which a machine told its hash rate, summed over all machines that hashed.
    """

    accepted_diff: int | None = None
    rejected_diff: int | None = None
    hashes: int | None = None
    energy_ws: int | None = None
    machines: int = 0
    covered_s: int = 0
    machine_s: int = 0


class TelemetryStore(Protocol):
    """Samples of all machines of one or many sites."""

    def put(self, site: str, number: int, samples: Sequence[Sample]) -> Placed:
        """Keep samples of one UTC day; durable when it returns. The same number again is kept once.

        Raises:
            InputError: there are none, or they are of several days.
            StoreError: they cannot be written; nothing was changed.
        """
        ...

    def latest(self, site: str | None, fields: Sequence[str]) -> Frame:
        """Newest sample of each machine: `asset`, `at_s` and fields, by asset; all sites where None."""
        ...

    def site_series(self, site: str, start_s: int, end_s: int) -> Frame:
        """A site by 5 minutes: `SITE_COLUMNS`, by `at_s`. A sum is over machines that told; `..._known` says how many.

        A window's hash rate of a machine is the mean of its samples.
        """
        ...

    def worst(self, site: str | None, measure: str, start_s: int, end_s: int, count: int) -> Frame:
        """The worst machines by a measure over whole hours: `asset` and `value`, worst first.

        Machines whose measure is unknown are not in it; hours not rolled up yet are not either.
        """
        ...

    def machine_series(
        self, site: str, asset: str, fields: Sequence[str], start_s: int, end_s: int, resolution: Resolution = "samples"
    ) -> Frame:
        """One machine: `at_s` and fields, by `at_s`."""
        ...

    def work(self, site: str, start_s: int, end_s: int, gap_s: int) -> Work:
        """What machines did; a sample stands until the next one of its machine, but for `gap_s` at most."""
        ...


SITE_COLUMNS = (
    "at_s",
    "machines",
    "hashing",
    "hashrate_ths",
    "hashrate_known",
    "power_in_w",
    "power_known",
    "inlet_c",
    "chip_max_c",
    "accepted_diff",
    "rejected_diff",
)
"""Columns of a site by 5 minutes."""


def measure_of(name: str) -> Measure:
    """A measure by name.

    Raises:
        InputError: there is none.
    """
    try:
        return MEASURES[name]
    except KeyError:
        raise InputError(
            f"'{name}' is no measure.", field="measure", remedy=f"Known are: {', '.join(MEASURES)}."
        ) from None
