"""The fleet's pages in both languages, over real files: each answers, shows what the desk told, acts by forms."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import httpx
import msgspec
import pytest

from mintage.fleet.readings import Board
from tests.desk.yard import NOON_S, Yard
from tests.fleet.plant import a_machine, asset
from tests.served import Served

ODD = "<script>alert(1)</script>"
PAGES = (
    "/fleet",
    "/fleet/machines",
    "/fleet/machines?sort=-chip_max_c&where=chip_max_c%3E%3D60&limit=10",
    "/fleet/machines?q=nobody",
    "/fleet/alerts",
    "/fleet/alerts?state=over",
    "/fleet/alder/alerts/al-00000001",
    "/fleet/actions",
    "/fleet/alder",
    *(f"/fleet/alder?metric={name}" for name in ("temperature", "efficiency", "profit", "state")),
    "/fleet/birch",
    "/fleet/alder/preview",
    "/fleet/alder/preview?action=reboot&scope=rack%3Dr0",
    "/fleet/alder/preview?action=mode&scope=all",
    f"/fleet/alder/{asset(0)}",
    f"/fleet/alder/{asset(1)}?span=7d",
    f"/fleet/alder/{asset(40)}?span=1h",
)


@pytest.fixture(scope="module")
def yard(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Yard, Served]]:
    """A site served, one of whose machines says what nobody should."""
    yard = Yard(tmp_path_factory.mktemp("yard"))
    yard.work()
    yard.strike(0, 4)
    first = a_machine(0, worker=ODD)
    assert first.snapshot is not None
    chips = Board(0, 65.0, 70, 80, b" ".join(b"%d" % (60 + n % 30) for n in range(130)), b"", b"", ODD)
    snapshot = msgspec.structs.replace(
        first.snapshot, at_us=NOON_S * 10**6, boards=(chips, Board(1)), problems=(ODD,), doubts=("power is odd",)
    )
    yard.put([msgspec.structs.replace(first, serial=ODD, snapshot=snapshot)])
    served = Served(yard.folder.parents[1], yard.company.settings.db, data=yard.folder.parent)
    served.company.clock = yard.clock
    yield yard, served
    served.close()
    yard.close()


@pytest.fixture(scope="module")
def people(yard: tuple[Yard, Served]) -> dict[str, httpx.Client]:
    """Two operators of the site, and somebody who may only look."""
    _, served = yard
    return {
        "op": served.person("op", [("operator", "alder")]),
        "lead": served.person("lead", [("operator", "alder")]),
        "vera": served.person("vera", ["viewer"]),
    }


def key_of(page: str) -> dict[str, str]:
    """What a form sends beside its fields."""
    found = re.search(r'name="csrf" value="([^"]+)"', page)
    assert found is not None
    return {"csrf": found[1]}


@pytest.mark.parametrize("language", ["en", "zh-Hant"])
@pytest.mark.parametrize("path", PAGES)
def test_every_page_answers_in_both_languages(people: dict[str, httpx.Client], path: str, language: str) -> None:
    """With a title, its JSON twin, and nothing of a machine's words taken for markup."""
    people["vera"].cookies.set("mintage_language", language)
    found = people["vera"].get(path)
    assert found.status_code == 200, found.text[:2000]
    assert f'lang="{language}"' in found.text
    assert ODD not in found.text
    twin = re.search(r'type="application/json" href="([^"]+)"', found.text)
    assert twin is not None
    if "preview" not in path or "scope=rack" in path:
        assert people["vera"].get(twin[1].replace("&amp;", "&")).status_code == 200


def test_a_machines_page_shows_its_chips_and_charts(people: dict[str, httpx.Client]) -> None:
    """Chip by chip, charts as data, and what it earned."""
    text = people["vera"].get(f"/fleet/alder/{asset(0)}").text
    assert text.count('class="heat"') == 1
    assert text.count("chart-canvas") == 2, "hash rate and power are all that telemetry has"
    assert "0.00250000" in text
    assert 'data-live-key="machine:alder/m-000000000000:hashrate_ths"' in text


def test_a_plan_is_a_few_paths_whatever_the_number_of_machines(people: dict[str, httpx.Client]) -> None:
    """One for each colour of a hall; each machine is told to the script with its address."""
    text = people["vera"].get("/fleet/alder?metric=state").text
    assert text.count("<path class=") == 2
    assert text.count("M1 2.4h") == 2, "both halls begin in the same corner"
    assert f"/fleet/alder/{asset(59)}" in text


def test_ticked_machines_are_looked_at_asked_for_and_approved(people: dict[str, httpx.Client]) -> None:
    """From the table to the agent's queue, with a second person, through plain forms."""
    ticked = "&".join(f"key=alder%2F{asset(n)}" for n in range(25))
    looked = people["op"].get(f"/fleet/act?action=reboot&{ticked}", follow_redirects=True)
    assert "a second person" in looked.text
    form = {**key_of(looked.text), "action": "reboot", "scope": "rack=r0", "reason": "new firmware"}
    asked = people["op"].post("/fleet/alder/actions", data=form, follow_redirects=True)
    assert asked.status_code == 200
    assert "somebody else than op" in asked.text
    path = str(asked.url.path)
    assert people["vera"].post("/fleet/alder/actions", data={**form, **key_of(looked.text)}).status_code == 403
    page = people["lead"].get(path).text
    done = people["lead"].post(f"{path}/approve", data={**key_of(page), "reason": ""}, follow_redirects=True)
    assert "Approved." in done.text
    other = people["op"].get("/fleet/act?action=reboot&key=alder%2Fm-1&key=birch%2Fm-2")
    assert (other.status_code, "one site" in other.text) == (400, True)


def test_alerts_are_answered_and_views_kept_through_forms(people: dict[str, httpx.Client]) -> None:
    """Each form leads back to a page that says what was done."""
    page = people["op"].get("/fleet/alder/alerts/al-00000001").text
    form = {**key_of(page), "reason": "on my way"}
    found = people["op"].post("/fleet/alder/alerts/al-00000001/acknowledge", data=form, follow_redirects=True)
    assert "on my way" in found.text
    form = {**key_of(page), "scope": "rack=r1", "hours": "2", "reason": "fans"}
    assert "rack=r1" in people["op"].post("/fleet/alder/maintenance", data=form, follow_redirects=True).text
    form = {**key_of(page), "name": "Hot", "query": "where=chip_max_c%3E%3D79"}
    kept = people["op"].post("/fleet/views", data=form, follow_redirects=True)
    assert (kept.url.params["where"], ">Hot</a>" in kept.text) == ("chip_max_c>=79", True)
    assert ">Hot</a>" not in people["vera"].get("/fleet/machines").text
    gone = people["op"].post("/fleet/views/delete", data={**key_of(page), "name": "Hot"}, follow_redirects=True)
    assert ">Hot</a>" not in gone.text


def test_the_table_goes_from_page_to_page(people: dict[str, httpx.Client]) -> None:
    """By links that work without a script, every machine once."""
    seen: list[str] = []
    path = "/fleet/machines?limit=17&sort=-hashrate_ths"
    while path:
        text = people["vera"].get(path).text
        seen += re.findall(r'name="key" value="alder/([^"]+)"', text)
        following = re.search(r'rel="next" href="([^"]+)"', text)
        path = following[1].replace("&amp;", "&") if following else ""
    assert sorted(seen) == [asset(n) for n in range(60)]


@pytest.mark.parametrize(
    "path", ["/fleet/cedar", "/fleet/alder/m-none", "/fleet/alder/alerts/al-none", "/fleet/alder/actions/a-1"]
)
def test_what_is_not_there_is_told_as_such(people: dict[str, httpx.Client], path: str) -> None:
    """On a page, and as a problem for programs."""
    assert people["vera"].get(path).status_code == 404
    problem = people["vera"].get(f"/api/v1{path}")
    assert (problem.status_code, problem.headers["content-type"]) == (404, "application/problem+json")


def test_an_export_is_the_whole_table(people: dict[str, httpx.Client], tmp_path: Path) -> None:
    """As a file to save."""
    found = people["vera"].get("/fleet/machines.csv?rack=r0")
    assert "attachment" in found.headers["content-disposition"]
    target = tmp_path / "machines.csv"
    target.write_bytes(found.content)
    assert len(target.read_text().splitlines()) == 51
