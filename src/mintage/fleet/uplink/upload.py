"""The part of the agent that empties the outbox: in order, in batches, again and again until headquarters has it."""

from __future__ import annotations

import asyncio
import logging
import random

from mintage.fleet.context import Context, Part
from mintage.fleet.uplink.envelope import BODY_BYTES_MAX, PARCELS_MAX, Uplink
from mintage.fleet.uplink.outbox import Outbox
from mintage.units.clock import Clock, SystemClock
from mintage.units.errors import WireError

LOG = logging.getLogger(__name__)
IDLE_S = 1.0
HEARTBEAT_S = 300.0
"""A site that has nothing to send says so after so long: headquarters takes silence for trouble."""
PAUSE_S, PAUSE_MAX_S = 1.0, 300.0
"""First and longest pause after a failure; each is twice the one before, less up to half of it at random."""


def uploading(outbox: Outbox, uplink: Uplink, pace: Clock | None = None) -> Part:
    """The part that uploads.

    Args:
        outbox: what is to be sent.
        uplink: the way.
        pace: the clock that pauses go by; real time where None, as the network does not run faster in a virtual site.
    """
    clock = pace or SystemClock()

    async def upload(_context: Context) -> None:
        failures, heard_s = 0, clock.elapsed_s()
        while True:
            try:
                sent = await send_some(outbox, uplink)
                if not sent and clock.elapsed_s() - heard_s >= HEARTBEAT_S:
                    await uplink.send(())
                    outbox.tell("")
                    heard_s = clock.elapsed_s()
            except WireError as error:
                if not failures:
                    LOG.warning("headquarters: %s", error)
                outbox.tell(str(error))
                pause_s = min(PAUSE_S * 2**failures, PAUSE_MAX_S)
                failures = min(failures + 1, 16)
                await clock.sleep(pause_s * random.uniform(0.5, 1))  # noqa: S311  spreads sites, guards nothing
                continue
            if failures:
                LOG.info("headquarters takes parcels again")
            failures = 0
            if sent:
                heard_s = clock.elapsed_s()
            else:
                await clock.sleep(IDLE_S)

    return upload


async def send_some(outbox: Outbox, uplink: Uplink) -> int:
    """Send the next batch; how many parcels were dealt with.

    Raises:
        WireError: headquarters cannot be reached, or takes nothing now.
    """
    batch = outbox.next_batch(PARCELS_MAX, BODY_BYTES_MAX)
    if not batch:
        return 0
    receipts = await uplink.send(batch)
    if not receipts:
        raise WireError("it took no parcel and did not say why.", peer="headquarters")
    for receipt in receipts:
        if not receipt.taken:
            LOG.warning("headquarters refused parcel %d: %s", receipt.seq, receipt.problem)
            outbox.refuse(receipt.seq, receipt.problem)
    outbox.acknowledge(receipt.seq for receipt in receipts if receipt.taken)
    outbox.tell("")
    await asyncio.sleep(0)
    return len(receipts)
