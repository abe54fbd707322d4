"""Pages of disclosure, plan and jobs: what forms say back, what hostile texts become, and who may see and cancel."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from tests.served import Served

HOSTILE = "<img src=x onerror=alert(1)>"
TEXT = (
    f"Revenue in the second quarter of 2025 was $120.2 million, said {HOSTILE}.\n2025 年第二季營收為 1.202 億美元。\n"
)
LONG = {"name": "long", "months": 120, "paths": 20_000}
WAIT_S = 60.0


@pytest.fixture(scope="module")
def served(example_db: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    folder = tmp_path_factory.mktemp("served")
    shutil.copyfile(example_db, folder / "company.db")
    found = Served(folder, folder / "company.db")
    yield found
    found.close()


@pytest.fixture(scope="module")
def chen(served: Served) -> httpx.Client:
    return served.person("chen", ["controller"])


@pytest.fixture(scope="module")
def theo(served: Served) -> httpx.Client:
    return served.person("theo", ["treasurer"])


@pytest.fixture(scope="module")
def vera(served: Served) -> httpx.Client:
    return served.person("vera", ["viewer"])


@pytest.fixture(scope="module")
def tied(served: Served, chen: httpx.Client) -> str:
    """Address of a hostile text that was uploaded and tied out."""
    files = {"file": (f"{HOSTILE}.txt", TEXT.encode(), "text/plain")}
    reply = chen.post("/disclosure", data={"period": "2025Q2"}, files=files)
    assert reply.status_code == 303
    served.company.jobs.wait(served.company.jobs.recent("tieout")[0].id, WAIT_S)
    return reply.headers["location"]


def test_an_uploaded_text_is_shown_with_its_verdicts(chen: httpx.Client, tied: str) -> None:
    """The page leads from the mark to its check and from there to the KPI's trace, without scripts."""
    page = chen.get(tied).text
    assert re.search(r'<mark class="is-bad"><a href="#c1"', page)
    assert 'id="c1"' in page
    assert "/trace/kpi/revenue.total?period=2025Q2" in page
    assert '<p lang="zh-Hant"' in page
    assert chen.get(f"/api/v1{tied}").json()["row"]["verdicts"]["contradicts"] == 1


def test_a_hostile_text_stays_text(chen: httpx.Client, tied: str) -> None:
    """Markup in title and text is escaped on every page and in the file for download, which is never shown in place."""
    for path in (tied, "/disclosure", "/jobs"):
        page = chen.get(path).text
        assert HOSTILE not in page
        assert "&lt;img src=x" in page
    reply = chen.get(f"/api/v1{tied}/page.html")
    assert HOSTILE not in reply.text
    assert reply.headers["content-disposition"].startswith("attachment")
    assert "<" not in reply.headers["content-disposition"]


@pytest.mark.parametrize(
    ("data", "file", "said"),
    [
        ({"period": "2025Q2", "text": ""}, None, "holds no text."),
        ({"period": "soon", "text": "Revenue was $1."}, None, "is not a period."),
        ({"period": "2025Q2"}, b"%PDF-1.7 ...", "is a PDF, not a text."),
        ({"period": "2025Q2"}, b"Revenue \xff", "is not UTF-8 in line 1."),
        ({"period": "2025Q2"}, b"a" * 500_001, "holds more than 500,000 bytes."),
        ({"period": "2025Q2", "text": "One.\n\nTwo.", "translation": "一。"}, None, "1 paragraphs, and the English 2"),
    ],
)
def test_a_form_says_what_is_wrong_and_keeps_what_was_typed(
    chen: httpx.Client, data: dict[str, str], file: bytes | None, said: str
) -> None:
    """The error stands at its field, and nothing is lost."""
    files = {"file": ("text.txt", file, "text/plain")} if file else {"file": ("", b"", "text/plain")}
    reply = chen.post("/disclosure", data=data, files=files)
    assert reply.status_code == 400
    assert said in reply.text
    assert 'aria-invalid="true"' in reply.text
    assert data["period"] in reply.text
    assert data.get("translation", "") in reply.text


def test_a_plan_is_asked_for_by_a_form(served: Served, theo: httpx.Client) -> None:
    """Only changed numbers become changes; the page of the plan has its charts, each with its table."""
    shown = theo.get("/plan/new").text
    fields = dict(re.findall(r'name="(assume:[^"]+)" value="([^"]*)"', shown))
    assert len(fields) > 30
    told = {**fields, "name": "ours", "months": "2", "paths": "100", "seed": "7", "assume:mining.uptime": "0.5"}
    reply = theo.post("/plan", data=told)
    assert reply.status_code == 303
    served.company.jobs.wait(served.company.jobs.recent("plan")[0].id, WAIT_S)
    page = theo.get(reply.headers["location"]).text
    assert page.count('<figure class="chart') == page.count("chart-data") == 6
    assert "mining.uptime = 0.5 1" in page
    assert theo.get(f"/api/v1{reply.headers['location']}").json()["row"]["changes"] == {"mining.uptime": "0.5 1"}


def test_a_plan_form_says_which_number_is_wrong(theo: httpx.Client) -> None:
    """The error stands at the assumption, with what was typed."""
    reply = theo.post("/plan", data={"name": "x", "assume:mining.uptime": "1.5"})
    assert reply.status_code == 400
    assert 'value="1.5"' in reply.text
    assert 'id="e-mining.uptime"' in reply.text
    assert theo.post("/plan", data={"name": "x", "months": "two"}).status_code == 400


def test_a_job_in_a_page_is_looked_at_and_cancelled(served: Served, theo: httpx.Client, vera: httpx.Client) -> None:
    """The page reloads itself without scripts, its part with them; who did not ask may look but not cancel."""
    reply = theo.post("/plan", data=LONG)
    id_ = served.company.jobs.recent("plan")[0].id
    page = theo.get(reply.headers["location"]).text
    assert '<noscript><meta http-equiv="refresh"' in page
    assert f'hx-get="/jobs/{id_}/progress"' in page
    part = vera.get(f"/jobs/{id_}/progress")
    assert "HX-Refresh" not in part.headers
    assert vera.post(f"/jobs/{id_}/cancel").status_code == 403
    assert theo.post(f"/jobs/{id_}/cancel").status_code == 303
    served.company.jobs.wait(id_, WAIT_S)
    assert vera.get(f"/jobs/{id_}/progress").headers["HX-Refresh"] == "true"
    assert theo.get(f"/api/v1/jobs/{id_}").json()["job"]["state"] == "cancelled"


def test_a_job_is_seen_by_those_who_may_read_its_page(served: Served, tied: str, theo: httpx.Client) -> None:
    """A treasurer, who does not read tie-outs, neither lists nor finds their jobs."""
    id_ = served.company.jobs.recent("tieout")[0].id
    assert tied
    assert theo.get(f"/jobs/{id_}").status_code == 404
    assert theo.get(f"/api/v1/jobs/{id_}").status_code == 404
    assert id_ not in theo.get("/jobs").text
    assert theo.get("/disclosure").status_code == 403


def test_only_treasurers_and_controllers_choose_the_baseline(vera: httpx.Client, theo: httpx.Client) -> None:
    """Who reads plans does not choose among them."""
    done = [one["id"] for one in theo.get("/api/v1/plan").json()["plans"] if one["state"] == "done"]
    assert vera.post(f"/plan/{done[0]}/baseline").status_code == 403
    assert theo.post(f"/plan/{done[0]}/baseline").status_code == 303
    assert "Make it the plan" not in theo.get(f"/plan/{done[0]}").text


@pytest.mark.parametrize("path", ["/disclosure/t-none", "/plan/p-none", "/jobs/j-none", "/plan/new?base=p-none"])
def test_what_is_not_there_is_not_there(chen: httpx.Client, path: str) -> None:
    """404 as a page and as data."""
    assert chen.get(path).status_code == 404
    assert chen.get(f"/api/v1{path}").status_code == 404


def test_chinese_pages_are_chinese(chen: httpx.Client, tied: str) -> None:
    """The verdict's reason is told in Chinese, not only the frame around it."""
    page = chen.get(tied, headers={"Accept-Language": "zh-TW"}).text
    assert "帳簿所載 revenue.total 2025Q2 為 100.247 百萬美元" in page
    assert "需要人工確認" in page
    assert "計畫開始時的比特幣價格" in chen.get("/plan/new", headers={"Accept-Language": "zh-TW"}).text
