"""A day of many machines, drawn as stored columns: the levels of our models with the noise of real machines.

Our virtual machines hold their hash rate and power steadier than real ones do, and steady figures pack too well. So
each reading here wanders and jitters at every poll, more rather than less than captures show: hash rate of the
shortest window 1.2 % at random; power 12 W, half of it carried over from poll to poll, and 4 W of its own at the
boards; chips 0.6 °C and the hottest 0.8 °C; outlet 0.4 °C; fans 25 rpm; hash voltage 0.02 V; clock and errors a slow
walk; polls up to a tenth of the interval off their schedule; work counters that grow in shares of the pool's
difficulty. 1 machine in 500 is silent at a time.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import numpy.typing as npt

from mintage.fleet.models import Model, models
from mintage.fleet.telemetry.schema import columns

Floats = npt.NDArray[np.float64]
HASHES_PER_DIFF = 2**32


class Herd:
    """So many machines and where their readings have wandered to.

    Args:
        count: machines.
        start_s: first second, since 1970.
        every_s: seconds between polls.
        slow_s: seconds between slow rounds.
        seed: what makes two runs equal.
    """

    def __init__(self, count: int, start_s: int, every_s: int, slow_s: int, seed: int = 1) -> None:
        self._draw = draw = np.random.default_rng(seed)
        self._start_s, self._every_s, self._slow_every = start_s, every_s, max(1, slow_s // every_s)
        kinds: list[Model] = [model for model in models().values() if model.family == "a"]
        which = draw.integers(0, len(kinds), count)
        self._ths = np.array([model.hashrate_ths for model in kinds])[which] * draw.normal(1, 0.008, count)
        self._w = np.array([model.power_w for model in kinds])[which] * draw.normal(1, 0.008, count)
        self._count = count
        self._names = np.array(sorted(f"m-{value:012x}" for value in draw.integers(0, 1 << 48, count)), dtype=object)
        self._workers = np.array([f"lodequarry.{n // 250}x{n % 250}" for n in range(count)], dtype=object)
        self._phase_s = draw.uniform(0, every_s, count)
        self._booted_s = start_s - draw.uniform(3600, 20 * 86_400, count)
        self._ambient_c = draw.normal(22, 0.7, count)
        self._share = 2.0 ** np.floor(np.log2(self._ths * 1e12 * 5 / HASHES_PER_DIFF))
        self._work = self._ths * 1e12 * (start_s - self._booted_s) / HASHES_PER_DIFF
        self._told = np.floor(self._work / self._share) * self._share
        self._silent = np.zeros(count)
        self._walks = {name: np.zeros(count) for name in ("clock", "power", "chip", "hot", "outlet", "volt", "error")}

    def ticks(self, first: int, count: int) -> dict[str, Any]:
        """Encoded samples of some polls of all machines, machine by machine."""
        readings = {name: np.empty((self._count, count)) for name in self._poll(first)}
        for tick in range(count):
            for name, values in self._poll(first + tick).items():
                readings[name][:, tick] = values
        silent = readings.pop("silent").ravel() > 0
        return self._columns(readings, silent, count)

    def _poll(self, tick: int) -> dict[str, Floats]:
        normal, size, walks = self._draw.standard_normal, self._count, self._walks
        for name, kept, step in (
            ("clock", 0.9995, 0.00008),
            ("power", 0.6, 9.6),
            ("chip", 0.95, 0.19),
            ("hot", 0.8, 0.48),
            ("outlet", 0.95, 0.125),
            ("volt", 0.5, 0.017),
            ("error", 0.999, 0.0022),
        ):
            walks[name] = kept * walks[name] + step * normal(size)
        at_s = self._start_s + tick * self._every_s + self._phase_s + self._draw.uniform(0, 0.1, size) * self._every_s
        heat_c = self._ambient_c + 5 * np.sin(2 * np.pi * tick * self._every_s / 86_400)
        expected = self._ths * 1.012 * (1 + walks["clock"])
        self._work = self._work + self._ths * 1e12 * self._every_s / HASHES_PER_DIFF * (1 + 0.05 * normal(size))
        if tick % self._slow_every == 0:
            self._told = np.floor(self._work / self._share) * self._share
        self._silent = np.where(self._silent > 0, self._silent - 1, 12.0 * (self._draw.random(size) < 1 / 6000))
        chip_c = heat_c + 45 + walks["chip"]
        duty = np.clip(50 + 4 * (chip_c - 68), 15, 100)
        power_w = self._w * (1 + walks["clock"]) + walks["power"]
        average = self._work * HASHES_PER_DIFF / 1e12 / (at_s - self._booted_s)
        return {
            "at_s": np.floor(at_s),
            "hashrate_ths": self._ths * (1 + 0.012 * normal(size)),
            "hashrate_avg_ths": average,
            "hashrate_expected_ths": expected,
            "power_in_w": power_w,
            "power_hash_w": power_w * 0.945 + 4 * normal(size),
            "power_target_w": self._w,
            "inlet_c": heat_c,
            "outlet_c": heat_c + 22 + walks["outlet"],
            "chip_avg_c": chip_c,
            "chip_max_c": chip_c + 9 + np.abs(walks["hot"]),
            "fan_duty_pct": duty,
            "fan_min_rpm": 65 * duty + 25 * normal(size),
            "boards": np.full(size, 3.0),
            "frequency_mhz": 2.0 * expected,
            "voltage_hash_v": 13.2 + walks["volt"],
            "error_pct": np.clip(1.2 + walks["error"], 0.1, 9),
            "error_bits": np.zeros(size),
            "uptime_s": at_s - self._booted_s,
            "accepted_diff": self._told,
            "rejected_diff": np.floor(self._told * 0.003 / self._share) * self._share,
            "stale_diff": np.floor(self._told * 0.001 / self._share) * self._share,
            "work_per_min": average * 1e12 * 60 / HASHES_PER_DIFF,
            "silent": self._silent,
        }

    def _columns(self, readings: dict[str, Floats], silent: npt.NDArray[np.bool_], count: int) -> dict[str, Any]:
        steps = {item.name: item.step for item in columns()}
        told: dict[str, Any] = {"asset": np.repeat(self._names, count)}
        for name, values in readings.items():
            stored = np.rint(values.ravel() / steps[name]).astype(np.int64)
            told[name] = stored if name == "at_s" else np.ma.masked_array(stored, mask=silent)
        texts = {
            "mode": "normal",
            "firmware": "24102401_25462b2_9ddf522",
            "pool_url": "stratum+tcp://pool.example:3333",
        }
        nothing = np.full(len(silent), None, dtype=object)
        for name, text in texts.items():
            told[name] = np.where(silent, nothing, np.full(len(silent), text, dtype=object))
        told["worker"] = np.where(silent, nothing, np.repeat(self._workers, count))
        told["state"] = np.where(silent, "offline", "hashing").astype(object)
        told["silence"] = np.where(silent, np.full(len(silent), "no answer in 3 s", dtype=object), nothing)
        told |= {"problems": nothing, "doubts": nothing}
        return {item.name: told[item.name] for item in columns()}


def herds(machines: int, start_s: int, every_s: int, slow_s: int, size: int = 20_000) -> Iterator[Herd]:
    """All machines, in herds that fit into memory."""
    for number in range(0, machines, size):
        yield Herd(min(size, machines - number), start_s, every_s, slow_s, seed=number + 1)
