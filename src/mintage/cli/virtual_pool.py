"""`mintage virtual pool`: one virtual pool, for shares over Stratum V1 and statements over HTTP."""

from __future__ import annotations

import asyncio
import os
import signal
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Annotated

from cyclopts import Parameter

from mintage.cli.options import Options
from mintage.cli.quantities import Number
from mintage.cli.show import print_json
from mintage.mining.virtual.api import token_hash
from mintage.mining.virtual.book import Terms
from mintage.mining.virtual.faults import load_pool_faults
from mintage.mining.virtual.pool import PoolSettings, VirtualPool
from mintage.units import to_units
from mintage.units.clock import read_clock
from mintage.units.errors import InputError


@Parameter(name="*")
@dataclass(frozen=True, kw_only=True)
class PoolOptions(Options):
    """What a virtual pool is.

    Attributes:
        stratum: "host:port" for shares.
        http: "host:port" of its API.
        difficulty: network difficulty that it pays by.
        fees: mean fees of a block, BTC.
        fee_pct: its fee, percent.
        share_difficulty: difficulty that shares are set to.
        seed: what makes two pools equal.
        faults: a TOML file with what it does wrong, in tables [[pool]].
        token_env: environment variable with the token that its API asks for; none where not given.
    """

    stratum: str = "127.0.0.1:4133"
    http: str = "127.0.0.1:4180"
    difficulty: Number = Decimal(146_472_570_619_931)
    fees: Number = Decimal("0.025")
    fee_pct: Number = Decimal(0)
    share_difficulty: int = 1 << 19
    seed: int = 1
    faults: Path | None = None
    token_env: str = ""

    def settings(self) -> PoolSettings:
        """The same, as the pool takes it.

        Raises:
            InputError: an address, a fee, the plan of faults or the token cannot be used.
        """
        if self.difficulty <= 0 or self.share_difficulty <= 0:
            raise InputError("a difficulty must be more than zero.", field="--difficulty")
        if not 0 <= self.fee_pct <= 100 or self.fees < 0:
            raise InputError("a fee cannot be below zero, nor above 100 percent.", field="--fee-pct")
        terms = Terms(
            network_difficulty=self.difficulty,
            mean_fees_sats=Decimal(to_units(self.fees, "BTC")),
            fee_pct=self.fee_pct,
        )
        return PoolSettings(
            terms=terms,
            stratum=_address(self.stratum, "--stratum"),
            http=_address(self.http, "--http"),
            seed=self.seed,
            share_difficulty=self.share_difficulty,
            token_hashes=_tokens(self.token_env),
            faults=load_pool_faults(self.faults) if self.faults else (),
        )


def pool(
    *,
    clock: Path | None = None,
    for_s: Annotated[float | None, Parameter(name="--for")] = None,
    options: PoolOptions = PoolOptions(),
) -> None:
    """Start a virtual pool, until Ctrl-C. It checks all of a share but its proof of work, and pays nobody.

    Each day is stated five minutes after 00:00 UTC of its clock; `mintage virtual site` runs one that pays as well.

    Example: mintage virtual pool --stratum 127.0.0.1:4133 --http 127.0.0.1:4180 --fee-pct 0.5

    Args:
        clock: clock of a virtual site; this machine's clock where not given.
        for_s: stop after so many real seconds.
    """
    asyncio.run(_serve(VirtualPool(options.settings(), read_clock(clock)), for_s, as_json=options.json))


async def _serve(built: VirtualPool, for_s: float | None, *, as_json: bool) -> None:
    """Serve until the time is up or somebody stops it."""
    stop = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    async with built:
        stratum = f"stratum+tcp://{built.settings.stratum[0]}:{built.stratum_port}"
        if as_json:
            print_json({"stratum": stratum, "api": built.url})
        else:
            print(f"Virtual pool: shares at {stratum}, statements at {built.url}; Ctrl-C stops it.", flush=True)
        try:
            await asyncio.wait_for(stop.wait(), for_s)
        except TimeoutError:
            return


def _address(text: str, field: str) -> tuple[str, int]:
    host, _, port = text.rpartition(":")
    if not host or not port.isdigit():
        raise InputError(f"'{text}' is no address to listen on.", field=field, remedy="Write 127.0.0.1:4180.")
    return host, int(port)


def _tokens(variable: str) -> frozenset[str]:
    if not variable:
        return frozenset()
    token = os.environ.get(variable, "")
    if not token:
        raise InputError(f"the variable {variable} holds no token.", field="--token-env", remedy="Set it.")
    return frozenset({token_hash(token)})
