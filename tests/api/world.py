"""The example company with a site, and something of everything that the API can be asked for."""

from __future__ import annotations

import re
import shutil
from pathlib import Path
from typing import Any

import httpx

from mintage.people.caller import Caller
from mintage.people.roles import EVERYWHERE, Grant, rights_of
from tests.desk.yard import Yard
from tests.served import TIMEOUT_S, Served

CALL = Path(__file__).parents[2] / "examples" / "lodequarry" / "call-2025Q2.txt"
CALL_CHARACTERS = 4_000
MACHINES = 12
TEXT = CALL.read_text("utf-8")[:CALL_CHARACTERS].rpartition("\n")[0]
PLAN = {"name": "a dry year", "months": 4, "paths": 50, "seed": 7}
SHED = {"wish": {"kind": "fixed", "kw": 8, "scope": "rack=r0", "for_min": 60}, "reason": "grid alert"}


PLACES = {
    "plan": "plan",
    "disclosure": "tie-out",
    "jobs": "job",
    "exports": "job",
    "actions": "action",
    "alerts": "alert",
    "curtailments": "curtailment",
    "proposals": "proposal",
    "approvals": "proposal",
    "kpi": "kpi",
}
"""What an id in a path is of, by the part of the path before it."""
QUARTER = {"period": "2025Q2", "on": "2025-06-30"}
"""The part of the example that has most to tell."""
QUERIES: dict[str, dict[str, str]] = {
    "books_cell_of": {"statement": "income", "row": "revenue.total"},
    "books_rollforward_cell": {"row": "mined", "column": "total"},
    "chain_news": {"since": "0"},
    "preview": {"action": "sleep", "scope": "rack=r0"},
    "preview_curtailment": {"kind": "fixed", "kw": "8", "scope": "rack=r0"},
    "journal_postings": {"account": "assets:*", "commodity": "BTC"},
    "record_choices": {"kind": "market.price-observed"},
    "treasury": {"days": "30"},
    "machines": {"limit": "2", "column": "hashrate_ths"},
}
"""What operations are asked beside their path, by id."""


class World:
    """A served company in which there is one of each thing.

    Args:
        db: the example company's journal, which is copied.
        folder: where its files go.

    Attributes:
        served: the server.
        admin: a client with a token that may everything.
        ids: ids of things by name, for paths and queries.
    """

    def __init__(self, db: Path, folder: Path) -> None:
        shutil.copyfile(db, folder / "books.db")
        self.yard = Yard(folder, MACHINES)
        self.yard.strike(0, 4, 5)
        self.yard.work()
        self.served = Served(folder, folder / "books.db", data=folder / "sites", clock=self.yard.clock)
        self.admin = self.program("ada", "administrator")
        self.ids: dict[str, str] = {}

    def token(self, name: str, role: str) -> str:
        """A token of somebody new with a role, and with every right of it."""
        self.served.person(name, [role])
        by = Caller(name=name, grants=(Grant(role, EVERYWHERE),))
        made = self.served.company.people.new_token(by, "a program", rights_of(role) | {"self.write"}, days=30)
        return made.secret.reveal()

    def program(self, name: str, role: str) -> httpx.Client:
        """A client with such a token."""
        client = self.served.anybody()
        client.headers["Authorization"] = f"Bearer {self.token(name, role)}"
        return client

    def fill(self) -> None:
        """Let there be one of each thing; jobs are done when it returns."""
        plan, text = self.post("plan", PLAN), self.post("disclosure", {"text": TEXT, "period": "2025Q2"})
        export = self.post("exports", {"what": "kpis", "form": "csv", "period": "2025Q2"})
        action = self.post("fleet/alder/actions", {"action": "reboot", "scope": "rack=r0", "reason": "stuck"})
        shed = self.post("energy/alder/curtailments", SHED)
        self.post("fleet/views", {"name": "hot", "query": "where=chip_max_c>=80"})
        again = self.post("books/reopen", {"period": "2025Q2", "reason": "an invoice came late"})
        for job in (plan["job"], text["job"], export["id"]):
            assert self.served.company.jobs.wait(job, TIMEOUT_S).state == "done"
        lots = self.get("treasury/lots", limit=1)["rows"]
        self.ids = {
            "plan": plan["id"],
            "tie-out": text["id"],
            "job": export["id"],
            "action": action["request"]["id"],
            "alert": "al-00000001",
            "curtailment": shed["id"],
            "proposal": again["id"],
            "kpi": "bitcoin.mined",
            "lot": lots[0]["lot"],
            "fact": self.get("journal", limit=1, kind="treasury.")["rows"][0]["key"],
            "asset": self.get("fleet/machines", limit=1)["rows"][0]["key"].rpartition("/")[2],
        }

    def query(self, operation: dict[str, Any]) -> dict[str, str]:
        """What an operation is asked beside its path."""
        named = {item["name"] for item in operation.get("parameters", ()) if item.get("in") == "query"}
        told = {name: value for name, value in QUARTER.items() if name in named}
        told |= {"key": self.ids["fact"]} if operation["operationId"] in ("journal_fact_of", "reversal_preview") else {}
        told |= {"lot": self.ids["lot"]} if "lot" in named else {}
        return told | QUERIES.get(operation["operationId"], {})

    def place(self, path: str, name: str) -> str:
        """What stands for a part of a path; "" where there is nothing that could."""
        before = re.search(r"/([a-z-]+)/{" + name + "}", path)
        if name == "id" and before and before[1] in PLACES:
            return self.ids[PLACES[before[1]]]
        return {"site": "alder", "statement": "income", "name": "ada"}.get(name) or self.ids.get(name, "")

    def address(self, path: str) -> str:
        """A path about things that are there."""
        return re.sub(r"{(\w+)}", lambda part: self.place(path, part[1]), path)

    def get(self, path: str, **query: Any) -> Any:
        """What is answered to a read."""
        reply = self.admin.get(f"/api/v1/{path}", params=query)
        assert reply.status_code == 200, reply.text
        return reply.json()

    def post(self, path: str, body: Any) -> Any:
        """What is answered to a write."""
        reply = self.admin.post(f"/api/v1/{path}", json=body)
        assert reply.is_success, (path, reply.text)
        return reply.json()

    def close(self) -> None:
        """Let go of it."""
        self.served.close()
        self.yard.close()
