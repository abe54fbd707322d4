"""The meters of a site: read every minute, judged, kept, and asked for power and energy."""

from __future__ import annotations

import asyncio
from decimal import ROUND_HALF_EVEN, Decimal
from itertools import groupby
from operator import attrgetter

import msgspec

from mintage.fleet.context import Context
from mintage.fleet.energy.counter import Counter, Limits, Sample, judge
from mintage.fleet.energy.modbus import TIMEOUT_S, MeterLink
from mintage.fleet.energy.profiles import Quantity, Register, profile
from mintage.fleet.energy.readings import SCHEMA, prune
from mintage.fleet.sites import Meter, Site
from mintage.state.db import StateDb
from mintage.units.clock import Clock
from mintage.units.errors import WireError

PERIOD_S = 60
"""Seconds of the site's clock between readings; they fall on whole minutes, so that tariffs' intervals end on one."""
POWER_W_MAX = 1e9
"""What a supply can carry where no feeder states its limit, W."""
_HEADROOM = 1.25
"""A feeder's limit may be passed by so much before its reading is not believed."""
_FLOAT_STEP_WH = 100.0
"""Smallest step of a counter that is a float: such meters count tenths of a kWh, whatever the register could hold."""


async def read_meters(context: Context) -> None:
    """A part of the agent: read every meter each minute, for ever.

    A meter that is silent or lies is told in its reading's quality; the others are read all the same.

    Raises:
        InputError: the site names a meter profile that is not there.
        ExceptionGroup: of a StoreError, where readings cannot be kept.
    """
    context.db.define(SCHEMA)
    links = [MeterReader(context.site, meter) for meter in context.site.meter]
    groups = [tuple(group) for _, group in groupby(sorted(links, key=attrgetter("address")), key=attrgetter("address"))]
    try:
        async with asyncio.TaskGroup() as tasks:
            for group in groups:
                tasks.create_task(_read_group(context, group))
            tasks.create_task(_tidy(context))
    finally:
        for link in links:
            link.close()


async def _read_group(context: Context, readers: tuple[MeterReader, ...]) -> None:
    """Read the meters behind one address one after the other: gateways take few connections at once.

    Groups do not wait for each other, so that a silent meter holds up none but those behind its own gateway.
    """
    task = asyncio.current_task()
    # Python 3.11 can lose a cancellation in `wait_for`, which pymodbus uses; the task itself remembers it.
    while task is None or not task.cancelling():
        await context.clock.sleep(PERIOD_S - context.clock.now_us() / 1e6 % PERIOD_S)
        for reader in readers:
            sample, trouble = await reader.read(context.clock)
            reader.keep(context.db, sample, trouble)
            if len(readers) > 1:
                reader.close()


async def _tidy(context: Context) -> None:
    """Cap the growth of readings, once a day."""
    while True:
        prune(context.db, context.clock.now_us())
        await context.clock.sleep(86_400)


class MeterReader:
    """Reads one meter and knows what can be at its place.

    Args:
        site: site that the meter is at.
        meter: its description.
        timeout_s: real seconds that one reading may take.

    Raises:
        InputError: its profile is not there, or its address cannot be.
    """

    def __init__(self, site: Site, meter: Meter, timeout_s: float = TIMEOUT_S) -> None:
        self.meter, self.address = meter, meter.address
        self.profile = profile(meter.profile)
        self.power_w_max = _power_w_max(site, meter)
        self._link = MeterLink(meter.address, meter.unit_id, self.profile, timeout_s)

    def close(self) -> None:
        """Drop the connection."""
        self._link.close()

    async def read(self, clock: Clock) -> tuple[Sample, str]:
        """Read it once.

        Args:
            clock: the time that the site goes by.

        Returns:
            The reading, and what is wrong with its power, a key of `QUALITIES`; "" where nothing is.
        """
        try:
            words, at_us = await self._link.read(clock.now_us)
        except WireError as error:
            silent = "refused" if "refused:" in error.problem else "silent"
            return Sample(at_us=clock.now_us(), power_w=None, raw_wh=None), silent
        power_w, trouble = self._power(words)
        counter = self.profile.counter
        raw = self.profile.registers[counter].decode(words[counter]) if counter else None
        serial = self.profile.registers["serial"].decode(words["serial"]) if "serial" in words else None
        sample = Sample(
            at_us=at_us,
            power_w=power_w,
            raw_wh=None if raw is None or raw < 0 else int(raw.to_integral_value(ROUND_HALF_EVEN)),
            serial=None if serial is None else int(serial),
        )
        return sample, trouble

    async def look(self) -> tuple[dict[Quantity, Decimal | None], str]:
        """What every register says now, and what is wrong with its power; nothing is kept.

        Raises:
            WireError: the meter does not answer, or refuses.
        """
        words, _ = await self._link.read()
        values = {name: row.decode(words[name]) for name, row in self.profile.registers.items()}
        return values, self._power(words)[1]

    def keep(self, db: StateDb, sample: Sample, trouble: str) -> str:
        """Judge a reading against the ones before it and keep it; its quality."""
        rows = db.rows("SELECT state FROM meter_counter WHERE meter = ?", (self.meter.name,))
        before = msgspec.json.decode(rows[0][0], type=Counter) if rows else None
        after, believed, quality = before, False, trouble
        if trouble not in {"silent", "refused"}:
            after, believed, judged = judge(before, sample, self._limits(sample))
            if judged not in {"good", "no-value"} or not trouble:
                quality = judged
            if self.profile.counter is None and not trouble:
                quality = "good"
        if after is not None and after != before:
            state = msgspec.json.encode(after)
            db.execute("INSERT OR REPLACE INTO meter_counter VALUES (?, ?)", (self.meter.name, state))
        counted = (after.counted_wh, after.unknown_us) if believed and after else (None, None)
        row = (self.meter.name, sample.at_us, sample.power_w, sample.raw_wh, quality, *counted)
        db.execute("INSERT OR IGNORE INTO meter_reading VALUES (?, ?, ?, ?, ?, ?, ?)", row)
        return quality

    def _power(self, words: dict[Quantity, list[int]]) -> tuple[float | None, str]:
        """Power where it can be, and what is wrong otherwise."""
        row = self.profile.registers.get("power_w")
        if row is None:
            return None, ""
        value = row.decode(words["power_w"])
        if value is None:
            return None, "no-value"
        power_w = float(value)
        if self._plausible(row, power_w):
            return power_w, ""
        turned = msgspec.structs.replace(row, words="little" if row.words == "big" else "big")
        other = turned.decode(words["power_w"])
        if row.length > 1 and other is not None and self._plausible(row, float(other)) and other != 0:
            return None, "word-order"
        return None, "reversed" if -self.power_w_max <= power_w < 0 else "implausible"

    def _plausible(self, row: Register, power_w: float) -> bool:
        # A float read with its words turned round is mostly huge, or so small that no meter could measure it.
        tiny = row.type in {"f32", "f64"} and 0 < abs(power_w) < 1e-3
        return not tiny and -0.01 * self.power_w_max <= power_w <= self.power_w_max

    def _limits(self, sample: Sample) -> Limits:
        counter = self.profile.counter
        if counter is None or sample.raw_wh is None:
            return Limits(power_w_max=self.power_w_max, span_wh=None, step_wh=1)
        row = self.profile.registers[counter]
        step_wh = float(row.scale)
        if row.type in {"f32", "f64"}:
            step_wh = max(_FLOAT_STEP_WH, sample.raw_wh / 2 ** (23 if row.type == "f32" else 52))
        return Limits(
            power_w_max=self.power_w_max, span_wh=None if row.span is None else int(row.span), step_wh=step_wh
        )


def _power_w_max(site: Site, meter: Meter) -> float:
    """What the supply at a meter can carry, with headroom."""
    limits_kw = [item.limit_kw for item in site.feeder if meter.measures != "feeder" or item.name == meter.feeder]
    return sum(limits_kw) * 1000 * _HEADROOM if limits_kw else POWER_W_MAX
