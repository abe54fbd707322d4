"""The register's memory of what machines claimed: bounded, however often a machine names itself anew."""

from __future__ import annotations

from pathlib import Path

import pytest

from mintage.fleet import asset_store
from mintage.fleet.asset_store import Asset, AssetStore, Claim
from mintage.fleet.drivers.port import Identity
from mintage.state.db import StateDb

MACHINE = Asset(
    asset="m-1",
    address="10.1.0.1",
    port=None,
    identity=Identity(driver="avalon", make="Canaan", model="15-194", name="Avalon A15-194"),
    adopted_us=1,
)


def test_machine_that_names_itself_anew_fills_no_disk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The latest claims and the latest former mark stay; older ones give way, in memory and on disk alike."""
    monkeypatch.setattr(asset_store, "CLAIMS_MAX", 10)
    db = StateDb(tmp_path / "agent.db")
    store = AssetStore(db)
    store.put(MACHINE)
    for number in range(120):
        assert store.claim(Claim("m-1", "mac", f"{number:012x}", "10.1.0.2", number))
        store.remember("mac", f"{number:012x}", "m-1")
    assert [claim.at_us for claim in store.claims()] == list(range(119, 109, -1))
    kept = db.rows("SELECT count(*) FROM former_mark")[0][0]
    assert kept <= asset_store.FORMER_MAX
    assert store.former("mac", f"{119:012x}") == MACHINE
    assert store.former("mac", f"{0:012x}") is None
    db.close()
