"""The sites of this machine, as they come, change and go wrong while the desk works."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from mintage.desk.sites import Sites
from mintage.fleet.sites import SITE_POINTER
from mintage.people.caller import Caller
from mintage.people.roles import Grant
from mintage.state.db import StateDb

SITE = 'name = "{name}"\nregion = "{region}"\nranges = ["10.0.0.0/24"]\n'


def kept(data: Path, name: str, region: str = "americas") -> Path:
    """The folder of an agent that ran; the site's own file."""
    folder = data / name
    folder.mkdir(parents=True)
    (folder / "site.toml").write_text(SITE.format(name=name, region=region), "utf-8")
    (folder / SITE_POINTER).write_text(f"{folder / 'site.toml'}\n", "utf-8")
    StateDb(folder / "agent.db").close()
    return folder / "site.toml"


@pytest.fixture
def sites(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Sites:
    """Sites that are looked at anew each time."""
    monkeypatch.setattr("mintage.desk.sites.LOOK_S", 0.0)
    return Sites(tmp_path)


def test_a_site_that_begins_while_the_desk_works_is_found(sites: Sites, tmp_path: Path) -> None:
    """Nobody restarts the console for a new site."""
    assert sites.all() == {}
    kept(tmp_path, "alder")
    assert list(sites.all()) == ["alder"]


def test_a_site_whose_file_was_changed_is_read_again(sites: Sites, tmp_path: Path) -> None:
    """And keeps its state."""
    path = kept(tmp_path, "alder")
    before = sites.all()["alder"]
    path.write_text(SITE.format(name="alder", region="asia"), "utf-8")
    os.utime(path, ns=(1, 1))
    after = sites.all()["alder"]
    assert (before.site.region, after.site.region) == ("americas", "asia")
    assert after.db is before.db


def test_a_site_that_cannot_be_used_is_told_and_hides_no_other(sites: Sites, tmp_path: Path) -> None:
    """A broken or missing file is named."""
    kept(tmp_path, "alder")
    kept(tmp_path, "birch").write_text("name = 5", "utf-8")
    kept(tmp_path, "cedar").unlink()
    assert list(sites.all()) == ["alder"]
    assert set(sites.problems()) == {"birch", "cedar"}


def test_the_console_s_roles_hold_at_a_site_beside_its_file(sites: Sites, tmp_path: Path) -> None:
    """An operator of one site is nobody at another; a site that names nobody is not open to everybody."""
    for name in ("alder", "birch"):
        kept(tmp_path, name)
    caller = Caller(name="ivo", grants=(Grant("operator", "alder"),))
    at = {name: desk.as_(caller).site.user for name, desk in sites.all().items()}
    assert [(user.name, user.roles) for user in at["alder"]] == [("ivo", ("viewer", "operator", "approver"))]
    assert [(user.name, user.roles) for user in at["birch"]] == [("ivo", ())]
