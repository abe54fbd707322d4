"""A method for each operation of the API.

Generated from the API's description by `tools/api_client.py`; change the API, not this file.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Generator, Iterator, Sequence
from typing import Any, Literal

from mintage.client import structs
from mintage.client.transport import File, Transport, pages, part


class Client(Transport):
    """The API of one server; see `Transport` for how it is reached."""

    def health(self) -> structs.Health:
        """Whether the server lives; open to all, and tells nothing else."""
        return self._read("/api/v1/health", {}, structs.Health)

    def ready(self) -> structs.Readiness:
        """Whether journal, console file and sites can be read; open to all, and names no file."""
        return self._read("/api/v1/ready", {}, structs.Readiness)

    def metrics(self) -> bytes:
        """Figures for Prometheus, in its text form."""
        return self._bytes("/api/v1/metrics", {})

    def openapi(self) -> dict[str, Any]:
        """This description, in OpenAPI 3.1."""
        return self._read("/api/v1/openapi.json", {}, dict[str, Any])

    def problems(self) -> structs.ProblemKinds:
        """Every kind of problem details that an answer may be."""
        return self._read("/api/v1/problems", {}, structs.ProblemKinds)

    def live(self, *, key: Sequence[str] | None = None) -> Generator[dict[str, Any]]:
        """Watch keys as server-sent events: `machine:ASSET:COLUMN`, `journal:head`, `job:ID`; "*" stands for any rest.

        Args:
            key: Keys to watch: `machine:ASSET:COLUMN`, `journal:head`, `job:ID`; "*" stands for any rest.
        """
        return self._stream("/api/v1/live", {"key": key})

    def jobs(self, *, kind: str | None = None) -> structs.JobList:
        """The newest jobs: long work such as plans, tie-outs, closes and exports.

        Args:
            kind: Kind to choose.
        """
        return self._read("/api/v1/jobs", {"kind": kind}, structs.JobList)

    def job(self, id_: str) -> structs.JobPage:
        """One job: how far it is, or how it ended.

        Args:
            id_: Its id.
        """
        return self._read(f"/api/v1/jobs/{part(id_)}", {}, structs.JobPage)

    def cancel_job(self, id_: str, *, idempotency_key: str | None = None) -> structs.Job:
        """Cancel a job that one has started, or any job as administrator.

        Args:
            id_: Its id.
            idempotency_key: Send it again to do this once; made up where None.
        """
        return self._write(
            "POST", f"/api/v1/jobs/{part(id_)}/cancel", type_=structs.Job, idempotency_key=idempotency_key
        )

    def job_file(self, id_: str) -> bytes:
        """The file that an export has written.

        Args:
            id_: Its id.
        """
        return self._bytes(f"/api/v1/jobs/{part(id_)}/file", {})

    def disclosures(self) -> structs.Disclosures:
        """Texts that were tied out, the newest first."""
        return self._read("/api/v1/disclosure", {}, structs.Disclosures)

    def tie_out_text(self, body: structs.NewText, *, idempotency_key: str | None = None) -> structs.TieOutRow:
        """Tie a text out: every figure against the books, the text itself and the market.

        It goes on as a job; ask for the tie-out by its id until its state is done.

        Args:
            body: What is asked for.
            idempotency_key: Send it again to do this once; made up where None.
        """
        return self._write(
            "POST", "/api/v1/disclosure", body=body, type_=structs.TieOutRow, idempotency_key=idempotency_key
        )

    def text_choices(self) -> structs.TextChoices:
        """What can be chosen for a new tie-out."""
        return self._read("/api/v1/disclosure/new", {}, structs.TextChoices)

    def tie_out(
        self, id_: str, *, verdict: str | None = None, metric: str | None = None, against: str | None = None
    ) -> structs.TieOut:
        """One text with its figures marked, all of them or those of a verdict or metric.

        Args:
            id_: Its id.
            verdict: Only figures with this verdict.
            metric: Which metric.
            against: Id of another one to compare with.
        """
        return self._read(
            f"/api/v1/disclosure/{part(id_)}",
            {"verdict": verdict, "metric": metric, "against": against},
            structs.TieOut,
        )

    def tie_out_again(self, id_: str, *, idempotency_key: str | None = None) -> structs.TieOutRow:
        """Tie a kept text out once more, to the books as they are now.

        Args:
            id_: Its id.
            idempotency_key: Send it again to do this once; made up where None.
        """
        return self._write(
            "POST", f"/api/v1/disclosure/{part(id_)}/again", type_=structs.TieOutRow, idempotency_key=idempotency_key
        )

    def delete_tie_out(self, id_: str, *, idempotency_key: str | None = None) -> structs.TieOutRow:
        """Forget a text and what came out: whoever gave it may, and whoever keeps the books.

        Args:
            id_: Its id.
            idempotency_key: Send it again to do this once; made up where None.
        """
        return self._write(
            "POST", f"/api/v1/disclosure/{part(id_)}/delete", type_=structs.TieOutRow, idempotency_key=idempotency_key
        )

    def tie_out_report(self, id_: str) -> dict[str, Any]:
        """The report in the form that `mintage tieout --json` prints.

        Args:
            id_: Its id.
        """
        return self._read(f"/api/v1/disclosure/{part(id_)}/report.json", {}, dict[str, Any])

    def tie_out_figures(self, id_: str) -> bytes:
        """The figures, one a row.

        Args:
            id_: Its id.
        """
        return self._bytes(f"/api/v1/disclosure/{part(id_)}/figures.csv", {})

    def tie_out_page(self, id_: str) -> bytes:
        """The text with its figures and checks in both languages, as one file that needs nothing else.

        Args:
            id_: Its id.
        """
        return self._bytes(f"/api/v1/disclosure/{part(id_)}/page.html", {})

    def plans(self) -> structs.PlanList:
        """The kept plans; the baseline, which the company is held against, comes first."""
        return self._read("/api/v1/plan", {}, structs.PlanList)

    def run_plan(self, body: structs.NewPlan, *, idempotency_key: str | None = None) -> structs.PlansPlanRow:
        """Live a plan: thousands of futures under the books' own rules.

        It goes on as a job; ask for the plan by its id until its state is done.

        Args:
            body: What is asked for.
            idempotency_key: Send it again to do this once; made up where None.
        """
        return self._write(
            "POST", "/api/v1/plan", body=body, type_=structs.PlansPlanRow, idempotency_key=idempotency_key
        )

    def new_plan(self, *, base: str | None = None) -> structs.PlanChoices:
        """What a new plan may assume, or a variant of a kept one: every assumption with unit, grade and source.

        Args:
            base: Id of a kept plan to begin from.
        """
        return self._read("/api/v1/plan/new", {"base": base}, structs.PlanChoices)

    def plan(self, id_: str, *, against: str | None = None) -> structs.PlanPage:
        """One plan: fans by month, what is likely, its assumptions, and the difference to another plan.

        Args:
            id_: Its id.
            against: Id of another one to compare with.
        """
        return self._read(f"/api/v1/plan/{part(id_)}", {"against": against}, structs.PlanPage)

    def choose_baseline(self, id_: str, *, idempotency_key: str | None = None) -> structs.PlansPlanRow:
        """Make a plan the one that the company is held against.

        Args:
            id_: Its id.
            idempotency_key: Send it again to do this once; made up where None.
        """
        return self._write(
            "POST", f"/api/v1/plan/{part(id_)}/baseline", type_=structs.PlansPlanRow, idempotency_key=idempotency_key
        )

    def delete_plan(self, id_: str, *, idempotency_key: str | None = None) -> structs.PlansPlanRow:
        """Forget a plan: whoever asked for it may, and whoever keeps the books.

        Args:
            id_: Its id.
            idempotency_key: Send it again to do this once; made up where None.
        """
        return self._write(
            "POST", f"/api/v1/plan/{part(id_)}/delete", type_=structs.PlansPlanRow, idempotency_key=idempotency_key
        )

    def chain(self, *, on: dt.date | None = None) -> structs.Chain:
        """The value chain on a day: what stands at each stage, what flows between them, what is stuck, and the market.

        Args:
            on: The day that is looked at; by default today.
        """
        return self._read("/api/v1/chain", {"on": on}, structs.Chain)

    def wall(self, *, on: dt.date | None = None) -> structs.Chain:
        """The same as `/chain`, as the wall screen shows it.

        Args:
            on: The day that is looked at; by default today.
        """
        return self._read("/api/v1/wall", {"on": on}, structs.Chain)

    def chain_news(self, *, since: int) -> structs.News:
        """How many facts came since the journal had so many.

        Args:
            since: Number of facts that the reader knows of.
        """
        return self._read("/api/v1/chain/news", {"since": since}, structs.News)

    def fleet(self, *, on: dt.date | None = None) -> structs.FleetAnswer:
        """The fleet at a glance: what the ledger has of each site beside what its machines say now.

        Args:
            on: The day that is looked at; by default today.
        """
        return self._read("/api/v1/fleet", {"on": on}, structs.FleetAnswer)

    def machines(  # noqa: PLR0913  as many as the API has
        self,
        *,
        site: Sequence[str] | None = None,
        hall: Sequence[str] | None = None,
        rack: Sequence[str] | None = None,
        model: Sequence[str] | None = None,
        state: Sequence[str] | None = None,
        q: str | None = None,
        where: Sequence[str] | None = None,
        struck: bool | None = None,
        sort: str | None = None,
        column: Sequence[str] | None = None,
        limit: int | None = None,
        after: str | None = None,
    ) -> structs.MachinesAnswer:
        """A page of the table of machines: filtered, sorted and counted by the server.

        `where` takes conditions such as `chip_max_c>=90`, `hashrate_ths<=50` or `power_in_w=unknown`; `sort` takes a
        column, with "-" before it for the greatest first; `after` takes the cursor of an earlier answer.

        Args:
            site: Name of a site.
            hall: Name of a hall.
            rack: Names of racks.
            model: Models of machines.
            state: Only those in this state.
            q: Words to look for.
            where: Conditions such as `chip_max_c>=90` or `power_in_w=unknown`.
            struck: Only machines that an alert is about.
            sort: Column to sort by, with "-" before it for the greatest first.
            column: Columns to show.
            limit: Rows of a page, at most.
            after: Where the page begins: `next` of the page before.
        """
        return self._read(
            "/api/v1/fleet/machines",
            {
                "site": site,
                "hall": hall,
                "rack": rack,
                "model": model,
                "state": state,
                "q": q,
                "where": where,
                "struck": struck,
                "sort": sort,
                "column": column,
                "limit": limit,
                "after": after,
            },
            structs.MachinesAnswer,
        )

    def machines_pages(  # noqa: PLR0913  as many as the API has
        self,
        *,
        site: Sequence[str] | None = None,
        hall: Sequence[str] | None = None,
        rack: Sequence[str] | None = None,
        model: Sequence[str] | None = None,
        state: Sequence[str] | None = None,
        q: str | None = None,
        where: Sequence[str] | None = None,
        struck: bool | None = None,
        sort: str | None = None,
        column: Sequence[str] | None = None,
        limit: int | None = None,
        after: str | None = None,
    ) -> Iterator[structs.MachinesAnswer]:
        """Every page of `machines`, asked for one after another.

        Args:
            site: Name of a site.
            hall: Name of a hall.
            rack: Names of racks.
            model: Models of machines.
            state: Only those in this state.
            q: Words to look for.
            where: Conditions such as `chip_max_c>=90` or `power_in_w=unknown`.
            struck: Only machines that an alert is about.
            sort: Column to sort by, with "-" before it for the greatest first.
            column: Columns to show.
            limit: Rows of a page, at most.
            after: Where the page begins: `next` of the page before.
        """
        return pages(
            lambda cursor: self.machines(
                site=site,
                hall=hall,
                rack=rack,
                model=model,
                state=state,
                q=q,
                where=where,
                struck=struck,
                sort=sort,
                column=column,
                limit=limit,
                after=cursor,
            ),
            after,
        )

    def machines_as_csv(  # noqa: PLR0913  as many as the API has
        self,
        *,
        site: Sequence[str] | None = None,
        hall: Sequence[str] | None = None,
        rack: Sequence[str] | None = None,
        model: Sequence[str] | None = None,
        state: Sequence[str] | None = None,
        q: str | None = None,
        where: Sequence[str] | None = None,
        struck: bool | None = None,
        sort: str | None = None,
        column: Sequence[str] | None = None,
        limit: int | None = None,
        after: str | None = None,
    ) -> bytes:
        """Every machine that the filters mean, as CSV; what is unknown is an empty cell.

        Args:
            site: Name of a site.
            hall: Name of a hall.
            rack: Names of racks.
            model: Models of machines.
            state: Only those in this state.
            q: Words to look for.
            where: Conditions such as `chip_max_c>=90` or `power_in_w=unknown`.
            struck: Only machines that an alert is about.
            sort: Column to sort by, with "-" before it for the greatest first.
            column: Columns to show.
            limit: Rows of a page, at most.
            after: Where the page begins: `next` of the page before.
        """
        return self._bytes(
            "/api/v1/fleet/machines.csv",
            {
                "site": site,
                "hall": hall,
                "rack": rack,
                "model": model,
                "state": state,
                "q": q,
                "where": where,
                "struck": struck,
                "sort": sort,
                "column": column,
                "limit": limit,
                "after": after,
            },
        )

    def all_alerts(
        self,
        *,
        site: str | None = None,
        state: Literal["open", "over"] | None = None,
        since_us: int | None = None,
        limit: int | None = None,
    ) -> structs.AlertsAnswer:
        """Alerts that stand, the worst first, or that are over, the newest first; and maintenance.

        Args:
            site: Name of a site.
            state: Only those in this state.
            since_us: Only those since then, microseconds since 1970 UTC.
            limit: Rows of a page, at most.
        """
        return self._read(
            "/api/v1/fleet/alerts",
            {"site": site, "state": state, "since_us": since_us, "limit": limit},
            structs.AlertsAnswer,
        )

    def all_actions(self, *, site: str | None = None, limit: int | None = None) -> structs.RequestsAnswer:
        """What was asked of machines; what waits for a second person comes first.

        Args:
            site: Name of a site.
            limit: Rows of a page, at most.
        """
        return self._read("/api/v1/fleet/actions", {"site": site, "limit": limit}, structs.RequestsAnswer)

    def new_view(self, body: structs.View, *, idempotency_key: str | None = None) -> structs.SavedView:
        """Save a view of the table of machines for oneself.

        Args:
            body: What is asked for.
            idempotency_key: Send it again to do this once; made up where None.
        """
        return self._write(
            "POST", "/api/v1/fleet/views", body=body, type_=structs.SavedView, idempotency_key=idempotency_key
        )

    def delete_view(self, name: str, *, idempotency_key: str | None = None) -> None:
        """Remove a view of one's own; one that is not there is gone already.

        Args:
            name: Name of the view.
            idempotency_key: Send it again to do this once; made up where None.
        """
        self._write("DELETE", f"/api/v1/fleet/views/{part(name)}", type_=type(None), idempotency_key=idempotency_key)

    def site(self, site: str, *, metric: str | None = None, hall: str | None = None) -> structs.SitePlan:
        """A site with its halls as drawn plans: each slot of each rack with the class of a metric, and a legend.

        Args:
            site: Name of a site.
            metric: Which metric.
            hall: Name of a hall.
        """
        return self._read(f"/api/v1/fleet/{part(site)}", {"metric": metric, "hall": hall}, structs.SitePlan)

    def preview(self, site: str, *, action: str, scope: str, to: Sequence[str] | None = None) -> structs.PreviewAnswer:
        """What an action would do to which machines, and whether a second person must approve; nothing is asked for.

        Args:
            site: Name of a site.
            action: What is to be done.
            scope: Which machines: "all", or terms such as "rack=r1,r2".
            to: What the action needs to know: a mode, a pool.
        """
        return self._read(
            f"/api/v1/fleet/{part(site)}/preview", {"action": action, "scope": scope, "to": to}, structs.PreviewAnswer
        )

    def ask_for_action(
        self, site: str, body: structs.ActAsk, *, idempotency_key: str | None = None
    ) -> structs.SiteRequest:
        """Ask for an action. The site's agent begins at once, or when a second person has approved.

        Args:
            site: Name of a site.
            body: What is asked for.
            idempotency_key: Send it again to do this once; made up where None.
        """
        return self._write(
            "POST",
            f"/api/v1/fleet/{part(site)}/actions",
            body=body,
            type_=structs.SiteRequest,
            idempotency_key=idempotency_key,
        )

    def action(self, site: str, id_: str) -> structs.RequestAnswer:
        """What was asked for, and what came of it at each machine.

        Args:
            site: Name of a site.
            id_: Its id.
        """
        return self._read(f"/api/v1/fleet/{part(site)}/actions/{part(id_)}", {}, structs.RequestAnswer)

    def approve_action(
        self, site: str, id_: str, body: structs.Said, *, idempotency_key: str | None = None
    ) -> structs.SiteRequest:
        """Approve what somebody else asked for.

        Args:
            site: Name of a site.
            id_: Its id.
            body: What is asked for.
            idempotency_key: Send it again to do this once; made up where None.
        """
        return self._write(
            "POST",
            f"/api/v1/fleet/{part(site)}/actions/{part(id_)}/approve",
            body=body,
            type_=structs.SiteRequest,
            idempotency_key=idempotency_key,
        )

    def reject_action(
        self, site: str, id_: str, body: structs.Said, *, idempotency_key: str | None = None
    ) -> structs.SiteRequest:
        """Reject what somebody asked for; no machine is asked.

        Args:
            site: Name of a site.
            id_: Its id.
            body: What is asked for.
            idempotency_key: Send it again to do this once; made up where None.
        """
        return self._write(
            "POST",
            f"/api/v1/fleet/{part(site)}/actions/{part(id_)}/reject",
            body=body,
            type_=structs.SiteRequest,
            idempotency_key=idempotency_key,
        )

    def cancel_action(
        self, site: str, id_: str, body: structs.Said, *, idempotency_key: str | None = None
    ) -> structs.SiteRequest:
        """Stop a request: machines that were not asked yet are not asked any more.

        Args:
            site: Name of a site.
            id_: Its id.
            body: What is asked for.
            idempotency_key: Send it again to do this once; made up where None.
        """
        return self._write(
            "POST",
            f"/api/v1/fleet/{part(site)}/actions/{part(id_)}/cancel",
            body=body,
            type_=structs.SiteRequest,
            idempotency_key=idempotency_key,
        )

    def alert(self, site: str, id_: str) -> structs.AlertAnswer:
        """One alert: who is struck, what was sent of it, who takes care of it.

        Args:
            site: Name of a site.
            id_: Its id.
        """
        return self._read(f"/api/v1/fleet/{part(site)}/alerts/{part(id_)}", {}, structs.AlertAnswer)

    def acknowledge(
        self, site: str, id_: str, body: structs.Said, *, idempotency_key: str | None = None
    ) -> structs.SiteAlert:
        """Say that one takes care of an alert: it is not told again until it is clear.

        Args:
            site: Name of a site.
            id_: Its id.
            body: What is asked for.
            idempotency_key: Send it again to do this once; made up where None.
        """
        return self._write(
            "POST",
            f"/api/v1/fleet/{part(site)}/alerts/{part(id_)}/acknowledge",
            body=body,
            type_=structs.SiteAlert,
            idempotency_key=idempotency_key,
        )

    def snooze(
        self, site: str, id_: str, body: structs.Quiet, *, idempotency_key: str | None = None
    ) -> structs.SiteAlert:
        """Have quiet of an alert for a while; if it stands then, it is told again.

        Args:
            site: Name of a site.
            id_: Its id.
            body: What is asked for.
            idempotency_key: Send it again to do this once; made up where None.
        """
        return self._write(
            "POST",
            f"/api/v1/fleet/{part(site)}/alerts/{part(id_)}/snooze",
            body=body,
            type_=structs.SiteAlert,
            idempotency_key=idempotency_key,
        )

    def announce(
        self, site: str, body: structs.Maintenance, *, idempotency_key: str | None = None
    ) -> structs.StoreWindow:
        """Announce maintenance: what happens to these machines meanwhile is no alert.

        Args:
            site: Name of a site.
            body: What is asked for.
            idempotency_key: Send it again to do this once; made up where None.
        """
        return self._write(
            "POST",
            f"/api/v1/fleet/{part(site)}/maintenance",
            body=body,
            type_=structs.StoreWindow,
            idempotency_key=idempotency_key,
        )

    def end(self, site: str, id_: str, *, idempotency_key: str | None = None) -> None:
        """End maintenance now; what still holds then is an alert.

        Args:
            site: Name of a site.
            id_: Its id.
            idempotency_key: Send it again to do this once; made up where None.
        """
        self._write(
            "POST",
            f"/api/v1/fleet/{part(site)}/maintenance/{part(id_)}/end",
            type_=type(None),
            idempotency_key=idempotency_key,
        )

    def machine(self, site: str, asset: str) -> structs.MachineAnswer:
        """One machine: readings with source and age, boards, chips, build, cost, bitcoin earned, alerts and actions.

        Args:
            site: Name of a site.
            asset: Asset id of a machine.
        """
        return self._read(f"/api/v1/fleet/{part(site)}/{part(asset)}", {}, structs.MachineAnswer)

    def machine_series(
        self,
        site: str,
        asset: str,
        *,
        span: str | None = None,
        start_s: int | None = None,
        end_s: int | None = None,
        field: Sequence[str] | None = None,
    ) -> structs.SeriesAnswer:
        """A machine's telemetry: samples for hours, 5 minutes for days, hours for longer; unknown readings are null.

        Args:
            site: Name of a site.
            asset: Asset id of a machine.
            span: How far back: 24h, 7d, 30d ...
            start_s: First second, since 1970 UTC.
            end_s: Last second, since 1970 UTC.
            field: Readings to tell.
        """
        return self._read(
            f"/api/v1/fleet/{part(site)}/{part(asset)}/series",
            {"span": span, "start_s": start_s, "end_s": end_s, "field": field},
            structs.SeriesAnswer,
        )

    def energy(self, *, period: str | None = None) -> structs.Energy:
        """Power of all sites that one may see: price, breakeven, load, what is shed, and a period by the journal.

        Args:
            period: 2025, 2025Q2, 2025-06 or 2025-06-30; by default the quarter of today.
        """
        return self._read("/api/v1/energy", {"period": period}, structs.Energy)

    def site_energy(self, site: str, *, day: dt.date | None = None) -> structs.SiteEnergy:
        """A site: price now and by the hour against breakeven, load by feeder, open curtailments, rules, months.

        Args:
            site: Name of a site.
            day: The day that is looked at; by default today.
        """
        return self._read(f"/api/v1/energy/{part(site)}", {"day": day}, structs.SiteEnergy)

    def energy_tariff(self, site: str, *, day: dt.date | None = None) -> structs.SiteTariff:
        """A site's tariff, a day's cost by the hour, and the month's bill so far with its peak.

        Args:
            site: Name of a site.
            day: The day that is looked at; by default today.
        """
        return self._read(f"/api/v1/energy/{part(site)}/tariff", {"day": day}, structs.SiteTariff)

    def energy_heat(self, site: str, *, day: dt.date | None = None, outdoor: float | None = None) -> structs.SiteHeat:
        """Heat that a site delivered and sold.

        Args:
            site: Name of a site.
            day: The day that is looked at; by default today.
            outdoor: Outdoor temperature in degrees Celsius.
        """
        return self._read(f"/api/v1/energy/{part(site)}/heat", {"day": day, "outdoor": outdoor}, structs.SiteHeat)

    def curtailments(self, site: str) -> structs.Curtailments:
        """A site's curtailments, and the rules and sources that it sheds by.

        Args:
            site: Name of a site.
        """
        return self._read(f"/api/v1/energy/{part(site)}/curtailments", {}, structs.Curtailments)

    def start_curtailment(
        self, site: str, body: structs.Curtail, *, idempotency_key: str | None = None
    ) -> structs.EventRow:
        """Ask for a curtailment; the site's agent begins within a second, or after a second person's approval.

        Args:
            site: Name of a site.
            body: What is asked for.
            idempotency_key: Send it again to do this once; made up where None.
        """
        return self._write(
            "POST",
            f"/api/v1/energy/{part(site)}/curtailments",
            body=body,
            type_=structs.EventRow,
            idempotency_key=idempotency_key,
        )

    def preview_curtailment(  # noqa: PLR0913  as many as the API has
        self,
        site: str,
        *,
        limit: int | None = None,
        kind: str | None = None,
        kw: str | None = None,
        feeder: str | None = None,
        hashprice_usd_ph_day: str | None = None,
        price_usd_mwh: str | None = None,
        inlet_c: str | None = None,
        chip_c: str | None = None,
        scope: str | None = None,
        exclude: str | None = None,
        heat: str | None = None,
        lower_modes: str | None = None,
        starts: str | None = None,
        until: str | None = None,
        for_min: str | None = None,
        restore_machines: str | None = None,
        restore_kw: str | None = None,
        restore_every_s: str | None = None,
    ) -> structs.PlanAnswer:
        """What a curtailment would shed now, in which order and why; nothing is asked for.

        Args:
            site: Name of a site.
            limit: Rows of a page, at most.
            kind: Kind to choose.
            kw: Kilowatts to shed.
            feeder: Name of a feeder.
            hashprice_usd_ph_day: Hashprice in USD per PH/s and day to reckon with.
            price_usd_mwh: Power price in USD per MWh to reckon with.
            inlet_c: Highest inlet temperature in degrees Celsius.
            chip_c: Highest chip temperature in degrees Celsius.
            scope: Which machines: "all", or terms such as "rack=r1,r2".
            exclude: Machines to leave alone.
            heat: What to do with machines whose heat is sold.
            lower_modes: Whether machines may go on in a lower mode: yes or no.
            starts: When it begins, ISO; by default at once.
            until: When machines come back, ISO.
            for_min: How long it lasts, in minutes.
            restore_machines: Machines of one step of coming back.
            restore_kw: Kilowatts of one step of coming back.
            restore_every_s: Seconds between steps of coming back.
        """
        return self._read(
            f"/api/v1/energy/{part(site)}/curtailments/preview",
            {
                "limit": limit,
                "kind": kind,
                "kw": kw,
                "feeder": feeder,
                "hashprice_usd_ph_day": hashprice_usd_ph_day,
                "price_usd_mwh": price_usd_mwh,
                "inlet_c": inlet_c,
                "chip_c": chip_c,
                "scope": scope,
                "exclude": exclude,
                "heat": heat,
                "lower_modes": lower_modes,
                "starts": starts,
                "until": until,
                "for_min": for_min,
                "restore_machines": restore_machines,
                "restore_kw": restore_kw,
                "restore_every_s": restore_every_s,
            },
            structs.PlanAnswer,
        )

    def curtailment(self, site: str, id_: str, *, limit: int | None = None) -> structs.Course:
        """One curtailment: asked, confirmed and delivered power, machine by machine, and its proof's state.

        Args:
            site: Name of a site.
            id_: Its id.
            limit: Rows of a page, at most.
        """
        return self._read(f"/api/v1/energy/{part(site)}/curtailments/{part(id_)}", {"limit": limit}, structs.Course)

    def curtailment_proof(self, site: str, id_: str) -> dict[str, Any]:
        """The proof document as it was hashed; before a curtailment is over, the figures so far.

        Args:
            site: Name of a site.
            id_: Its id.
        """
        return self._read(f"/api/v1/energy/{part(site)}/curtailments/{part(id_)}/proof", {}, dict[str, Any])

    def approve_curtailment(self, site: str, id_: str, *, idempotency_key: str | None = None) -> structs.EventRow:
        """Approve what somebody else asked for; the agent begins within a second.

        Args:
            site: Name of a site.
            id_: Its id.
            idempotency_key: Send it again to do this once; made up where None.
        """
        return self._write(
            "POST",
            f"/api/v1/energy/{part(site)}/curtailments/{part(id_)}/approve",
            type_=structs.EventRow,
            idempotency_key=idempotency_key,
        )

    def end_curtailment(
        self, site: str, id_: str, body: structs.End, *, idempotency_key: str | None = None
    ) -> structs.EventRow:
        """Restore machines in steps, cancel, or abort at once.

        Args:
            site: Name of a site.
            id_: Its id.
            body: What is asked for.
            idempotency_key: Send it again to do this once; made up where None.
        """
        return self._write(
            "POST",
            f"/api/v1/energy/{part(site)}/curtailments/{part(id_)}/end",
            body=body,
            type_=structs.EventRow,
            idempotency_key=idempotency_key,
        )

    def release_machines(
        self, site: str, body: structs.Release, *, idempotency_key: str | None = None
    ) -> structs.Released:
        """Take machines out of whatever curtailment holds them, and wake them.

        Args:
            site: Name of a site.
            body: What is asked for.
            idempotency_key: Send it again to do this once; made up where None.
        """
        return self._write(
            "POST",
            f"/api/v1/energy/{part(site)}/release",
            body=body,
            type_=structs.Released,
            idempotency_key=idempotency_key,
        )

    def resume_rule(self, site: str, rule: str, *, idempotency_key: str | None = None) -> structs.RuleList:
        """Put a rule in force again that rests because somebody ended its curtailment.

        Args:
            site: Name of a site.
            rule: Name of a rule.
            idempotency_key: Send it again to do this once; made up where None.
        """
        return self._write(
            "POST",
            f"/api/v1/energy/{part(site)}/rules/{part(rule)}/resume",
            type_=structs.RuleList,
            idempotency_key=idempotency_key,
        )

    def tell_prices(
        self, site: str, body: structs.TellPrice, *, idempotency_key: str | None = None
    ) -> structs.SiteEnergy:
        """Tell a site what power costs or hash rate earns now; rules that shed at breakeven go by it.

        Args:
            site: Name of a site.
            body: What is asked for.
            idempotency_key: Send it again to do this once; made up where None.
        """
        return self._write(
            "POST",
            f"/api/v1/energy/{part(site)}/prices",
            body=body,
            type_=structs.SiteEnergy,
            idempotency_key=idempotency_key,
        )

    def production(
        self,
        *,
        period: str | None = None,
        status: Literal["", "differs", "open", "agrees"] | None = None,
        after: int | None = None,
        limit: int | None = None,
    ) -> structs.Production:
        """A period's production day by day, differences first, of the sites that one may see.

        Args:
            period: 2025, 2025Q2, 2025-06 or 2025-06-30; by default the quarter of today.
            status: Only days in this state.
            after: Where the page begins: `next` of the page before.
            limit: Rows of a page, at most.
        """
        return self._read(
            "/api/v1/production",
            {"period": period, "status": status, "after": after, "limit": limit},
            structs.Production,
        )

    def production_pages(
        self,
        *,
        period: str | None = None,
        status: Literal["", "differs", "open", "agrees"] | None = None,
        after: int | None = None,
        limit: int | None = None,
    ) -> Iterator[structs.Production]:
        """Every page of `production`, asked for one after another.

        Args:
            period: 2025, 2025Q2, 2025-06 or 2025-06-30; by default the quarter of today.
            status: Only days in this state.
            after: Where the page begins: `next` of the page before.
            limit: Rows of a page, at most.
        """
        return pages(
            lambda cursor: self.production(
                period=period,
                status=status,
                after=cursor,
                limit=limit,
            ),
            after,
        )

    def production_cost(self, *, period: str | None = None) -> structs.ProductionCost:
        """What one bitcoin cost to mine, in rows, with comparatives; each site's cash cost; shares of joint sites.

        Args:
            period: 2025, 2025Q2, 2025-06 or 2025-06-30; by default the quarter of today.
        """
        return self._read("/api/v1/production/cost", {"period": period}, structs.ProductionCost)

    def site_production(
        self,
        site: str,
        *,
        day: dt.date | None = None,
        period: str | None = None,
        status: Literal["", "differs", "open", "agrees"] | None = None,
        after: int | None = None,
        limit: int | None = None,
    ) -> structs.SiteProduction:
        """A site's production of a period; or one day, from the machines' work to satoshis on chain.

        Args:
            site: Name of a site.
            day: The day that is looked at; by default today.
            period: 2025, 2025Q2, 2025-06 or 2025-06-30; by default the quarter of today.
            status: Only days in this state.
            after: Where the page begins: `next` of the page before.
            limit: Rows of a page, at most.
        """
        return self._read(
            f"/api/v1/production/{part(site)}",
            {"day": day, "period": period, "status": status, "after": after, "limit": limit},
            structs.SiteProduction,
        )

    def reconcile_day(self, site: str, body: structs.Reconcile, *, idempotency_key: str | None = None) -> structs.Job:
        """Ask pools, chain and tariff of a day that has ended, and record what follows; the job says what came out.

        Args:
            site: Name of a site.
            body: What is asked for.
            idempotency_key: Send it again to do this once; made up where None.
        """
        return self._write(
            "POST",
            f"/api/v1/production/{part(site)}/reconcile",
            body=body,
            type_=structs.Job,
            idempotency_key=idempotency_key,
        )

    def factory(self, *, period: str | None = None) -> structs.FactoryAnswer:
        """The factory in a period: foundries, goods in stock with value and age, and what finished machines will bring.

        Args:
            period: 2025, 2025Q2, 2025-06 or 2025-06-30; by default the quarter of today.
        """
        return self._read("/api/v1/factory", {"period": period}, structs.FactoryAnswer)

    def factory_builds(self, *, after: str | None = None, limit: int | None = None) -> structs.BuildPage:
        """Builds, the latest first, with what each machine cost landed.

        Args:
            after: Where the page begins: `next` of the page before.
            limit: Rows of a page, at most.
        """
        return self._read("/api/v1/factory/builds", {"after": after, "limit": limit}, structs.BuildPage)

    def factory_builds_pages(
        self, *, after: str | None = None, limit: int | None = None
    ) -> Iterator[structs.BuildPage]:
        """Every page of `factory_builds`, asked for one after another.

        Args:
            after: Where the page begins: `next` of the page before.
            limit: Rows of a page, at most.
        """
        return pages(
            lambda cursor: self.factory_builds(
                after=cursor,
                limit=limit,
            ),
            after,
        )

    def factory_sortings(self, *, after: str | None = None, limit: int | None = None) -> structs.SortingPage:
        """Sorting runs, the latest first: wafers used, good chips by bin, what a chip cost.

        Args:
            after: Where the page begins: `next` of the page before.
            limit: Rows of a page, at most.
        """
        return self._read("/api/v1/factory/sortings", {"after": after, "limit": limit}, structs.SortingPage)

    def factory_sortings_pages(
        self, *, after: str | None = None, limit: int | None = None
    ) -> Iterator[structs.SortingPage]:
        """Every page of `factory_sortings`, asked for one after another.

        Args:
            after: Where the page begins: `next` of the page before.
            limit: Rows of a page, at most.
        """
        return pages(
            lambda cursor: self.factory_sortings(
                after=cursor,
                limit=limit,
            ),
            after,
        )

    def sales(self, *, period: str | None = None) -> structs.SalesAnswer:
        """Sales of a period, with customers and open orders at its end or today.

        Args:
            period: 2025, 2025Q2, 2025-06 or 2025-06-30; by default the quarter of today.
        """
        return self._read("/api/v1/sales", {"period": period}, structs.SalesAnswer)

    def treasury(self, *, on: dt.date | None = None, days: int | None = None) -> structs.TreasuryAnswer:
        """Bitcoin by state at the end of a day and over time, with carrying amount, cost and worth.

        Args:
            on: The day that is looked at; by default today.
            days: Length of the history.
        """
        return self._read("/api/v1/treasury", {"on": on, "days": days}, structs.TreasuryAnswer)

    def treasury_loans(
        self, *, on: dt.date | None = None, price: str | None = None, target: str | None = None
    ) -> structs.LoanList:
        """Loans secured by bitcoin: LTV, margin-call and liquidation price, and what to add for a target LTV.

        Args:
            on: The day that is looked at; by default today.
            price: USD per bitcoin to reckon with instead of the observed price.
            target: Loan-to-value ratio to reach, as a fraction.
        """
        return self._read("/api/v1/treasury/loans", {"on": on, "price": price, "target": target}, structs.LoanList)

    def treasury_lots(
        self,
        *,
        commodity: str | None = None,
        on: dt.date | None = None,
        account: str | None = None,
        after: str | None = None,
        limit: int | None = None,
    ) -> structs.LotPage:
        """Open lots, the oldest first, with cost, worth and the policies that choose them.

        Args:
            commodity: Commodity; "*" stands for any run of characters.
            on: The day that is looked at; by default today.
            account: Account; "*" stands for any run of characters.
            after: Where the page begins: `next` of the page before.
            limit: Rows of a page, at most.
        """
        return self._read(
            "/api/v1/treasury/lots",
            {"commodity": commodity, "on": on, "account": account, "after": after, "limit": limit},
            structs.LotPage,
        )

    def treasury_lots_pages(
        self,
        *,
        commodity: str | None = None,
        on: dt.date | None = None,
        account: str | None = None,
        after: str | None = None,
        limit: int | None = None,
    ) -> Iterator[structs.LotPage]:
        """Every page of `treasury_lots`, asked for one after another.

        Args:
            commodity: Commodity; "*" stands for any run of characters.
            on: The day that is looked at; by default today.
            account: Account; "*" stands for any run of characters.
            after: Where the page begins: `next` of the page before.
            limit: Rows of a page, at most.
        """
        return pages(
            lambda cursor: self.treasury_lots(
                commodity=commodity,
                on=on,
                account=account,
                after=cursor,
                limit=limit,
            ),
            after,
        )

    def treasury_wallets(self) -> structs.WalletList:
        """Wallets against the chain, as they were last read."""
        return self._read("/api/v1/treasury/wallets", {}, structs.WalletList)

    def read_wallets(self, body: structs.ReadBody, *, idempotency_key: str | None = None) -> structs.WalletList:
        """Read wallets from the chain now.

        Args:
            body: What is asked for.
            idempotency_key: Send it again to do this once; made up where None.
        """
        return self._write(
            "POST", "/api/v1/treasury/wallets", body=body, type_=structs.WalletList, idempotency_key=idempotency_key
        )

    def books_home(self, *, period: str | None = None) -> structs.BooksHome:
        """The books at a glance: the periods of the ledger, and what a reader looks for first.

        Args:
            period: 2025, 2025Q2, 2025-06 or 2025-06-30; by default now.
        """
        return self._read("/api/v1/books", {"period": period}, structs.BooksHome)

    def books_periods(self) -> structs.PeriodList:
        """All periods of the ledger, which are closed, by whom and when."""
        return self._read("/api/v1/books/periods", {}, structs.PeriodList)

    def books_statement(
        self,
        statement: Literal["income", "balance", "cash-flow", "cash-flow-direct", "cash-flow-indirect", "bridge"],
        *,
        period: str | None = None,
    ) -> structs.StatementAnswer:
        """A statement of a period with the period before and the year before; each cell leads to what it is made of.

        Args:
            statement: Which statement.
            period: 2025, 2025Q2, 2025-06 or 2025-06-30; by default now.
        """
        return self._read(f"/api/v1/books/statements/{part(statement)}", {"period": period}, structs.StatementAnswer)

    def books_cell_of(
        self,
        *,
        statement: Literal["income", "balance", "cash-flow", "cash-flow-direct", "cash-flow-indirect", "bridge"],
        row: str,
        period: str | None = None,
        account: str | None = None,
    ) -> structs.CellAnswer:
        """What a cell of a statement is made of: rows, or accounts that add up to it; with an account, its movements.

        Args:
            statement: Which statement.
            row: Id of a row of the statement.
            period: 2025, 2025Q2, 2025-06 or 2025-06-30; by default now.
            account: Account; "*" stands for any run of characters.
        """
        return self._read(
            "/api/v1/books/cell",
            {"statement": statement, "row": row, "period": period, "account": account},
            structs.CellAnswer,
        )

    def books_kpis(self, *, period: str | None = None) -> structs.KpiTable:
        """All KPIs of a period with their comparatives; each leads to its trace.

        Args:
            period: 2025, 2025Q2, 2025-06 or 2025-06-30; by default now.
        """
        return self._read("/api/v1/books/kpis", {"period": period}, structs.KpiTable)

    def books_rollforward(self, *, period: str | None = None) -> structs.RollforwardAnswer:
        """Bitcoin from the start of a period to its end by nature, in units, cost and fair value (ASC 350-60).

        Args:
            period: 2025, 2025Q2, 2025-06 or 2025-06-30; by default now.
        """
        return self._read("/api/v1/books/rollforward", {"period": period}, structs.RollforwardAnswer)

    def books_rollforward_cell(
        self,
        *,
        row: str,
        column: str,
        measure: Literal["units", "cost", "fair_value"] | None = None,
        period: str | None = None,
    ) -> structs.RollCell:
        """The facts, or the accounts, that a cell of the rollforward is made of.

        Args:
            row: Id of a row of the statement.
            column: Id of a column of the rollforward.
            measure: What is counted.
            period: 2025, 2025Q2, 2025-06 or 2025-06-30; by default now.
        """
        return self._read(
            "/api/v1/books/rollforward/cell",
            {"row": row, "column": column, "measure": measure, "period": period},
            structs.RollCell,
        )

    def books_checks_of(self, *, period: str | None = None) -> structs.ChecksAnswer:
        """Checks of a period's books now, and the last check of the whole journal.

        Args:
            period: 2025, 2025Q2, 2025-06 or 2025-06-30; by default now.
        """
        return self._read("/api/v1/books/checks", {"period": period}, structs.ChecksAnswer)

    def start_books_check(self, body: structs.CheckBody, *, idempotency_key: str | None = None) -> structs.Job:
        """Check the whole journal: chain, balances, lots, every fact booked again. It is a job.

        Args:
            body: What is asked for.
            idempotency_key: Send it again to do this once; made up where None.
        """
        return self._write(
            "POST", "/api/v1/books/checks", body=body, type_=structs.Job, idempotency_key=idempotency_key
        )

    def preview_close(
        self, *, period: str | None = None, price: str | None = None, source: str | None = None
    ) -> structs.ClosePreview:
        """What closing a period would write, or why it cannot be closed yet.

        Args:
            period: 2025, 2025Q2, 2025-06 or 2025-06-30; by default now.
            price: USD per bitcoin to reckon with instead of the observed price.
            source: Who observed the price that is given.
        """
        return self._read(
            "/api/v1/books/close", {"period": period, "price": price, "source": source}, structs.ClosePreview
        )

    def ask_close(self, body: structs.CloseBody, *, idempotency_key: str | None = None) -> structs.Proposal:
        """Ask for a period to be closed; a second person has to approve it.

        Args:
            body: What is asked for.
            idempotency_key: Send it again to do this once; made up where None.
        """
        return self._write(
            "POST", "/api/v1/books/close", body=body, type_=structs.Proposal, idempotency_key=idempotency_key
        )

    def ask_reopen(self, body: structs.ReopenBody, *, idempotency_key: str | None = None) -> structs.Proposal:
        """Ask for a closed period to be opened again; a second person has to approve it.

        Args:
            body: What is asked for.
            idempotency_key: Send it again to do this once; made up where None.
        """
        return self._write(
            "POST", "/api/v1/books/reopen", body=body, type_=structs.Proposal, idempotency_key=idempotency_key
        )

    def journal_facts(
        self,
        *,
        q: str | None = None,
        kind: str | None = None,
        actor: str | None = None,
        start: str | None = None,
        end: str | None = None,
        after: str | None = None,
        limit: int | None = None,
    ) -> structs.FactPage:
        """Facts that fit, the latest recorded first. A page looks through a bounded number of facts, then tells `next`.

        Args:
            q: Words in key, fields or evidence.
            kind: Beginning of the kind, such as "treasury.".
            actor: Who did it.
            start: An ISO date.
            end: An ISO date.
            after: `next` of the page before.
            limit: Rows of a page, at most.
        """
        return self._read(
            "/api/v1/journal",
            {"q": q, "kind": kind, "actor": actor, "start": start, "end": end, "after": after, "limit": limit},
            structs.FactPage,
        )

    def journal_facts_pages(
        self,
        *,
        q: str | None = None,
        kind: str | None = None,
        actor: str | None = None,
        start: str | None = None,
        end: str | None = None,
        after: str | None = None,
        limit: int | None = None,
    ) -> Iterator[structs.FactPage]:
        """Every page of `journal_facts`, asked for one after another.

        Args:
            q: Words in key, fields or evidence.
            kind: Beginning of the kind, such as "treasury.".
            actor: Who did it.
            start: An ISO date.
            end: An ISO date.
            after: `next` of the page before.
            limit: Rows of a page, at most.
        """
        return pages(
            lambda cursor: self.journal_facts(
                q=q,
                kind=kind,
                actor=actor,
                start=start,
                end=end,
                after=cursor,
                limit=limit,
            ),
            after,
        )

    def journal_fact_of(self, *, key: str) -> structs.FactAnswer:
        """One fact, whole: fields, evidence, postings, lots, its place in the chain, what reversed it.

        Args:
            key: Key of a fact.
        """
        return self._read("/api/v1/journal/fact", {"key": key}, structs.FactAnswer)

    def journal_postings(
        self,
        *,
        account: str | None = None,
        commodity: str | None = None,
        start: str | None = None,
        end: str | None = None,
        after: str | None = None,
        limit: int | None = None,
    ) -> structs.PostingPage:
        """Postings on the accounts that fit, the latest first, with running balances.

        Args:
            account: An account; "*" stands for any run.
            commodity: Commodity; "*" stands for any run of characters.
            start: An ISO date.
            end: An ISO date.
            after: `next` of the page before.
            limit: Rows of a page, at most.
        """
        return self._read(
            "/api/v1/journal/postings",
            {"account": account, "commodity": commodity, "start": start, "end": end, "after": after, "limit": limit},
            structs.PostingPage,
        )

    def journal_postings_pages(
        self,
        *,
        account: str | None = None,
        commodity: str | None = None,
        start: str | None = None,
        end: str | None = None,
        after: str | None = None,
        limit: int | None = None,
    ) -> Iterator[structs.PostingPage]:
        """Every page of `journal_postings`, asked for one after another.

        Args:
            account: An account; "*" stands for any run.
            commodity: Commodity; "*" stands for any run of characters.
            start: An ISO date.
            end: An ISO date.
            after: `next` of the page before.
            limit: Rows of a page, at most.
        """
        return pages(
            lambda cursor: self.journal_postings(
                account=account,
                commodity=commodity,
                start=start,
                end=end,
                after=cursor,
                limit=limit,
            ),
            after,
        )

    def journal_accounts(self, *, pattern: str | None = None, day: str | None = None) -> structs.AccountList:
        """Accounts with their balances at the end of a day.

        Args:
            pattern: Account; "*" stands for any run of characters.
            day: An ISO date.
        """
        return self._read("/api/v1/journal/accounts", {"pattern": pattern, "day": day}, structs.AccountList)

    def trace_kpi(self, id_: str, *, period: str | None = None, limit: int | None = None) -> structs.KpiTrace:
        """A KPI with all that it was made from, down to facts and evidence.

        Args:
            id_: Its id.
            period: 2025, 2025Q2, 2025-06 or 2025-06-30; by default the quarter of today.
            limit: Rows of a page, at most.
        """
        return self._read(f"/api/v1/trace/kpi/{part(id_)}", {"period": period, "limit": limit}, structs.KpiTrace)

    def trace_lot(self, *, lot: str) -> structs.LotTrace:
        """A lot: where its units are, how they came there, and the fact that opened it.

        Args:
            lot: Id of a lot.
        """
        return self._read("/api/v1/trace/lot", {"lot": lot}, structs.LotTrace)

    def record_choices(self, *, kind: str | None = None, find: str | None = None) -> structs.RecordForm:
        """Kinds of facts that the caller may record, and the fields of one of them.

        Args:
            kind: Kind of fact whose fields are told.
            find: Words that a name must have.
        """
        return self._read("/api/v1/journal/new", {"kind": kind, "find": find}, structs.RecordForm)

    def record_facts(self, body: structs.NewFacts, *, idempotency_key: str | None = None) -> structs.Recording:
        """Record facts, all of them or none; with `dry_run` only say what they would post.

        A fact is written as in a JSONL file: `kind`, `key`, `date` and the fields of its kind, amounts as texts with
        their unit. It is recorded in the caller's name. A fact that is sent twice under its key is recorded once.

        Args:
            body: What is asked for.
            idempotency_key: Send it again to do this once; made up where None.
        """
        return self._write(
            "POST", "/api/v1/journal/facts", body=body, type_=structs.Recording, idempotency_key=idempotency_key
        )

    def import_choices(self) -> structs.ImportForm:
        """What can be imported, by whom."""
        return self._read("/api/v1/journal/import", {}, structs.ImportForm)

    def import_facts(
        self, *, files: Sequence[File], dry_run: bool | None = None, idempotency_key: str | None = None
    ) -> structs.Recording:
        """Import fact files (.csv, .toml, .jsonl), all of their facts or none; with `dry_run` only try it.

        Args:
            files: Names and contents of the files.
            dry_run: Only say what would be recorded.
            idempotency_key: Send it again to do this once; made up where None.
        """
        return self._upload(
            "/api/v1/journal/import",
            {"dry_run": dry_run},
            files,
            type_=structs.Recording,
            idempotency_key=idempotency_key,
        )

    def reversal_preview(self, *, key: str | None = None, date: str | None = None) -> structs.ReversalPreview:
        """What reversing a fact would do, or why it cannot be.

        Args:
            key: Key of a fact.
            date: Accounting date.
        """
        return self._read("/api/v1/journal/reverse", {"key": key, "date": date}, structs.ReversalPreview)

    def ask_reversal(self, body: structs.NewReversal, *, idempotency_key: str | None = None) -> structs.Proposal:
        """Ask that a fact be reversed; it is when a second person approves.

        Args:
            body: What is asked for.
            idempotency_key: Send it again to do this once; made up where None.
        """
        return self._write(
            "POST", "/api/v1/journal/reverse", body=body, type_=structs.Proposal, idempotency_key=idempotency_key
        )

    def export_choices(self) -> structs.ExportList:
        """What can be taken out in which form, and the newest files."""
        return self._read("/api/v1/exports", {}, structs.ExportList)

    def start_export(self, body: structs.NewExport, *, idempotency_key: str | None = None) -> structs.Job:
        """Write an export beside the desk.

        It goes on as a job; the file is fetched when the job is done, and kept for a day.

        Args:
            body: What is asked for.
            idempotency_key: Send it again to do this once; made up where None.
        """
        return self._write("POST", "/api/v1/exports", body=body, type_=structs.Job, idempotency_key=idempotency_key)

    def start_backup(self, *, idempotency_key: str | None = None) -> structs.Job:
        """Save the whole company in one file: journal, people and settings, sites with their telemetry.

        Args:
            idempotency_key: Send it again to do this once; made up where None.
        """
        return self._write("POST", "/api/v1/exports/backup", type_=structs.Job, idempotency_key=idempotency_key)

    def export_file(self, id_: str) -> bytes:
        """The file that an export or a backup has written; a backup takes the right people.write as well.

        Args:
            id_: Its id.
        """
        return self._bytes(f"/api/v1/exports/{part(id_)}/file", {})

    def approvals(self) -> structs.Inbox:
        """What waits for a second person and the caller may decide, what the caller waits for, and what was decided."""
        return self._read("/api/v1/approvals", {}, structs.Inbox)

    def approval(self, id_: str, *, site: str | None = None) -> structs.ApprovalPage:
        """One request with what it would do; `site` names the site that asks, where a site does.

        Args:
            id_: Its id.
            site: Name of a site.
        """
        return self._read(f"/api/v1/approvals/{part(id_)}", {"site": site}, structs.ApprovalPage)

    def decide_approval(
        self, id_: str, body: structs.Decision, *, idempotency_key: str | None = None
    ) -> structs.ApprovalRow:
        """Approve or reject what another person asked for; what is approved is carried out, or begins at once.

        Args:
            id_: Its id.
            body: What is asked for.
            idempotency_key: Send it again to do this once; made up where None.
        """
        return self._write(
            "POST",
            f"/api/v1/approvals/{part(id_)}",
            body=body,
            type_=structs.ApprovalRow,
            idempotency_key=idempotency_key,
        )

    def withdraw_request(
        self, id_: str, body: structs.Withdrawal, *, idempotency_key: str | None = None
    ) -> structs.ApprovalRow:
        """Take back what one asked for.

        Args:
            id_: Its id.
            body: What is asked for.
            idempotency_key: Send it again to do this once; made up where None.
        """
        return self._write(
            "POST",
            f"/api/v1/approvals/{part(id_)}/withdraw",
            body=body,
            type_=structs.ApprovalRow,
            idempotency_key=idempotency_key,
        )

    def audit(
        self,
        *,
        area: str | None = None,
        actor: str | None = None,
        q: str | None = None,
        start: dt.date | None = None,
        end: dt.date | None = None,
        before: int | None = None,
        limit: int | None = None,
    ) -> structs.Audit:
        """Who changed what, and who was refused, the latest first; `next` of a page is `before` of the one after it.

        Args:
            area: Which records.
            actor: Who did it.
            q: Words to look for.
            start: First accounting date.
            end: Last accounting date.
            before: Where the page begins: `next` of the page before.
            limit: Rows of a page, at most.
        """
        return self._read(
            "/api/v1/audit",
            {"area": area, "actor": actor, "q": q, "start": start, "end": end, "before": before, "limit": limit},
            structs.Audit,
        )

    def audit_pages(
        self,
        *,
        area: str | None = None,
        actor: str | None = None,
        q: str | None = None,
        start: dt.date | None = None,
        end: dt.date | None = None,
        before: int | None = None,
        limit: int | None = None,
    ) -> Iterator[structs.Audit]:
        """Every page of `audit`, asked for one after another.

        Args:
            area: Which records.
            actor: Who did it.
            q: Words to look for.
            start: First accounting date.
            end: Last accounting date.
            before: Where the page begins: `next` of the page before.
            limit: Rows of a page, at most.
        """
        return pages(
            lambda cursor: self.audit(
                area=area,
                actor=actor,
                q=q,
                start=start,
                end=end,
                before=cursor,
                limit=limit,
            ),
            before,
        )

    def my_account(self) -> structs.Account:
        """One's own account: rights, sessions, tokens."""
        return self._read("/api/v1/settings", {}, structs.Account)

    def make_token(self, body: structs.TokenBody, *, idempotency_key: str | None = None) -> structs.TokenMade:
        """Make a token for a program; its secret is told this once.

        Args:
            body: What is asked for.
            idempotency_key: Send it again to do this once; made up where None.
        """
        return self._write(
            "POST", "/api/v1/settings/tokens", body=body, type_=structs.TokenMade, idempotency_key=idempotency_key
        )

    def revoke_token(self, id_: str, *, idempotency_key: str | None = None) -> structs.Changed:
        """Make one of one's own tokens worthless.

        Args:
            id_: Its id.
            idempotency_key: Send it again to do this once; made up where None.
        """
        return self._write(
            "POST",
            f"/api/v1/settings/tokens/{part(id_)}/revoke",
            type_=structs.Changed,
            idempotency_key=idempotency_key,
        )

    def people(self) -> structs.PeopleList:
        """Everybody who works with the console, with roles."""
        return self._read("/api/v1/settings/people", {}, structs.PeopleList)

    def invite(self, body: structs.InviteBody, *, idempotency_key: str | None = None) -> structs.Invitation:
        """Add somebody, who sets a password through a link that serves once.

        Args:
            body: What is asked for.
            idempotency_key: Send it again to do this once; made up where None.
        """
        return self._write(
            "POST", "/api/v1/settings/people", body=body, type_=structs.Invitation, idempotency_key=idempotency_key
        )

    def person(self, name: str) -> structs.PersonDetail:
        """One person, with sessions and tokens.

        Args:
            name: Login of a person.
        """
        return self._read(f"/api/v1/settings/people/{part(name)}", {}, structs.PersonDetail)

    def change_role(self, name: str, body: structs.GrantBody, *, idempotency_key: str | None = None) -> structs.Changed:
        """Give somebody a role, or take it away.

        Args:
            name: Login of a person.
            body: What is asked for.
            idempotency_key: Send it again to do this once; made up where None.
        """
        return self._write(
            "POST",
            f"/api/v1/settings/people/{part(name)}/roles",
            body=body,
            type_=structs.Changed,
            idempotency_key=idempotency_key,
        )

    def disable_person(self, name: str, *, idempotency_key: str | None = None) -> structs.Changed:
        """Keep somebody out: sessions end, tokens are worth nothing.

        Args:
            name: Login of a person.
            idempotency_key: Send it again to do this once; made up where None.
        """
        return self._write(
            "POST",
            f"/api/v1/settings/people/{part(name)}/disable",
            type_=structs.Changed,
            idempotency_key=idempotency_key,
        )

    def enable_person(self, name: str, *, idempotency_key: str | None = None) -> structs.Changed:
        """Let somebody in again.

        Args:
            name: Login of a person.
            idempotency_key: Send it again to do this once; made up where None.
        """
        return self._write(
            "POST",
            f"/api/v1/settings/people/{part(name)}/enable",
            type_=structs.Changed,
            idempotency_key=idempotency_key,
        )

    def system(self) -> structs.System:
        """The server: version, sites, feeds and files."""
        return self._read("/api/v1/settings/system", {}, structs.System)
