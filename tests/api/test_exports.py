"""Everything can be taken out, by those who may, for a day."""

from __future__ import annotations

import os
from hashlib import sha256
from typing import Any

import httpx
import pytest

from mintage.desk.exports import KEPT_US
from mintage.exchange.export import EXPORTS
from tests.served import Served

EXPORT = "/api/v1/exports"


@pytest.fixture(scope="module")
def carla(served: Served) -> httpx.Client:
    """A controller."""
    return served.person("carla", ["controller"])


def _written(served: Served, client: httpx.Client, **told: str) -> dict[str, Any]:
    """Write an export and wait for it; as the list shows it."""
    made = client.post(EXPORT, json=told)
    assert made.status_code == 201, made.text
    assert served.company.jobs.wait(made.json()["id"], 60).state == "done"
    return next(item for item in client.get(EXPORT).json()["files"] if item["job"]["id"] == made.json()["id"])


def test_what_is_written_is_fetched_whole_and_leaves_an_audit_fact(served: Served, carla: httpx.Client) -> None:
    """The facts as JSONL are the journal's own bytes; who took them is on the record."""
    item = _written(served, carla, what="facts", form="jsonl")
    reply = carla.get(item["file"])
    assert reply.status_code == 200
    assert "attachment" in reply.headers["content-disposition"]
    assert len(reply.content) == item["bytes"]
    assert reply.content.count(b"\n") <= served.company.journal.head()[0]
    assert carla.get(f"{EXPORT}/{item['job']['id']}/file").content == reply.content
    actions = [getattr(stored.fact.data, "action", "") for stored in served.company.journal.facts("people.acted")]
    assert "export.written" in actions


def test_everything_is_offered_and_what_needs_a_period_says_so(served: Served, carla: httpx.Client) -> None:
    """The page has a button for each form; KPIs without a period are refused beside the field, with one they come."""
    page = carla.get("/exports").text
    for what, form in EXPORTS:
        assert f'value="{what}.{form}"' in page
    refused = carla.post("/exports", data={"choice": "kpis.csv"})
    assert refused.status_code == 400
    assert "period" in refused.text
    assert carla.post(EXPORT, json={"what": "kpis", "form": "csv", "period": "yesterday"}).json()["field"] == "period"
    assert carla.post(EXPORT, json={"what": "kpis", "form": "abacus"}).json()["field"] == "form"
    item = _written(served, carla, what="kpis", form="csv", period="2025Q2")
    assert b"2025Q2" in carla.get(item["file"]).content


def test_a_file_is_kept_for_a_day_and_not_longer(served: Served, carla: httpx.Client) -> None:
    """Afterwards it is gone from the list, its address answers 404, and the next export removes it from the disk."""
    item = _written(served, carla, what="accounts", form="csv")
    company = served.company
    folder = company.settings.state.parent / "exports"
    (path,) = (path for path in folder.iterdir() if path.name.endswith("accounts.csv"))
    company.state.execute("UPDATE job SET ended_us = ended_us - ? WHERE id = ?", (KEPT_US + 1, item["job"]["id"]))
    os.utime(path, (1, 1))
    assert carla.get(item["file"]).status_code == 404
    _written(served, carla, what="lots", form="csv")
    assert not path.exists()


def test_a_backup_is_for_administrators(served: Served, carla: httpx.Client) -> None:
    """An administrator makes one and fetches it with its SHA-256; whoever may export the journal may not have it."""
    assert carla.post(f"{EXPORT}/backup").status_code == 403
    assert carla.post("/exports/backup").status_code == 403
    assert "Back up now" not in carla.get("/exports").text
    adam = served.person("adam", ["administrator"])
    assert adam.post("/exports/backup").status_code == 303
    job = served.company.jobs.recent("backup")[0]
    assert served.company.jobs.wait(job.id, 60).state == "done", served.company.jobs.get(job.id).problem
    (item,) = adam.get(EXPORT).json()["backups"]
    assert sha256(adam.get(item["file"]).content).hexdigest() == item["sha256"]
    assert carla.get(item["file"]).status_code == 403
    assert carla.get(f"/api/v1/jobs/{job.id}/file").status_code in (403, 404)
    assert carla.get(EXPORT).json()["backups"] == []


def test_files_of_other_jobs_and_made_up_ids_are_not_there(carla: httpx.Client) -> None:
    """Nothing but what an export wrote is fetched."""
    for id_ in ("j-nothing", "..%2Fconsole.db", "%2e%2e"):
        assert carla.get(f"/exports/{id_}/file").status_code == 404
