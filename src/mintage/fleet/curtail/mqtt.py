"""Signals over MQTT: a broker's topic, listened to for as long as the rules name it."""

from __future__ import annotations

import asyncio
import logging
import os
import ssl

from mintage.fleet.context import Context
from mintage.fleet.curtail.follower import Standing, rules_of, stand
from mintage.fleet.curtail.rules import Mqtt
from mintage.fleet.curtail.signals import heed_sealed
from mintage.fleet.curtail.store import Book
from mintage.units.errors import InputError

LOG = logging.getLogger("mintage.agent")
LOOK_S = 1.0
RETRY_S = 5.0
_QUEUE_MAX = 100


async def listen(context: Context) -> None:
    """Listen to the broker that the rules name, for ever; a broker that is away is tried again and again."""
    book = Book(context.db)
    while True:
        mqtt = rules_of(book).mqtt
        if mqtt is None:
            await asyncio.sleep(LOOK_S)
            continue
        task = asyncio.create_task(_follow(context, mqtt))
        try:
            while rules_of(book).mqtt == mqtt and not task.done():
                await asyncio.wait([task], timeout=LOOK_S)
        finally:
            task.cancel()
            await asyncio.wait([task])
        if not task.cancelled() and (problem := task.exception()):
            if not isinstance(problem, InputError):
                raise problem
            LOG.warning("signals over MQTT: %s", problem)
            stand(book, "mqtt", Standing(problem=str(problem)), "agent", context.clock.now_us())
            await asyncio.sleep(RETRY_S)


async def _follow(context: Context, mqtt: Mqtt) -> None:
    """Hear one broker until the connection ends.

    Raises:
        InputError: the extra is not installed, or the broker cannot be reached or refuses.
    """
    try:
        import aiomqtt  # noqa: PLC0415  an extra
    except ImportError as error:
        raise InputError("aiomqtt is not installed.", field="mqtt", remedy="pip install mintage[mqtt]") from error
    book = Book(context.db)
    trust = ssl.create_default_context(cafile=mqtt.trust or None) if mqtt.tls else None
    client = aiomqtt.Client(
        mqtt.host,
        mqtt.port,
        username=os.environ.get(mqtt.user_env) if mqtt.user_env else None,
        password=os.environ.get(mqtt.password_env) if mqtt.password_env else None,
        tls_context=trust,
        timeout=10.0,
        max_queued_incoming_messages=_QUEUE_MAX,
    )
    try:
        async with client:
            await client.subscribe(mqtt.topic, qos=1)
            stand(book, "mqtt", Standing(), "agent", context.clock.now_us())
            async for message in client.messages:
                _hear(context, message.payload)
    except aiomqtt.MqttError as error:
        raise InputError(
            f"{error}.", field=f"{mqtt.host}:{mqtt.port}", remedy="Look at the broker and its log."
        ) from error


def _hear(context: Context, payload: object) -> None:
    """Take one message; one that is refused is named in the log and changes nothing."""
    try:
        heeded = heed_sealed(context, payload if isinstance(payload, bytes) else str(payload).encode())
    except InputError as error:
        LOG.warning("a signal over MQTT was refused: %s", error)
        return
    LOG.info("signal %d of %s: %s %s", heeded.seq, heeded.source, heeded.did, heeded.event)
