"""The sources of a real site's day: pools by their adapters, wallets by their descriptors, power by its tariff."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Mapping, Sequence
from pathlib import Path

from mintage.daily.ports import OpenPool, Sources
from mintage.daily.power import TariffPower
from mintage.fleet.energy.tariff import load_tariff
from mintage.fleet.sites import PoolAccount, Site
from mintage.mining.drivers.api import Asking
from mintage.mining.drivers.port import PoolAdapter
from mintage.mining.drivers.registry import open_pool
from mintage.state.db import StateDb
from mintage.treasury.watch import Payment, Wallet, load_wallets, payments
from mintage.units.errors import InputError


class WalletChain:
    """Wallets read on chain; each is read once.

    Args:
        wallets: what is watched.
    """

    def __init__(self, wallets: Sequence[Wallet]) -> None:
        self._wallets = {wallet.name: wallet for wallet in wallets}
        self._read: dict[str, list[Payment]] = {}

    async def payments(self, account: PoolAccount) -> Sequence[Payment]:
        """Payments deep enough to count; see `mintage.daily.ports.Chain`."""
        wallet = self._wallets.get(account.wallet)
        if wallet is None:
            known = ", ".join(sorted(self._wallets)) or "none"
            raise InputError(
                f"the wallet '{account.wallet}', which {account.name} pays to, is not watched.",
                field="wallet",
                remedy=f"Describe it in the file of wallets; there are: {known}.",
            )
        if wallet.name not in self._read:
            self._read[wallet.name] = await asyncio.to_thread(payments, wallet)
        return [item for item in self._read[wallet.name] if item.confirmations >= wallet.confirmations]


def site_sources(site: Site, web: Asking, *, wallets: Path | None = None, db: StateDb | None = None) -> Sources:
    """The sources that a site's description names.

    Args:
        site: the site.
        web: sends the requests to pools.
        wallets: file of wallets to watch; None watches nothing.
        db: the site's state with its meter readings, where it is at hand.

    Raises:
        InputError: the tariff or the file of wallets cannot be read.
    """
    return Sources(
        pools=pool_opener(web, os.environ),
        chain=WalletChain(load_wallets(wallets)) if wallets else None,
        power=TariffPower(load_tariff(Path(site.tariff)), site, db) if site.tariff else None,
    )


def pool_opener(web: Asking, environment: Mapping[str, str]) -> OpenPool:
    """Opens adapters with the tokens that the environment holds.

    Args:
        web: sends the requests.
        environment: variables with the tokens.
    """

    def opened(account: PoolAccount) -> PoolAdapter:
        token = environment.get(account.token_env, "") if account.token_env else ""
        if account.token_env and not token:
            raise InputError(
                f"the token for {account.name} is not there.",
                field="token_env",
                remedy=f"Set the environment variable {account.token_env}.",
            )
        return open_pool(account.adapter, account.url, token, web)

    return opened
