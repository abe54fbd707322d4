"""What the API takes and answers.

Generated from the API's description by `tools/api_client.py`; change the API, not this file.
"""

from __future__ import annotations

import datetime as dt
import decimal
from typing import Any, Literal

import msgspec


class Account(msgspec.Struct, frozen=True, kw_only=True):
    """One's own account.

    Attributes:
        name: Login.
        shown: Name as shown.
        via: How one came in: session, token or demo.
        person: What is kept of the person; None in a demonstration.
        rights: The rights that one has anywhere, with what they allow.
        sessions: One's sessions.
        session: Id of the one that asks.
        tokens: One's tokens.
        roles: What each role is.
    """

    name: str
    shown: str
    via: str
    person: Person | None
    rights: dict[str, Right]
    sessions: tuple[Session, ...]
    session: str
    tokens: tuple[Token, ...]
    roles: dict[str, Role]


class AccountList(msgspec.Struct, frozen=True, kw_only=True):
    """Accounts with balances.

    Attributes:
        rows: By name.
        day: The day at whose end the balances are.
        pattern: Which accounts were asked for.
    """

    rows: tuple[AccountRow, ...]
    day: str
    pattern: str


class AccountRow(msgspec.Struct, frozen=True, kw_only=True):
    """An account with what stands on it.

    Attributes:
        account: Its name.
        type: Asset, liability, equity, income, expense, memo or world.
        line: Statement line that it adds to, "" for none.
        balances: By commodity; each leads to its postings.
        href: Address of its postings.
    """

    account: str
    type: str
    line: str
    balances: tuple[Figure, ...]
    href: str


class ActAsk(msgspec.Struct, frozen=True, kw_only=True):
    """An action on machines of a site.

    Attributes:
        action: Sleep, wake, reboot, mode, power, pools, led or fan.
        scope: Which machines: "all", or terms such as "rack=r1,r2" or "asset=m-1,m-2".
        to: What it is set to, where it needs something; for pools one text for each.
        reason: Why; needed where it is asked for, not where it is only looked at.
    """

    action: str
    scope: str
    to: tuple[str, ...] = ()
    reason: str = ""


class ActionKind(msgspec.Struct, frozen=True, kw_only=True):
    """An action that can be asked for.

    Attributes:
        name: Its name.
        needs: What it is set to, "" where it needs nothing.
        repeatable: Whether doing it twice is the same as doing it once.
    """

    name: str
    needs: str
    repeatable: bool


class ActionRequest(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody asked for an action.

    Attributes:
        id: Its id, "a-" and twelve hexadecimal digits.
        site: Site.
        action: What is to be done.
        what: The same in words.
        scope: Which machines, as asked.
        reason: Why.
        asked_by: Who asked.
        asked_us: When.
        expires_us: After this instant no machine is asked any more.
        state: Where it stands.
        needs_approval: Whether a second person has to approve.
        decided_by: Who approved, rejected or cancelled; "" where nobody did.
        decided_us: When.
        decided_why: What he or she said.
        finished_us: Instant at which the last machine was through; None before.
        machines: How many machines it is for.
        counts: How many of them stand where, by `TargetState`.
    """

    id: str
    site: str
    action: Sleep | Wake | Reboot | SetMode | SetPower | SetPools | Led | PortFan
    what: str
    scope: str
    reason: str
    asked_by: str
    asked_us: int
    expires_us: int
    state: Literal["approved", "cancelled", "expired", "finished", "pending", "rejected"]
    needs_approval: bool
    decided_by: str
    decided_us: int | None
    decided_why: str
    finished_us: int | None
    machines: int
    counts: dict[str, int]


class Against(msgspec.Struct, frozen=True, kw_only=True):
    """What a figure was compared with.

    Attributes:
        kind: "books", "figure", "arithmetic" or "market".
        ref: The KPI and period, figure, relation or series.
        en: What that is in English, "" where it has no name.
        zh: What that is in Traditional Chinese.
        period: The period that it is of, "" where it is of none.
        expected: The value that would tie, in the figure's unit.
        outcome: How it went.
        note: One sentence on what was compared.
        href: Address of the page that walks to its evidence, "" where there is none.
        figure: Number of the figure that it is, 0 where it is none.
        line: Line on which it stands in the text, 0 where it is elsewhere.
    """

    kind: str
    ref: str
    en: str
    zh: str
    period: str
    expected: str
    outcome: Literal["ambiguous", "contradicts", "edge", "ties", "unchecked"]
    note: str
    href: str
    figure: int
    line: int


class Alert(msgspec.Struct, frozen=True, kw_only=True):
    """An alert.

    Attributes:
        id: Its id, "al-" and eight hexadecimal digits.
        rule: Rule that it comes from.
        severity: How bad it is.
        kind: What its members share.
        place: Name of the rack or feeder, key of the one subject, or "".
        title_en: What is wrong, in English.
        title_zh: In Traditional Chinese.
        remedy_en: What to do.
        remedy_zh: In Traditional Chinese.
        state: Where it stands.
        opened_us: When it was opened.
        closed_us: When it was over; None before.
        joined: Alert of which its machines became part, "" where none.
        acked_by: Who acknowledged it, "" where nobody did.
        acked_us: When.
        acked_why: What he or she said.
        snoozed_us: Instant until which it is not told; 0 where nobody asked for quiet.
        told_us: When it was told last; 0 where never.
        told_count: How many members it had then.
        members: Those struck now.
        members_ever: How many were struck in all.
    """

    id: str
    rule: str
    severity: Literal["critical", "info", "warning"]
    kind: Literal["feeder", "one", "rack", "several", "site"]
    place: str
    title_en: str
    title_zh: str
    remedy_en: str
    remedy_zh: str
    state: Literal["closed", "joined", "open"]
    opened_us: int
    closed_us: int | None
    joined: str
    acked_by: str
    acked_us: int | None
    acked_why: str
    snoozed_us: int
    told_us: int
    told_count: int
    members: tuple[Member, ...]
    members_ever: int


class AlertAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """One alert.

    Attributes:
        found: The alert and where it is.
        members: Every machine or gauge that is or was part of it.
        messages: What was sent of it.
        now_us: The site's own time now.
        may_act: Whether the reader may answer it.
    """

    found: SiteAlert
    members: tuple[Member, ...]
    messages: tuple[Message, ...]
    now_us: int
    may_act: bool


class AlertsAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """Alerts.

    Attributes:
        state: Open, or over.
        site: The one site that is asked about, "" for all.
        alerts: The worst first where they stand, the newest first where they are over.
        maintenance: Windows of maintenance, the newest first.
        counts: Open alerts by severity.
        may_act: Sites at which the reader may answer them.
    """

    state: Literal["open", "over"]
    site: str
    alerts: tuple[SiteAlert, ...]
    maintenance: tuple[SiteWindow, ...]
    counts: dict[str, int]
    may_act: tuple[str, ...]


class ApprovalPage(msgspec.Struct, frozen=True, kw_only=True):
    """One request with what it would do; of the previews, the one that fits it.

    Attributes:
        row: The request.
        close: What a close would write, while it waits.
        reversal: What a reversal would undo, while it waits.
        machines: Machines that are meant, with what became of it there.
        curtailment: The curtailment.
    """

    row: ApprovalRow
    close: ClosePreview | None
    reversal: ReversalPreview | None
    machines: tuple[MachineResult, ...]
    curtailment: Event | None


class ApprovalRow(msgspec.Struct, frozen=True, kw_only=True):
    """Something that waits for a second person, or waited.

    Attributes:
        id: Its id.
        source: The company's books and people, machines of a site, or a curtailment.
        site: The site; "" for the company.
        action: What is to be done, e.g. "books.close" or "reboot".
        subject: What it is to be done to.
        asked_by: Who asked.
        asked_us: When.
        until_us: When it expires.
        reason: Why.
        state: Pending, approved, rejected, cancelled, expired, done or failed.
        href: Address of its page, with what it would do.
        may_decide: Whether the reader may approve or reject it.
        may_cancel: Whether the reader asked for it and may take it back.
        decided_by: Who decided; "" while nobody has.
        decided_us: When; 0 while nobody has.
        why: What he or she said.
        outcome: What came of it.
    """

    id: str
    source: Literal["company", "curtailment", "machines"]
    site: str
    action: str
    subject: str
    asked_by: str
    asked_us: int
    until_us: int
    reason: str
    state: Literal["approved", "cancelled", "done", "expired", "failed", "pending", "rejected"]
    href: str
    may_decide: bool
    may_cancel: bool
    decided_by: str
    decided_us: int
    why: str
    outcome: str


class AskAsk(msgspec.Struct, frozen=True, kw_only=True):
    """What is asked of the table.

    Attributes:
        site: At one of these sites.
        hall: In one of these halls.
        rack: In one of these racks.
        model: Of one of these models.
        state: In one of these states.
        q: Part of the asset id, address, serial number or worker's name.
        where: Conditions on columns: "chip_max_c>=90", "hashrate_ths<=50", "power_in_w=unknown".
        struck: With an open alert only.
        sort: Column to sort by, with "-" before it for the greatest first.
        columns: Columns to tell; the usual ones where empty.
        limit: Rows of a page.
        cursor: Where the page begins, from an earlier answer.
    """

    site: tuple[str, ...]
    hall: tuple[str, ...]
    rack: tuple[str, ...]
    model: tuple[str, ...]
    state: tuple[str, ...]
    q: str
    where: tuple[str, ...]
    struck: bool
    sort: str
    columns: tuple[str, ...]
    limit: int
    cursor: str


class AsksAsk(msgspec.Struct, frozen=True, kw_only=True):
    """One curtailment, as asked for.

    Attributes:
        shed: How much.
        reason: Why.
        scope: Which machines, in the language of `mintage.fleet.scope`.
        trigger: What started it.
        rule: Rule or source that started it, "" for a person.
        starts_us: When it begins; None for at once.
        until_us: When machines come back; None where only the longest hold ends it.
        kw_max: Most that it may shed, however it grows; None for no limit.
        manner: How machines are shed and come back.
    """

    shed: Fixed | Full | Cap | Breakeven | Thermal
    reason: str
    scope: str
    trigger: Literal["person", "rule", "schedule", "signal"]
    rule: str
    starts_us: int | None
    until_us: int | None
    kw_max: int | None
    manner: Manner


class Assumption(msgspec.Struct, frozen=True, kw_only=True):
    """One row of the table.

    Attributes:
        id: "room.name".
        value: Exact, in `unit`.
        unit: The only unit that is accepted.
        grade: How well it is known.
        source: Where it comes from.
        meaning: One sentence for the docs.
        source_zh: Where it comes from, in Traditional Chinese; "" where that was found in English only.
        meaning_zh: The sentence in Traditional Chinese.
        low: Least value allowed.
        high: Greatest value allowed, or None.
    """

    id: str
    value: decimal.Decimal
    unit: str
    grade: Literal["assumed", "derived", "stated"]
    source: str
    meaning: str
    source_zh: str
    meaning_zh: str
    low: decimal.Decimal
    high: decimal.Decimal | None


class Audit(msgspec.Struct, frozen=True, kw_only=True):
    """A page of what was done, the latest first.

    Attributes:
        area: Console, machines, curtailments or books.
        rows: What was done.
        next: Number to go on before; 0 where there is nothing more.
    """

    area: Literal["books", "console", "curtailments", "machines"]
    rows: tuple[AuditRow, ...]
    next: int


class AuditRow(msgspec.Struct, frozen=True, kw_only=True):
    """Something that somebody did.

    Attributes:
        at_us: When, microseconds since 1970 UTC.
        actor: Who.
        action: The operation's id, or the kind of fact.
        subject: What it was done to.
        site: The site that it was done at, "" where none is named.
        outcome: "done" or "refused".
        via: How the actor was known, "" where the fact does not say.
        detail: A few words.
        request: Id of the request, "" where there was none.
        trace: Address of the fact.
    """

    at_us: int
    actor: str
    action: str
    subject: str
    site: str
    outcome: str
    via: str
    detail: str
    request: str
    trace: str


class BillRow(msgspec.Struct, frozen=True, kw_only=True):
    """One row of a bill.

    Attributes:
        name: Row of the tariff, with its band or part.
        kind: Energy, demand, coincident, monthly or tax.
        quantity: How much.
        amount: USD.
    """

    name: str
    kind: str
    quantity: Figure
    amount: Figure


class Bin(msgspec.Struct, frozen=True, kw_only=True):
    """Chips of one grade out of a sorting run.

    Attributes:
        chip: Design and bin.
        chips: How many.
        share: Of all good chips, percent.
    """

    chip: str
    chips: Figure
    share: Figure


class BoardRow(msgspec.Struct, frozen=True, kw_only=True):
    """A hash board with its chips.

    Attributes:
        number: Its slot, from 0.
        hashrate: Its hash rate.
        chip_avg: Mean chip temperature.
        chip_max: Its hottest chip.
        problem: What is wrong with it, "" where nothing is known to be.
        chips_c: Temperature of each chip; empty where the machine does not tell it.
        chips_v: Voltage of each chip.
        chips_work: Matching works of each chip.
    """

    number: int
    hashrate: Figure
    chip_avg: Figure
    chip_max: Figure
    problem: str
    chips_c: tuple[int, ...]
    chips_v: tuple[float, ...]
    chips_work: tuple[int, ...]


class BookCheck(msgspec.Struct, frozen=True, kw_only=True):
    """A check of the books.

    Attributes:
        name: Its name.
        meaning: What it verifies, in English.
        meaning_zh: The same in Traditional Chinese.
        state: Passed, failed, or unknown where the books cannot be read.
        problems: What it found.
    """

    name: str
    meaning: str
    meaning_zh: str
    state: str
    problems: tuple[str, ...]


class BooksHome(msgspec.Struct, frozen=True, kw_only=True):
    """The books at a glance.

    Attributes:
        period: The period that is looked at.
        periods: All of the ledger.
        highlights: What a reader looks for first.
    """

    period: PeriodRow
    periods: PeriodList
    highlights: tuple[KpiRow, ...]


class Breakeven(msgspec.Struct, frozen=True, kw_only=True, tag_field="kind", tag="breakeven"):
    """Shed what costs more to run than it earns.

    Attributes:
        hashprice_usd_ph_day: What hash rate earns; None follows what the site was last told.
        price_usd_mwh: What power costs; None follows the tariff or what the site was last told.
        band_pct: Hysteresis: a machine is shed above its breakeven by so much and comes back below it by so
            much.
    """

    hashprice_usd_ph_day: float | None
    price_usd_mwh: float | None
    band_pct: float


class BreakevenRow(msgspec.Struct, frozen=True, kw_only=True):
    """The power price up to which a model pays in one work mode.

    Attributes:
        model: The model as machines name it.
        mode: Its work mode.
        machines: Machines of the model that are known here.
        efficiency: Its nameplate efficiency.
        breakeven: The price up to which it pays.
        with_heat: The same where its heat is sold too.
        margin: The same less what power costs now.
        pays: Whether it pays now; None where the price is unknown.
    """

    model: str
    mode: str
    machines: int
    efficiency: Figure
    breakeven: Figure
    with_heat: Figure
    margin: Figure
    pays: bool | None


class BuildPage(msgspec.Struct, frozen=True, kw_only=True):
    """A page of builds, the latest first. Facts tell of a build when it is done, so none of these is open.

    Attributes:
        rows: The builds.
        total: How many there are.
        next: Cursor of the next page, "" where there is none.
    """

    rows: tuple[BuildRow, ...]
    total: int
    next: str


class BuildRow(msgspec.Struct, frozen=True, kw_only=True):
    """A build: a work order that is done.

    Attributes:
        key: Key of its fact.
        date: Its day.
        plant: Which built them.
        model: Their model.
        units: Machines.
        serials: First to last serial number.
        chip: Chip used.
        chips_each: Chips used for a machine, scrap included.
        chips: Cost of chips.
        materials: Cost of materials.
        conversion: Labour and overhead.
        freight: Billed since.
        duty: Assessed since, less drawback.
        other: Other costs billed since.
        total: All of it.
        each: Of one machine.
        left: Machines of it that the company still has in stock.
        href: Address of the fact.
        lot: Address of the lot's life.
    """

    key: str
    date: str
    plant: str
    model: str
    units: Figure
    serials: str
    chip: str
    chips_each: Figure
    chips: Figure
    materials: Figure
    conversion: Figure
    freight: Figure
    duty: Figure
    other: Figure
    total: Figure
    each: Figure
    left: Figure
    href: str
    lot: str


class Cap(msgspec.Struct, frozen=True, kw_only=True, tag_field="kind", tag="cap"):
    """Keep the power of the site, or of one feeder, under a limit for as long as it is held.

    Attributes:
        kw: Limit.
        feeder: Feeder that it is of; "" for the whole site.
        band_pct: Machines come back only where the power stays so far below the limit.
    """

    kw: int
    feeder: str
    band_pct: float


class Carried(msgspec.Struct, frozen=True, kw_only=True):
    """What a machine stands at in the books: the mean of its site, since machines there carry their cost in lots.

    Attributes:
        cost: Cost of a machine at the site.
        depreciation: Accumulated depreciation of one.
        carrying: Cost less depreciation.
        machines: Machines that the ledger has at the site.
    """

    cost: Figure
    depreciation: Figure
    carrying: Figure
    machines: int


class CellAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """What a cell is made of.

    Attributes:
        statement: The statement.
        statement_en: Its name in English.
        statement_zh: Its name in Traditional Chinese.
        row: The row.
        en: Its name in English.
        zh: Its name in Traditional Chinese.
        kind: Line, sum or ratio.
        period: The column.
        figure: The cell.
        source: From the books, or reported before the ledger began, or unknown.
        terms: Rows that it adds up.
        parts: Accounts whose amounts add up to it, the largest first.
        total: Sum of the parts; the same as the figure.
        account: The account whose movements are listed, "" where none are.
        movements: Its movements of money.
        more: How many movements are not listed.
        document: Document of a reported figure.
        fact: Key of the fact that reports it.
    """

    statement: Literal["balance", "bridge", "cash_flow", "cash_flow_direct", "cash_flow_indirect", "income"]
    statement_en: str
    statement_zh: str
    row: str
    en: str
    zh: str
    kind: str
    period: str
    figure: Figure
    source: str
    terms: tuple[CellTerm, ...]
    parts: tuple[CellPart, ...]
    total: Figure | None
    account: str
    movements: tuple[CellMovement, ...]
    more: int
    document: str
    fact: str


class CellMovement(msgspec.Struct, frozen=True, kw_only=True):
    """Money that moved against an account.

    Attributes:
        key: Key of the fact.
        seq: Its number.
        flow: Cash-flow line that it belongs to.
        figure: In (+) or out (-), which leads to the fact.
    """

    key: str
    seq: int
    flow: str
    figure: Figure


class CellPart(msgspec.Struct, frozen=True, kw_only=True):
    """What an account gives to the cell.

    Attributes:
        account: The account.
        nature: Its balance, its change, or money moved against it.
        sign: 1 where debits count as plus, -1 where credits do.
        figure: What it gives, which leads to its postings or movements.
        share: Of the sum of what all accounts give, whatever their sign; 0 to 1.
    """

    account: str
    nature: Literal["balance", "cash", "change", "elsewhere"]
    sign: int
    figure: Figure
    share: decimal.Decimal


class CellTerm(msgspec.Struct, frozen=True, kw_only=True):
    """A row that the cell adds up or is a ratio of.

    Attributes:
        id: The row.
        en: Name in English.
        zh: Name in Traditional Chinese.
        sign: 1 where it is added, -1 where it is taken off.
        figure: Its figure, which leads to what it is made of.
    """

    id: str
    en: str
    zh: str
    sign: int
    figure: Figure


class Chain(msgspec.Struct, frozen=True, kw_only=True):
    """The value chain on one day.

    Attributes:
        on: The day.
        today: The day of the business.
        period: Its quarter.
        before: The quarter before.
        booked: Last day on which anything is booked; None in an empty journal.
        head: Number of facts in the journal.
        stages: In the order of the chain.
        flows: What flows between them.
        stuck: The worst first.
        market: Hashprice, price, difficulty.
        pulse: What machines tell now; None where the reader may not see machines, or no site is known.
        alerts: The worst alerts that stand, first.
        alerts_open: How many stand in all.
        plan: What lines are held against.
    """

    on: dt.date
    today: dt.date
    period: str
    before: str
    booked: dt.date | None
    head: int
    stages: tuple[Stage, ...]
    flows: tuple[Flow, ...]
    stuck: tuple[Stuck, ...]
    market: Market
    pulse: Pulse | None
    alerts: tuple[SiteAlert, ...]
    alerts_open: int
    plan: PlanState


class ChainAnswerPlace(msgspec.Struct, frozen=True, kw_only=True):
    """A part of a stage: a plant with its goods, a site with its hash rate.

    Attributes:
        name: Of the plant or site.
        figure: What is there.
        note: "joint" where a partner shares in it, else "".
    """

    name: str
    figure: Figure
    note: Literal["", "joint"]


class Changed(msgspec.Struct, frozen=True, kw_only=True):
    """What was changed.

    Attributes:
        action: The operation's id.
        subject: To whom or what.
        detail: A few words.
    """

    action: str
    subject: str
    detail: str


class CheckBody(msgspec.Struct, frozen=True, kw_only=True):
    """A check of the whole journal that is asked for.

    Attributes:
        period: The period whose books are checked too.
    """

    period: str


class Checked(msgspec.Struct, frozen=True, kw_only=True):
    """One check and what it found.

    Attributes:
        check: "journal.chain", "books.cash-flow" ...
        meaning: What it verifies.
        problems: What is wrong; empty where it passed.
    """

    check: str
    meaning: str
    problems: tuple[str, ...]


class ChecksAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """Checks of a period's books, and the last check of the whole journal.

    Attributes:
        period: The period.
        rows: The checks of its books.
        passed: Whether all of them passed.
        job: The last job that checked the whole journal; None where none ran.
        found: What that job found, once it is done.
    """

    period: PeriodRow
    rows: tuple[BookCheck, ...]
    passed: bool
    job: Job | None
    found: tuple[Checked, ...]


class CloseBody(msgspec.Struct, frozen=True, kw_only=True):
    """A close that is asked for.

    Attributes:
        price: USD per bitcoin at the end; "" for what the journal observed.
        source: Who says so, with a price.
        hour: Hour UTC of the period's last day that the price is of.
        rates: USD for one unit of each currency that is held.
        period: Month or quarter.
        reason: Why, for whoever approves.
    """

    price: str = ""
    source: str = ""
    hour: int = 24
    rates: dict[str, str] = msgspec.field(default_factory=dict)
    period: str
    reason: str


class ClosePreview(msgspec.Struct, frozen=True, kw_only=True):
    """What a close would do.

    Attributes:
        period: The period.
        price: Price of bitcoin that it would measure at; None where it holds none.
        price_source: Whose, with day and hour.
        facts: What it would write before the lock.
        problem: Why it cannot be closed now, "" where it can.
        remedy: What to do about it.
        field: What was missing: "price" where only that is.
    """

    period: PeriodRow
    price: Figure | None
    price_source: str
    facts: tuple[DraftFact, ...]
    problem: str
    remedy: str
    field: str


class ColumnsColumn(msgspec.Struct, frozen=True, kw_only=True):
    """One column.

    Attributes:
        name: Its name; that of the field where it holds a reading.
        kind: Text, word (few different ones, all of them ours) or number.
        unit: Unit in words, "" where there is none.
        digits: Decimals to show.
        en: Label in English.
        zh: Label in Traditional Chinese.
    """

    name: str
    kind: Literal["number", "text", "word"]
    unit: str
    digits: int
    en: str
    zh: str


class ContractRow(msgspec.Struct, frozen=True, kw_only=True):
    """A contract with a customer.

    Attributes:
        customer: Who owes for the heat.
        since: First day.
        until: Day on which it no longer applies; None where open.
        in_force: Whether it is in force on the day that is asked about.
        terms: Fixed, gas or heat-pump.
        heat: What a MWh of heat is worth.
        credit: By how much that raises what machines bear, per MWh of theirs.
        recovery: Heat delivered per electricity, where no meter counts it.
        capacity: Most that the customer's connection takes.
    """

    customer: str
    since: dt.date
    until: dt.date | None
    in_force: bool
    terms: str
    heat: Figure
    credit: Figure
    recovery: Figure
    capacity: Figure


class CostLine(msgspec.Struct, frozen=True, kw_only=True):
    """One row of the cost of a bitcoin.

    Attributes:
        id: Power, hosting, site, cash, depreciation, overhead or all-in.
        amount: USD of the period.
        per_btc: USD per bitcoin mined.
        before: The same in the period before.
        year_before: The same a year before.
    """

    id: str
    amount: Figure
    per_btc: Figure
    before: Figure
    year_before: Figure


class CostRow(msgspec.Struct, frozen=True, kw_only=True):
    """One row of the table.

    Attributes:
        id: Power, hosting, site, cash, depreciation, overhead or all-in.
        amount: Cost of the period, cents; None where it is unknown.
        per_btc: USD per bitcoin mined, not rounded; None where it is unknown.
        reason: Why it is unknown, or "".
    """

    id: str
    amount: int | None
    per_btc: decimal.Decimal | None
    reason: str


class Course(msgspec.Struct, frozen=True, kw_only=True):
    """One curtailment.

    Attributes:
        site: The site.
        event: Where it stands.
        scope: Which machines.
        rule: Rule or source that started it; "" for a person.
        manner: How machines are shed and come back.
        now_us: The site's time.
        starts_us: When it is to begin; None for at once.
        until_us: When machines come back by the ask; None where the longest hold ends it.
        reached_us: When the target was reached; None where it was not yet.
        restoring_us: When restoring began.
        asked: Power to be shed.
        confirmed: Power that machines' readings bear out.
        share: Confirmed over asked, 0 to 1; None where nothing is asked yet.
        states: Machines by state.
        machines: How many there are.
        delivered: Mean power shed while it was held.
        energy: Energy not used.
        counted: Minutes by who counted them; "" stands for gaps.
        baselines: Power before shedding, by who counted it.
        targets: The first of its machines, those in trouble first.
        minutes: What was delivered, minute by minute.
        log: What happened.
        proof: Its proof.
        over: Whether it is over.
        attended: Whether the site's agent runs.
        may_act: Whether the reader may end it.
    """

    site: str
    event: EventRow
    scope: str
    rule: str
    manner: Manner
    now_us: int
    starts_us: int | None
    until_us: int | None
    reached_us: int | None
    restoring_us: int | None
    asked: Figure
    confirmed: Figure
    share: float | None
    states: dict[str, int]
    machines: int
    delivered: Figure
    energy: Figure
    counted: dict[str, int]
    baselines: dict[str, Figure]
    targets: tuple[TargetRow, ...]
    minutes: tuple[MinuteRow, ...]
    log: tuple[Note, ...]
    proof: ProofState
    over: bool
    attended: bool
    may_act: bool


class Curtail(msgspec.Struct, frozen=True, kw_only=True):
    """Ask for a curtailment.

    Attributes:
        wish: How much, of which machines, for how long.
        reason: Why; it stands in the proof.
    """

    wish: Wish
    reason: str


class Curtailments(msgspec.Struct, frozen=True, kw_only=True):
    """A site's curtailments.

    Attributes:
        site: The site.
        open: Those that go on or wait.
        over: Those that are over, the latest first.
        past: Those that the journal has.
        rules: Rules and sources.
        manner: How the site sheds where nothing else is said.
        feeders: Its feeders.
        now_us: Its time.
        attended: Whether its agent runs.
        may_act: Whether the reader may curtail.
        kinds: What can be wished.
    """

    site: str
    open: tuple[EventRow, ...]
    over: tuple[EventRow, ...]
    past: tuple[PastCurtailment, ...]
    rules: tuple[RuleRow, ...]
    manner: Manner
    feeders: tuple[str, ...]
    now_us: int
    attended: bool
    may_act: bool
    kinds: tuple[str, ...]


class CustomerRow(msgspec.Struct, frozen=True, kw_only=True):
    """A customer.

    Attributes:
        customer: The name.
        screening: Whether sanctions and papers were checked; unknown where no fact tells of it.
        screening_reason: Why that is not known.
        backlog: Price of what is ordered and not delivered.
        backlog_hashrate: Hash rate of it.
        deposits: Deposits in money.
        deposits_btc: Deposits in bitcoin.
        receivable: What the customer owes.
        revenue: Delivered in the period.
        units: Machines delivered in the period.
        last: Day of the last delivery, "" where there was none.
    """

    customer: str
    screening: str
    screening_reason: str
    backlog: Figure
    backlog_hashrate: Figure
    deposits: Figure
    deposits_btc: Figure
    receivable: Figure
    revenue: Figure
    units: Figure
    last: str


class DayRow(msgspec.Struct, frozen=True, kw_only=True):
    """One site's day.

    Attributes:
        site: The site.
        day: Day in UTC.
        status: Differs, open or agrees.
        why: The step that differs, or what is not known.
        earned: BTC booked as earned.
        value: At what value.
        expected: BTC that the hash rate should have earned, before any pool's fee.
        gap: Earned over expected, less one.
        hashrate: Mean hash rate.
        uptime: Part of the machines' time for which they hashed.
        href: Page of the day.
    """

    site: str
    day: dt.date
    status: Literal["agrees", "differs", "open"]
    why: str
    earned: Figure
    value: Figure
    expected: Figure
    gap: Figure
    hashrate: Figure
    uptime: Figure
    href: str


class Decision(msgspec.Struct, frozen=True, kw_only=True):
    """A second person's word.

    Attributes:
        approve: Yes or no.
        why: A word on it; a no needs one.
        site: The site that asks, where a site does; "" for the company.
    """

    approve: bool
    why: str = ""
    site: str = ""


class Deed(msgspec.Struct, frozen=True, kw_only=True):
    """An action that somebody asked for, and what came of it at this machine.

    Attributes:
        request: The request.
        result: What came of it here.
    """

    request: ActionRequest
    result: MachineResult


class DeliveryRow(msgspec.Struct, frozen=True, kw_only=True):
    """A delivery of machines.

    Attributes:
        key: Key of its fact.
        date: Its day.
        customer: To whom.
        order: Order number.
        line: Product line.
        region: The customer's region.
        plant: Where the machines left.
        model: Their model.
        units: How many.
        hashrate: Nominal, all together.
        revenue: Price.
        price: Per TH/s.
        serials: Serial numbers, "" where not recorded.
    """

    key: str
    date: str
    customer: str
    order: str
    line: str
    region: str
    plant: str
    model: str
    units: Figure
    hashrate: Figure
    revenue: Figure
    price: Figure
    serials: str


class Difference(msgspec.Struct, frozen=True, kw_only=True):
    """One measure of this plan beside another.

    Attributes:
        id: The KPI's id.
        en: Name in English.
        zh: Name in Traditional Chinese.
        start: Name of the first month that both cover.
        end: Name of the last one; a balance is at its end, a flow the sum of all.
        then: The other plan's median.
        now: This plan's median.
        change: By how much they differ.
        reaching: Percent of this plan's futures that reach the other's median; of its own, 50 do.
    """

    id: str
    en: str
    zh: str
    start: str
    end: str
    then: Figure
    now: Figure
    change: Figure
    reaching: int


class DisclosureViewChange(msgspec.Struct, frozen=True, kw_only=True):
    """A figure that stands differently than in an earlier tie-out.

    Attributes:
        figure: Its number now; 0 where it is gone.
        text: The figure as printed.
        metric: What it is of.
        before: Its verdict then; "" where it was not there.
        now: Its verdict now; "" where it is gone.
    """

    figure: int
    text: str
    metric: str
    before: str
    now: str


class DisclosureViewMetric(msgspec.Struct, frozen=True, kw_only=True):
    """A metric that figures of a text are of.

    Attributes:
        id: The KPI's id.
        en: Its name in English.
        zh: Its name in Traditional Chinese.
        figures: How many figures are of it.
    """

    id: str
    en: str
    zh: str
    figures: int


class Disclosures(msgspec.Struct, frozen=True, kw_only=True):
    """Texts that were tied out.

    Attributes:
        tieouts: The newest first.
        kept_max: How many are kept at most.
        may_run: Whether the reader may tie out another one.
    """

    tieouts: tuple[TieOutRow, ...]
    kept_max: int
    may_run: bool


class DraftFact(msgspec.Struct, frozen=True, kw_only=True):
    """A fact that a close would write.

    Attributes:
        key: Its key.
        kind: Its kind.
        about: Site, lender or account that it is about.
        date: Its accounting date.
        amount: What it books.
    """

    key: str
    kind: str
    about: str
    date: str
    amount: Figure


class EarnedAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """What a machine has earned lately.

    Attributes:
        days: Day by day, the newest first.
        earned: Bitcoin of the days that are known.
        value: What that was worth.
        known: How many days are known.
        asked: How many were looked at.
        how: How it is worked out.
    """

    days: tuple[EarnedDay, ...]
    earned: Figure
    value: Figure
    known: int
    asked: int
    how: str


class EarnedDay(msgspec.Struct, frozen=True, kw_only=True):
    """What a machine did and earned on a day.

    Attributes:
        day: The UTC day.
        work: Difficulty of its accepted shares.
        share: Part of the site's work.
        earned: Bitcoin.
        value: What that was worth when it was earned.
        reason: Why something of it is unknown, "" where nothing is.
    """

    day: dt.date
    work: Figure
    share: Figure
    earned: Figure
    value: Figure
    reason: str


class End(msgspec.Struct, frozen=True, kw_only=True):
    """End a curtailment.

    Attributes:
        how: "restore" in the steps that were agreed, "cancel" likewise or before it begins, "abort" at once
            without steps, or "abort-leave" and leave machines as they are.
        reason: Why.
    """

    how: Literal["abort", "abort-leave", "cancel", "restore"]
    reason: str


class Energy(msgspec.Struct, frozen=True, kw_only=True):
    """All sites' power.

    Attributes:
        now_us: The company's time.
        hashprice: What hash rate earns.
        basis: What that rests on.
        period: The period of the ledger's columns.
        before: The period before it.
        after: The period after it; "" where that has not begun.
        sites: The sites that the reader may see.
        total: All of them in the period, by the journal.
        open: Curtailments that go on or wait.
        breakevens: Every model at PUE 1, for whoever has no site.
    """

    now_us: int
    hashprice: Figure
    basis: str
    period: str
    before: str
    after: str
    sites: tuple[SiteRow, ...]
    total: PowerMonth
    open: tuple[EventRow, ...]
    breakevens: tuple[BreakevenRow, ...]


class Event(msgspec.Struct, frozen=True, kw_only=True):
    """A curtailment.

    Attributes:
        id: Its id.
        state: Where it stands.
        ask: What was asked.
        who: Who or what asked.
        login: Login of the operating system that was asked from; "" where that is not known.
        approved_by: Second person who approved it; "" where nobody did.
        foreseen: Machines that it was to shed when it was asked for without approval.
        asked_w: Power to be shed, W; what the plan found where no figure was asked for.
        created_us: When it was asked.
        began_us: When shedding began; None before.
        reached_us: When the machines' readings showed that the target was reached; None where they never did.
        ends_us: When machines come back at the latest; None before it began.
        left_us: Time for which it may still be held, however the wall clock is set; None before it began.
        restoring_us: When restoring began; None before.
        ended_us: When it was over; None before.
        outcome: What it becomes when all machines are back: ended, cancelled or aborted.
        words: Why it stands where it stands.
        step_us: Earliest instant of the next step of restoring.
        replan_us: When machines are chosen anew.
        baselines: Power before shedding by who counted it, W; what it is measured against.
        proof: SHA-256 of its proof document; "" before there is one.
        recorded: Whether its fact is on its way.
    """

    id: str
    state: Literal["aborted", "cancelled", "ended", "held", "pending", "preview", "restoring", "shedding"]
    ask: AsksAsk
    who: str
    login: str
    approved_by: str
    foreseen: tuple[str, ...]
    asked_w: int
    created_us: int
    began_us: int | None
    reached_us: int | None
    ends_us: int | None
    left_us: int | None
    restoring_us: int | None
    ended_us: int | None
    outcome: Literal["aborted", "cancelled", "ended", "held", "pending", "preview", "restoring", "shedding"]
    words: str
    step_us: int
    replan_us: int
    baselines: dict[str, float]
    proof: str
    recorded: bool


class EventRow(msgspec.Struct, frozen=True, kw_only=True):
    """A curtailment in a list.

    Attributes:
        site: The site.
        id: Its id.
        state: Where it stands.
        mode: What started it, or how much is shed.
        asked: What was asked, in words.
        asked_kw: Power to be shed.
        by: Who asked.
        approved_by: Who approved it.
        reason: Why it was asked.
        words: Why it stands where it stands.
        created_us: When it was asked.
        began_us: When shedding began.
        ends_us: When machines come back at the latest.
        ended_us: When it was over.
        may_approve: Whether the reader may approve it.
        href: Its page.
    """

    site: str
    id: str
    state: Literal["aborted", "cancelled", "ended", "held", "pending", "preview", "restoring", "shedding"]
    mode: str
    asked: str
    asked_kw: Figure
    by: str
    approved_by: str
    reason: str
    words: str
    created_us: int
    began_us: int | None
    ends_us: int | None
    ended_us: int | None
    may_approve: bool
    href: str


class Evidence(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Where a fact can be verified.

    Attributes:
        source: File name, URL, statement id or document that says it.
        sha256: Hex digest of the file as read, where there is a file.
        row: 1-based line or row in it.
        txid: Bitcoin transaction that shows it.
        note: Anything a reader must know to believe it.
    """

    source: str
    sha256: str | None = None
    row: int | None = None
    txid: str | None = None
    note: str | None = None


class Export(msgspec.Struct, frozen=True, kw_only=True):
    """One thing in one form.

    Attributes:
        what: What is told: "journal", "postings", ...
        form: The form of the file.
        media: Its media type.
        filename: What the file is called where nobody says otherwise.
        period: Whether it is of a named period.
        en: What it holds, in English.
        zh: The same in Traditional Chinese.
    """

    what: str
    form: str
    media: str
    filename: str
    period: bool
    en: str
    zh: str


class ExportList(msgspec.Struct, frozen=True, kw_only=True):
    """What can be taken out, and what was of late.

    Attributes:
        exports: Everything that can be, in each form.
        files: The newest exports.
        backups: The newest backups; empty for a reader who may not make one.
        may_back_up: Whether the reader may make one.
        period: Name of the period that is proposed.
    """

    exports: tuple[Export, ...]
    files: tuple[WrittenFile, ...]
    backups: tuple[WrittenFile, ...]
    may_back_up: bool
    period: str


class FactAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """One fact, whole.

    Attributes:
        row: Its envelope.
        en: What its kind is called in English.
        zh: In Traditional Chinese.
        meaning: What a fact of its kind says, in English.
        meaning_zh: The same in Traditional Chinese.
        fields: Its fields.
        evidence: Where it can be verified; None where the actor alone vouches.
        postings: What it posted.
        moves: What it did to lots.
        lots: Lots that it opened.
        hash: Its hash, in hex.
        previous: Hash of the fact before, in hex.
        reverses: Key of the fact that it reverses, "" where it is no reversal.
        before: Key of the fact before it in the chain.
        after: Key of the fact after it.
    """

    row: FactRow
    en: str
    zh: str
    meaning: str
    meaning_zh: str
    fields: tuple[Field, ...]
    evidence: Evidence | None
    postings: tuple[FactPosting, ...]
    moves: tuple[FactMove, ...]
    lots: tuple[str, ...]
    hash: str
    previous: str
    reverses: str
    before: str
    after: str


class FactLink(msgspec.Struct, frozen=True, kw_only=True):
    """A fact that a day rests on.

    Attributes:
        key: Its key.
        kind: Its kind.
        date: Accounting date.
        at_us: Instant.
        actor: Who wrote it.
        grade: How well it is known.
        trace: Its page.
    """

    key: str
    kind: str
    date: dt.date
    at_us: int
    actor: str
    grade: str
    trace: str


class FactMove(msgspec.Struct, frozen=True, kw_only=True):
    """A line of the lot ledger that the fact made.

    Attributes:
        lot: The lot.
        account: Where.
        units: Units that came (+) or went (-).
        cost: Cost that came or went with them.
        kind: How they were got or given up, "" for a move.
        href: Address of the lot.
    """

    lot: str
    account: str
    units: Figure
    cost: Figure
    kind: str
    href: str


class FactPage(msgspec.Struct, frozen=True, kw_only=True):
    """A page of facts, the latest recorded first.

    Attributes:
        rows: The facts.
        asked: What was looked for.
        next: Cursor of the next page, "" where there is none.
        scanned: How many facts were looked through.
        total: Number of facts in the journal.
        kinds: Kinds of fact that there are, for the filter.
    """

    rows: tuple[FactRow, ...]
    asked: Search
    next: str
    scanned: int
    total: int
    kinds: tuple[str, ...]


class FactPosting(msgspec.Struct, frozen=True, kw_only=True):
    """A posting of the fact.

    Attributes:
        account: The account.
        figure: Signed amount: plus is a debit.
    """

    account: str
    figure: Figure


class FactRow(msgspec.Struct, frozen=True, kw_only=True):
    """A fact in a list.

    Attributes:
        seq: Its number.
        key: Its key.
        kind: Its kind.
        en: What its kind is called in English.
        zh: In Traditional Chinese.
        at_us: Instant at which it happened, microseconds since 1970 UTC.
        date: Accounting date.
        actor: Who wrote it.
        grade: How well it is known.
        source: Where it can be verified; "" where the actor alone vouches.
        reversed_by: Key of the fact that reversed it, "" where none did.
        href: Address of the fact.
    """

    seq: int
    key: str
    kind: str
    en: str
    zh: str
    at_us: int
    date: str
    actor: str
    grade: str
    source: str
    reversed_by: str
    href: str


class FactoryAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """The factory in a period, with stocks at its end or today.

    Attributes:
        period: The period.
        on: The day of stocks.
        inventory: Carrying amount of all goods, reserves included.
        reserves: Write-downs carried, as a negative amount.
        written_down: Written down in the period.
        stock: Goods by stage and place.
        stages: Units and cost by stage.
        foundries: Prepaid, committed, received.
        nrv: Finished machines against what they will bring.
    """

    period: PeriodRow
    on: str
    inventory: Figure
    reserves: Figure
    written_down: Figure
    stock: tuple[StockLine, ...]
    stages: dict[str, tuple[Figure, Figure]]
    foundries: tuple[FoundryRow, ...]
    nrv: NrvAnswer


class Feed(msgspec.Struct, frozen=True, kw_only=True):
    """Where prices come from.

    Attributes:
        name: The source.
        kind: Bitcoin or power.
        last: When it told something last, ISO date; "" for never.
    """

    name: str
    kind: Literal["bitcoin", "power"]
    last: str


class FeederRow(msgspec.Struct, frozen=True, kw_only=True):
    """A feeder against its limit.

    Attributes:
        name: Its name.
        power: Power that it carries.
        by: Who says so.
        limit: What it may carry.
        share: Power over limit, 0 to 1; None where unknown.
        machines: Machines behind it.
    """

    name: str
    power: Figure
    by: Literal["", "machines", "meters"]
    limit: Figure
    share: float | None
    machines: int


class Field(msgspec.Struct, frozen=True, kw_only=True):
    """A field of a fact.

    Attributes:
        name: Its name.
        en: What it is called in English.
        zh: In Traditional Chinese.
        text: What it says, where it is no figure.
        figure: Its amount; None where it is no amount.
        href: What it leads to, "" where it leads nowhere.
    """

    name: str
    en: str
    zh: str
    text: str
    figure: Figure | None
    href: str


class FieldForm(msgspec.Struct, frozen=True, kw_only=True):
    """One field.

    Attributes:
        name: Its name, as files and the API have it.
        en: What people call it, in English.
        zh: In Traditional Chinese.
        says_en: What it means.
        says_zh: The same in Traditional Chinese.
        unit: Unit of a bare number, or what it is: "USD", "count", "name", "text" ...
        shape: What is typed into.
        required: Whether it must be given.
        default: What it is where it is left out.
        example: How it is typed.
        choices: Words that it may be, where it is one of a few.
        parts: Fields of each row, where it is a list of rows.
    """

    name: str
    en: str
    zh: str
    says_en: str
    says_zh: str
    unit: str
    shape: Literal["amount", "choice", "date", "lines", "number", "rows", "text"]
    required: bool
    default: str
    example: str
    choices: tuple[str, ...]
    parts: tuple[FieldForm, ...]


class Figure(msgspec.Struct, frozen=True, kw_only=True):
    """One figure.

    Attributes:
        value: Exact; None where it is unknown.
        unit: Its unit as printed: "USD", "BTC", "TH/s", "%", "" for a bare count.
        digits: Decimals to print.
        reason: Why it is unknown, or what a reader must know of it.
        trace: Address of the page that walks to its evidence, "" where there is none.
    """

    value: decimal.Decimal | None
    unit: str
    digits: int
    reason: str
    trace: str


class FigureView(msgspec.Struct, frozen=True, kw_only=True):
    """A figure with its verdict.

    Attributes:
        number: Its number in reading order.
        line: Its line in the file.
        speaker: Who says it.
        quote: The figure with the words around it.
        text: The figure as printed.
        metric: Id of what is measured, with what the figure says of it; "" where nothing was recognised.
        en: The metric's name in English, "" where it has none.
        zh: The metric's name in Traditional Chinese.
        value: The value as reports write it.
        unit: Its unit.
        period: The period that it belongs to, "" where that is not known.
        verdict: How it stands.
        note: Why.
        against: What it was compared with, what decided first.
        others: Numbers of the figures that were checked with it.
    """

    number: int
    line: int
    speaker: str
    quote: str
    text: str
    metric: str
    en: str
    zh: str
    value: str
    unit: str
    period: str
    verdict: Literal["ambiguous", "contradicts", "edge", "ties", "unchecked"]
    note: str
    against: tuple[Against, ...]
    others: tuple[int, ...]


class FileSetting(msgspec.Struct, frozen=True, kw_only=True):
    """A file or folder that the server keeps.

    Attributes:
        what: What it is.
        path: Its name, without the way to it.
        size_bytes: Its size; None where it is not there.
    """

    what: str
    path: str
    size_bytes: int | None


class Fixed(msgspec.Struct, frozen=True, kw_only=True, tag_field="kind", tag="fixed"):
    """Shed so much power.

    Attributes:
        kw: Power to shed.
    """

    kw: int


class FleetAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """The fleet at a glance.

    Attributes:
        on: Day of the ledger's figures.
        version: Version of the board, for live updates.
        live_window: What the live hash rate is an average of.
        sites: The sites, by name.
        installed: Hash rate racked, of all.
        energized: Hash rate powered.
        live: Hash rate reported now.
        power: Power reported now.
        machines: Machines known.
        states: How many are in which state.
        worst: The worst open alerts.
        alerts: Open alerts in all.
    """

    on: dt.date
    version: int
    live_window: str
    sites: tuple[SiteCard, ...]
    installed: Figure
    energized: Figure
    live: Figure
    power: Figure
    machines: int
    states: dict[str, int]
    worst: tuple[SiteAlert, ...]
    alerts: int


class Flow(msgspec.Struct, frozen=True, kw_only=True):
    """What flows from one stage to another.

    Attributes:
        id: Its id.
        source: Id of the stage it leaves.
        target: Id of the stage it reaches.
        en: What it is, in English.
        zh: In Traditional Chinese.
        now: USD in the quarter to date.
        before: USD in the quarter before.
    """

    id: str
    source: str
    target: str
    en: str
    zh: str
    now: Figure
    before: Figure


class FoundryRow(msgspec.Struct, frozen=True, kw_only=True):
    """A foundry.

    Attributes:
        foundry: Its name.
        prepaid: Paid ahead of wafers.
        reserve: What of it was written down.
        committed: Firm commitments not yet paid or received.
        onerous: Losses accrued on commitments.
        paid: Paid in the period.
        received: Wafers received in the period.
        received_cost: What they cost.
    """

    foundry: str
    prepaid: Figure
    reserve: Figure
    committed: Figure
    onerous: Figure
    paid: Figure
    received: Figure
    received_cost: Figure


class Full(msgspec.Struct, frozen=True, kw_only=True, tag_field="kind", tag="full"):
    """Shed every machine in scope, also those that come back while it is held."""


class Futures(msgspec.Struct, frozen=True, kw_only=True):
    """What came out of a plan.

    Attributes:
        months: Names of the months.
        ends: Their last days.
        fans: Measures by month.
        cash_short: Share of the futures whose cash is below zero at each month's end, all bitcoin sold.
        notes: What a reader should know.
    """

    months: tuple[str, ...]
    ends: tuple[dt.date, ...]
    fans: tuple[PlanViewFan, ...]
    cash_short: tuple[float, ...]
    notes: tuple[str, ...]


class Grant(msgspec.Struct, frozen=True, kw_only=True):
    """A role that somebody has.

    Attributes:
        role: Which.
        site: At which site; "*" for all.
    """

    role: str
    site: str = "*"


class GrantBody(msgspec.Struct, frozen=True, kw_only=True):
    """A role to be given or taken.

    Attributes:
        role: Which.
        site: At which site; "*" for all.
        remove: Take it away instead of giving it.
    """

    role: str
    site: str = "*"
    remove: bool = False


class HallChoice(msgspec.Struct, frozen=True, kw_only=True):
    """A hall that can be chosen.

    Attributes:
        name: Its name, "" for machines of which the hall is unknown.
        slots: Slots in it.
        shown: Whether it is drawn.
    """

    name: str
    slots: int
    shown: bool


class HallPlan(msgspec.Struct, frozen=True, kw_only=True):
    """A hall, container or tank farm as drawn.

    Attributes:
        name: Its name; "" for machines of which the hall is unknown.
        cooling: How it is cooled, "" where unknown.
        feeder: What powers it, "" where unknown.
        width: Width of the drawing.
        height: Height of the drawing.
        racks: Its racks.
    """

    name: str
    cooling: str
    feeder: str
    width: float
    height: float
    racks: tuple[RackPlan, ...]


class HashpricePoint(msgspec.Struct, frozen=True, kw_only=True):
    """The hashprice of a day.

    Attributes:
        day: The day.
        value: USD/PH/day; None where it is unknown.
    """

    day: dt.date
    value: str | None


class Health(msgspec.Struct, frozen=True, kw_only=True):
    """Whether the server lives.

    Attributes:
        status: "alive".
        version: Of Mintage.
    """

    status: str
    version: str


class HeatRow(msgspec.Struct, frozen=True, kw_only=True):
    """Heat of a day by the meters now, or by electricity and the weather.

    Attributes:
        customer: Whose contract.
        day: UTC day.
        wanted: Heat that the customer wanted.
        offered: Heat that the machines gave.
        sold: The smaller of both, or what a heat meter counted.
        value: Its value.
        metered: Whether a heat meter counted it.
    """

    customer: str
    day: dt.date
    wanted: Figure
    offered: Figure
    sold: Figure
    value: Figure
    metered: bool


class History(msgspec.Struct, frozen=True, kw_only=True):
    """Bitcoin by state at the end of each day.

    Attributes:
        days: ISO dates.
        states: Bitcoin by state, one value for each day.
    """

    days: tuple[str, ...]
    states: dict[str, tuple[decimal.Decimal, ...]]


class HourBill(msgspec.Struct, frozen=True, kw_only=True):
    """One hour's energy and its cost.

    Attributes:
        start_us: First instant.
        energy: Energy metered.
        cost: Its cost, demand and monthly charges apart.
        usd_mwh: Cost over energy.
    """

    start_us: int
    energy: Figure
    cost: Figure
    usd_mwh: Figure


class HourRow(msgspec.Struct, frozen=True, kw_only=True):
    """What a MWh costs in one hour.

    Attributes:
        start_us: First instant.
        clock: The hour on the tariff's wall clock, "16:00".
        usd_mwh: The highest price within.
        parts: What it is made of.
    """

    start_us: int
    clock: str
    usd_mwh: Figure
    parts: tuple[PricePart, ...]


class Identity(msgspec.Struct, frozen=True, kw_only=True):
    """Who a machine says it is. All of it can change or lie; the asset id is ours (`mintage.fleet.identity`).

    Attributes:
        driver: Name of the driver that knows it.
        make: Maker.
        model: Model with its bin as the machine names it, such as "15-194".
        name: The name under which the maker sells it, such as "Avalon A15-194".
        dna: Identity of its control board; "" where it tells none.
        mac: Network address, lower-case hex without separators; "" where it tells none.
        serial: Serial number; "" where it tells none.
        firmware: Version of its firmware; "" where it tells none.
        hardware: Kind of control board; "" where it tells none.
        nameplate_ths: Nominal hash rate; None where unknown.
        nameplate_w: Nominal power; None where unknown.
        cooling: Air, immersion or hydro; "" where unknown.
        known: Whether the driver knows the model; an unknown one is read as far as its protocol allows.
    """

    driver: str
    make: str
    model: str
    name: str
    dna: str
    mac: str
    serial: str
    firmware: str
    hardware: str
    nameplate_ths: float | None
    nameplate_w: int | None
    cooling: str
    known: bool


class ImportForm(msgspec.Struct, frozen=True, kw_only=True):
    """What can be imported.

    Attributes:
        suffixes: Ends of the names of files that are read.
        files_max: Files of one upload.
        rooms: Rooms of which the reader may record facts; empty where there are none.
    """

    suffixes: tuple[str, ...]
    files_max: int
    rooms: tuple[RoomKinds, ...]


class Inbox(msgspec.Struct, frozen=True, kw_only=True):
    """What waits for a second person.

    Attributes:
        waiting: What the reader may decide, the oldest first.
        own: What the reader asked for and another person has to decide.
        past: What was decided lately, of that which the reader asked for or may decide.
    """

    waiting: tuple[ApprovalRow, ...]
    own: tuple[ApprovalRow, ...]
    past: tuple[ApprovalRow, ...]


class Invitation(msgspec.Struct, frozen=True, kw_only=True):
    """An invitation.

    Attributes:
        name: Who is invited.
        href: Address at which he or she sets a password; told this once.
        until_us: When it ends, microseconds since 1970 UTC.
    """

    name: str
    href: str
    until_us: int


class InviteBody(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody to be invited.

    Attributes:
        name: Login.
        shown: Name as shown.
        grants: Roles from the beginning.
    """

    name: str
    shown: str = ""
    grants: tuple[Grant, ...] = ()


class Job(msgspec.Struct, frozen=True, kw_only=True):
    """One piece of long work.

    Attributes:
        id: Its id.
        kind: What it does: "plan", "tieout", "close" ...
        subject: What it does it to, as told to people.
        asked_by: Who asked.
        asked_us: When, microseconds since 1970 UTC.
        state: Waiting, running, done, failed or cancelled.
        done: Steps done.
        total: Steps in all; 0 where that is not known yet.
        note: What it is at.
        problem: Why it failed.
        remedy: What to do about it.
        ended_us: When it ended.
        href: Address of the page that shows what came out, "" where this is the job's own.
    """

    id: str
    kind: str
    subject: str
    asked_by: str
    asked_us: int
    state: Literal["cancelled", "done", "failed", "running", "waiting"]
    done: int
    total: int
    note: str
    problem: str
    remedy: str
    ended_us: int | None
    href: str


class JobList(msgspec.Struct, frozen=True, kw_only=True):
    """The newest jobs.

    Attributes:
        jobs: The newest first.
        kind: Only jobs of this kind are shown; "" for all.
        kinds: Kinds that the reader may see.
    """

    jobs: tuple[Job, ...]
    kind: str
    kinds: tuple[str, ...]


class JobPage(msgspec.Struct, frozen=True, kw_only=True):
    """One job.

    Attributes:
        job: How far it is, or how it ended.
        may_cancel: Whether the reader may cancel it.
        file: Address of the file that came out, "" where there is none.
    """

    job: Job
    may_cancel: bool
    file: str


class JointShare(msgspec.Struct, frozen=True, kw_only=True):
    """What a joint site shared with its host in a period.

    Attributes:
        site: The site.
        host: The partner.
        form: Form of the contract in force at the end: even, recover-then-even or revenue-share; "" where
            none is.
        share: The company's share by the contract, per cent.
        net: What was shared.
        company: The company's part.
        partner: The host's part, which is a cost of hosting.
        recovered: Part of the company's share that counts towards its capital.
        trace: The contract's fact.
    """

    site: str
    host: str
    form: str
    share: Figure
    net: Figure
    company: Figure
    partner: Figure
    recovered: Figure
    trace: str


class KindForm(msgspec.Struct, frozen=True, kw_only=True):
    """The form of one kind.

    Attributes:
        row: The kind.
        fields: Its fields; those that must be given first.
        key: A key that no fact has yet, to be kept or replaced by one of the company's own.
        date: The accounting date that is proposed.
    """

    row: KindRow
    fields: tuple[FieldForm, ...]
    key: str
    date: dt.date


class KindRow(msgspec.Struct, frozen=True, kw_only=True):
    """A kind that can be recorded.

    Attributes:
        kind: Its name.
        en: What people call it, in English.
        zh: In Traditional Chinese.
        says_en: What a fact of it says.
        says_zh: The same in Traditional Chinese.
    """

    kind: str
    en: str
    zh: str
    says_en: str
    says_zh: str


class KpiRow(msgspec.Struct, frozen=True, kw_only=True):
    """A KPI with its comparatives.

    Attributes:
        id: Its id.
        en: Name in English.
        zh: Name in Traditional Chinese.
        definition: What it counts, in English.
        definition_zh: The same in Traditional Chinese.
        version: Of the definition.
        now: In the period.
        before: In the period before.
        year_before: A year before.
    """

    id: str
    en: str
    zh: str
    definition: str
    definition_zh: str
    version: int
    now: Figure
    before: Figure
    year_before: Figure


class KpiTable(msgspec.Struct, frozen=True, kw_only=True):
    """All KPIs of a period.

    Attributes:
        period: The period.
        before: Name of the period before.
        year_before: Name of the period of the year before.
        rows: In the order of the table.
    """

    period: PeriodRow
    before: str
    year_before: str
    rows: tuple[KpiRow, ...]


class KpiTrace(msgspec.Struct, frozen=True, kw_only=True):
    """A KPI with all that it was made from.

    Attributes:
        kpi: The KPI with its comparatives.
        period: Of which period.
        trace: The first step, which is the KPI itself.
    """

    kpi: KpiRow
    period: str
    trace: Step


class LatestPlace(msgspec.Struct, frozen=True, kw_only=True):
    """Where a machine stands.

    Attributes:
        address: IP address at which it was seen last.
        hall: Its hall, "" where unknown.
        rack: Its rack, "" where unknown.
        feeder: Feeder that powers it, "" where unknown.
        slot: Its position in the rack, from 1; 0 where unknown.
    """

    address: str
    hall: str
    rack: str
    feeder: str
    slot: int


class Led(msgspec.Struct, frozen=True, kw_only=True, tag_field="type", tag="led"):
    """Light the machine up, so that it is found in the rack.

    Attributes:
        on: Whether its light is to shine.
    """

    on: bool


class LeftOut(msgspec.Struct, frozen=True, kw_only=True):
    """Machines in scope that would not be shed.

    Attributes:
        reason: Why.
        machines: How many.
    """

    reason: str
    machines: int


class Leg(msgspec.Struct, frozen=True, kw_only=True):
    """A posting.

    Attributes:
        account: The account.
        figure: Signed amount: plus is a debit.
    """

    account: str
    figure: Figure


class LegendRow(msgspec.Struct, frozen=True, kw_only=True):
    """One class of the legend.

    Attributes:
        index: Number of the class; -1 for machines that do not tell, -2 for empty slots.
        en: The class in English.
        zh: In Traditional Chinese.
        low: Least value of it; None without a bound.
        high: First value above it; None without a bound.
        count: Machines in it, or empty slots.
    """

    index: int
    en: str
    zh: str
    low: float | None
    high: float | None
    count: int


class LifeRow(msgspec.Struct, frozen=True, kw_only=True):
    """Something that happened to the machine, as a fact tells it.

    Attributes:
        at_us: When.
        what: Adopted, changed or claimed.
        subject: What changed or was claimed: address, rack, dna, mac, serial ...; "" for the adoption.
        before: What it was.
        after: What it is.
        by: What it was recognised by, or where a claimant answered.
        key: Key of the fact.
        trace: Address of the fact, "" where the journal does not have it yet.
    """

    at_us: int
    what: str
    subject: str
    before: str
    after: str
    by: str
    key: str
    trace: str


class Line(msgspec.Struct, frozen=True, kw_only=True):
    """One line of a stage.

    Attributes:
        id: Its id.
        en: Name in English.
        zh: Name in Traditional Chinese.
        role: Stock, flow (the quarter to date), month (the last whole month) or day (the last day with
            anything).
        of: Period or day that `now` is of.
        now: The figure.
        before_of: Period or day that `before` is of.
        before: The same of the quarter, month or day before; a stock at the end of the quarter before.
        plan: P50 of the kept plan for the same; None where the plan does not have it.
        head: Whether it is the stage's first figure.
        quiet: Whether it is left out of the picture while it is nothing.
        apart: Whether it is shown apart because it is not the company's own.
    """

    id: str
    en: str
    zh: str
    role: Literal["day", "flow", "month", "stock"]
    of: str
    now: Figure
    before_of: str
    before: Figure | None
    plan: Figure | None
    head: bool
    quiet: bool
    apart: bool


class LineRow(msgspec.Struct, frozen=True, kw_only=True):
    """A product line in the period.

    Attributes:
        line: Industrial or home.
        revenue: Of machines delivered.
        units: Machines delivered.
        hashrate: Delivered.
        price: Per TH/s.
        open: Price of open orders.
        models: Units by model.
    """

    line: str
    revenue: Figure
    units: Figure
    hashrate: Figure
    price: Figure
    open: Figure
    models: dict[str, int]


class Load(msgspec.Struct, frozen=True, kw_only=True):
    """What a site draws now.

    Attributes:
        power: By the meters of its supply, else by machines and PUE.
        by: Who says so.
        metered: By the meters of its supply.
        machines: Sum of what machines say.
        silent: Machines that do not say what they draw.
        count: Machines that are known.
        overhead: Metered less machines.
        overhead_share: The same over the machines.
        expected_share: The overhead that the site's PUE says.
        feeders: Each feeder against its limit.
        meters: Each meter.
    """

    power: Figure
    by: Literal["", "machines", "meters"]
    metered: Figure
    machines: Figure
    silent: int
    count: int
    overhead: Figure
    overhead_share: Figure
    expected_share: Figure
    feeders: tuple[FeederRow, ...]
    meters: tuple[MeterRow, ...]


class LoanList(msgspec.Struct, frozen=True, kw_only=True):
    """All loans secured by bitcoin that are owed or hold collateral.

    Attributes:
        on: The day.
        price: The price that collateral is told at.
        rows: By lender.
        debt: Of all of them.
        collateral: Of all of them.
    """

    on: str
    price: PriceNow
    rows: tuple[LoanRow, ...]
    debt: Figure
    collateral: Figure


class LoanRow(msgspec.Struct, frozen=True, kw_only=True):
    """A loan secured by bitcoin.

    Attributes:
        lender: Who lends.
        state: Safe, near a margin call, in one, open to liquidation, unsecured, or unknown without a price.
        debt: Principal and accrued interest.
        collateral: Bitcoin pledged.
        collateral_value: Its worth at the price.
        ltv: Debt over that, percent.
        margin_call_ltv: LTV from which more collateral must be brought, percent.
        liquidation_ltv: LTV from which the lender may sell, percent.
        margin_call_price: Price below which a margin call follows.
        liquidation_price: Price below which the lender may sell.
        distance: Fall of the price that leads to a margin call, percent.
        target_ltv: LTV that is aimed at, percent.
        top_up: Bitcoin to add now to be at the target.
        rate: Interest a year, percent.
        due: When it is due.
        cure_hours: Time to answer a margin call.
        release: What frees the collateral.
        terms: Key of the fact with the terms.
    """

    lender: str
    state: Literal["liquidation", "margin-call", "near", "safe", "unknown", "unsecured"]
    debt: Figure
    collateral: Figure
    collateral_value: Figure
    ltv: Figure
    margin_call_ltv: Figure
    liquidation_ltv: Figure
    margin_call_price: Figure
    liquidation_price: Figure
    distance: Figure
    target_ltv: Figure
    top_up: Figure
    rate: Figure
    due: str
    cure_hours: int
    release: str
    terms: str


class LotLine(msgspec.Struct, frozen=True, kw_only=True):
    """A line of the lot ledger.

    Attributes:
        lot: The lot.
        account: Where.
        units: Units that come (+) or go (-).
        cost: Cost that comes or goes with them.
        opens: Whether the fact opens the lot.
        href: Address of the lot, "" where it is not there yet.
    """

    lot: str
    account: str
    units: Figure
    cost: Figure
    opens: bool
    href: str


class LotPage(msgspec.Struct, frozen=True, kw_only=True):
    """A page of open lots, the oldest first.

    Attributes:
        rows: The lots.
        on: The day.
        commodity: Which.
        account: Pattern of the accounts that were asked for.
        total: How many lots are open.
        units: Units of all of them.
        cost: Cost of all of them.
        policies: How lots are chosen.
        next: Cursor of the next page, "" where there is none.
    """

    rows: tuple[LotRow, ...]
    on: str
    commodity: str
    account: str
    total: int
    units: Figure
    cost: Figure
    policies: tuple[PolicyRow, ...]
    next: str


class LotRow(msgspec.Struct, frozen=True, kw_only=True):
    """Units of a lot on an account.

    Attributes:
        lot: Its id.
        account: Where it lies.
        kind: How it was got.
        acquired_us: When, microseconds since 1970 UTC.
        units: How many.
        cost: What they cost.
        unit_cost: Cost of one bitcoin, or of one piece.
        value: Worth at the price of bitcoin; unknown for goods.
        gain: Value less cost.
        href: Address of the lot's life.
    """

    lot: str
    account: str
    kind: str
    acquired_us: int
    units: Figure
    cost: Figure
    unit_cost: Figure
    value: Figure
    gain: Figure
    href: str


class LotTrace(msgspec.Struct, frozen=True, kw_only=True):
    """A lot with where its units are, how they came there, and what opened it.

    Attributes:
        lot: Its id.
        trace: The first step, which is the lot itself.
    """

    lot: str
    trace: Step


class MachineAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """One machine.

    Attributes:
        site: Its site.
        asset: Our id of it.
        key: Its key in live updates.
        known: Local: its agent's state is here; remote: it is known by what its site uploads.
        identity: Who it says it is; None where only uploads tell of it.
        place: Where it stands.
        serial: Its serial number in the factory's facts, "" where not linked.
        model: What its model should do; None where the model is not known.
        state: What it does.
        told_us: Instant of its last readings; None where it was never polled.
        seen_us: Instant at which it answered last; None where it never did.
        now_us: The site's own time now.
        row: The same as the table of machines has it.
        readings: Every reading, known or not.
        boards: Its hash boards.
        fans_rpm: Speed of each fan.
        pools: The pools that it is set to.
        problems: What it says is wrong.
        doubts: Laws that its readings break.
        profit_reason: Why its profit is unknown, "" where it is known.
        made: Where it comes from.
        carried: What it stands at in the books.
        earned: What it has earned lately.
        life: What happened to it, the newest first.
        alerts: Alerts that it is or was part of, the newest first.
        deeds: Actions on it, the newest first.
        version: Version of the board.
    """

    site: str
    asset: str
    key: str
    known: str
    identity: Identity | None
    place: LatestPlace
    serial: str
    model: Model | None
    state: str
    told_us: int | None
    seen_us: int | None
    now_us: int
    row: dict[str, float | int | str | None]
    readings: tuple[ReadingRow, ...]
    boards: tuple[BoardRow, ...]
    fans_rpm: tuple[int, ...]
    pools: tuple[Pool, ...]
    problems: tuple[str, ...]
    doubts: tuple[str, ...]
    profit_reason: str
    made: Made
    carried: Carried
    earned: EarnedAnswer
    life: tuple[LifeRow, ...]
    alerts: tuple[SiteAlert, ...]
    deeds: tuple[Deed, ...]
    version: int


class MachineResult(msgspec.Struct, frozen=True, kw_only=True):
    """Where an action stands at one machine.

    Attributes:
        asset: Our id of it.
        address: Where it was when this was asked.
        state: One of `TargetState`.
        words: The machine's own words, or why there are none.
        tries: How often it was asked.
        effective: When it takes effect.
        changed_us: Instant of the last change.
    """

    asset: str
    address: str
    state: Literal[
        "accepted",
        "asking",
        "cancelled",
        "done",
        "expired",
        "overtaken",
        "refused",
        "silent",
        "unconfirmed",
        "unsupported",
        "waiting",
    ]
    words: str
    tries: int
    effective: str
    changed_us: int


class MachinesAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """A page of the table.

    Attributes:
        ask: What was asked.
        columns: The columns, in order.
        every: All columns that there are.
        rows: The machines: "key" is site/asset, the others by column; null where unknown, "reason" says why.
        total: How many the filters mean.
        first: Place of the first row, from 1; 0 where there is none.
        next: Cursor of the next page; null on the last.
        previous: Cursor of the page before; "" is the first page, null where this is it.
        facets: How many machines each choice of a filter would show.
        totals: Sums over all machines that the filters mean.
        profit_reasons: By site, why profits there are unknown.
        scope: By site, the machines that the filters mean there, as control takes them.
        views: Views that the reader saved.
        version: Version of the board, for live updates.
    """

    ask: AskAsk
    columns: tuple[ColumnsColumn, ...]
    every: tuple[ColumnsColumn, ...]
    rows: tuple[dict[str, float | int | str | None], ...]
    total: int
    first: int
    next: str | None
    previous: str | None
    facets: dict[str, dict[str, int]]
    totals: TotalsAnswer
    profit_reasons: dict[str, str]
    scope: dict[str, str]
    views: tuple[SavedView, ...]
    version: int


class Made(msgspec.Struct, frozen=True, kw_only=True):
    """Where a machine comes from.

    Attributes:
        serial: Its serial number in the factory's facts, "" where it is not linked.
        traceable: Whether the serial number can be looked for at all.
        built_on: Day of its build; None where that is not known.
        plant: Plant that built it.
        model: Model that was built.
        build: Key of the build's fact.
        landed: What a machine of its build cost landed.
        machines: Machines of its build.
        delivered_on: Day on which it was delivered to a customer; None where no fact says so.
        customer: To whom.
        order: Under which order.
        reason: Why the build is not known, "" where it is.
    """

    serial: str
    traceable: bool
    built_on: dt.date | None
    plant: str
    model: str
    build: str
    landed: Figure
    machines: int
    delivered_on: dt.date | None
    customer: str
    order: str
    reason: str


class Maintenance(msgspec.Struct, frozen=True, kw_only=True):
    """Maintenance to announce.

    Attributes:
        scope: Which machines: "all", or terms such as "rack=r1,r2".
        hours: How long, in hours of the site's clock.
        why: Why.
        in_hours: When it begins, hours from now.
    """

    scope: str
    hours: float
    why: str
    in_hours: float = 0.0


class Manner(msgspec.Struct, frozen=True, kw_only=True):
    """How a site sheds, whoever asks.

    Attributes:
        exclude: Scope of machines that are never shed; "" for none.
        heat: Scope of machines that heat for somebody: shed last; "" for none.
        run_min_s: A machine that was woken runs at least so long before it is shed again.
        rest_min_s: A machine that was shed rests at least so long before a rule brings it back; people may
            sooner.
        lower_modes: Whether a machine may be set to a lower work mode where that gives up less than sleep.
        restore: How machines come back.
        hold_max_s: Longest hold; whoever asks may ask for less.
        confirm_s: Seconds within which a machine's own readings must bear a command out before it is sent
            again.
        tries_max: How often a command is sent to one machine before it counts as refused, silent or not
            restored.
        drifts_max: How often a machine that woke by itself is shed again.
    """

    exclude: str
    heat: str
    run_min_s: float
    rest_min_s: float
    lower_modes: bool
    restore: Restore
    hold_max_s: float
    confirm_s: float
    tries_max: int
    drifts_max: int


class Market(msgspec.Struct, frozen=True, kw_only=True):
    """The market that all of it stands in.

    Attributes:
        day: Day of the hashprice.
        source: Whose price it is.
        hashprice: USD/PH/day.
        mark: The industry's line between bull and bear market for machines, USD/PH/day.
        mood: On which side the hashprice is; "" where it is unknown.
        fees: Whether blocks' fees are in it, or only the subsidy, as in the line.
        price: Of bitcoin.
        difficulty: Of the network.
        network: Hash rate that it implies.
        height: First block of the difficulty's epoch; 0 where unknown.
        line: The hashprice of the last days.
    """

    day: dt.date | None
    source: str
    hashprice: Figure
    mark: Figure
    mood: Literal["", "bear", "bull"]
    fees: bool
    price: Figure
    difficulty: Figure
    network: Figure
    height: int
    line: tuple[HashpricePoint, ...]


class Member(msgspec.Struct, frozen=True, kw_only=True):
    """A machine or gauge in an alert.

    Attributes:
        subject: Who.
        detail_en: What was found when it joined, in English.
        detail_zh: In Traditional Chinese.
        since_us: Instant since which the condition held.
        left_us: Instant at which it was clear again; None while it is not.
    """

    subject: Subject
    detail_en: str
    detail_zh: str
    since_us: int
    left_us: int | None


class Message(msgspec.Struct, frozen=True, kw_only=True):
    """A message of an alert.

    Attributes:
        id: Its id.
        kind: Opened, grown, reminder or cleared.
        channel: Webhook or mail.
        made_us: When it was made.
        tries: How often it was tried.
        state: Queued, sent or given up.
        words: Why it was not taken at the last try, "" where it was.
    """

    id: str
    kind: str
    channel: str
    made_us: int
    tries: int
    state: str
    words: str


class MeterRow(msgspec.Struct, frozen=True, kw_only=True):
    """A meter as it was read last.

    Attributes:
        name: Its name.
        measures: Site, feeder or heat.
        feeder: Feeder that it measures.
        power: Power that it shows.
        energy: Its counter.
        at_us: When it was read; None where it never was.
        quality: What the reading is worth.
        good: Whether it is as it should be.
    """

    name: str
    measures: str
    feeder: str
    power: Figure
    energy: Figure
    at_us: int | None
    quality: str
    good: bool


class MetricChoice(msgspec.Struct, frozen=True, kw_only=True):
    """A metric that can be chosen.

    Attributes:
        id: Its name in addresses.
        en: Label in English.
        zh: Label in Traditional Chinese.
        chosen: Whether it is the one shown.
    """

    id: str
    en: str
    zh: str
    chosen: bool


class MetricsMetric(msgspec.Struct, frozen=True, kw_only=True):
    """Something that a plan shows by colour.

    Attributes:
        id: Its name in addresses.
        column: Column of the board.
        kind: Ramp, split (around class `middle`) or words.
        unit: Its unit.
        en: Label in English.
        zh: Label in Traditional Chinese.
        words_en: What each class is called, in English.
        words_zh: In Traditional Chinese.
        bounds: What parts the classes of a number.
        middle: Of a split, the first class on the good side.
        keys: Words that are classes.
    """

    id: str
    column: str
    kind: Literal["ramp", "split", "words"]
    unit: str
    en: str
    zh: str
    words_en: tuple[str, ...]
    words_zh: tuple[str, ...]
    bounds: tuple[float, ...]
    middle: int
    keys: tuple[str, ...]


class MinuteRow(msgspec.Struct, frozen=True, kw_only=True):
    """One minute of a curtailment.

    Attributes:
        at_us: Its beginning.
        delivered: Mean power shed.
        counted_by: Meters, machines or nameplate; "" where nobody could.
        baseline: What it is measured against.
        drawn: What was drawn instead.
        reason: Why it is a gap, or what is to be known of the count.
    """

    at_us: int
    delivered: Figure
    counted_by: str
    baseline: Figure
    drawn: Figure
    reason: str


class Mode(msgspec.Struct, frozen=True, kw_only=True):
    """A work mode.

    Attributes:
        level: Number by which the machine knows it.
        hashrate_ths: Hash rate in this mode.
        power_w: Power drawn from the wall in this mode.
    """

    level: int
    hashrate_ths: float
    power_w: int


class Model(msgspec.Struct, frozen=True, kw_only=True):
    """A model of machine in one bin.

    Attributes:
        id: Our short name of it, such as "a15-194".
        model: What the machine calls itself (MODEL), such as "15-194".
        name: Name under which it is sold.
        product: What the machine says under PROD.
        aliases: Other ways to write it.
        generation: Series that it belongs to.
        family: "a" answers as machines with a K210 controller do, "home" as the Q and those with a K230.
        cooling: How it is cooled.
        hashrate_ths: Nominal hash rate.
        power_w: Nominal power from the wall.
        boards: Hash boards.
        chips_per_board: Chips on each.
        fans: Fans.
        fan_max_rpm: Speed of its fans at full duty; 0 without fans.
        core: Kind of chip; "" where not published.
        ghs_per_mhz_per_1000_chips: The K in hash rate in GH/s = K x clock in MHz x chips / 1000.
        psu_efficiency: Power to the boards over power from the wall.
        standby_w: Power from the wall while it sleeps, as its supply states it.
        hash_bus_v: Voltage that the supply gives to the boards.
        chip_mv: Mean voltage of a chip.
        pll_per_chip: PLL counts of a board over its chips; a board's counts always add up to this.
        chip_target_c: Mean chip temperature that its cooling aims at.
        hardware: Kind of control board (HWTYPE).
        firmware: Version of firmware of the capture, or an assumed one.
        modes: Work modes by name.
        source: Where the figures come from.
        grade: What that source is worth.
        assumed: Figures that are not published, each with the reason for the one used instead.
    """

    id: str
    model: str
    name: str
    product: str
    aliases: tuple[str, ...]
    generation: str
    family: Literal["a", "home"]
    cooling: Literal["air", "hydro", "immersion"]
    hashrate_ths: float
    power_w: int
    boards: int
    chips_per_board: int
    fans: int
    fan_max_rpm: int
    core: str
    ghs_per_mhz_per_1000_chips: float
    psu_efficiency: float
    standby_w: int
    hash_bus_v: float
    chip_mv: int
    pll_per_chip: int
    chip_target_c: int
    hardware: str
    firmware: str
    modes: dict[str, Mode]
    source: str
    grade: Literal["assumed", "captured", "derived", "quoted"]
    assumed: dict[str, str]


class NewExport(msgspec.Struct, frozen=True, kw_only=True):
    """Something to export.

    Attributes:
        what: What is exported: "journal", "facts", "postings" ...
        form: In which form: "csv", "parquet", "beancount" ...
        start: First accounting date; None for the first of all.
        end: Last accounting date; None for the last of all.
        period: A period by its name in place of both dates; "" for none.
    """

    what: str
    form: str
    start: dt.date | None = None
    end: dt.date | None = None
    period: str = ""


class NewFacts(msgspec.Struct, frozen=True, kw_only=True):
    """Facts to record, in the form of a JSONL file: `kind`, `key`, `date` and the fields of the kind.

    Attributes:
        facts: The facts; amounts are texts with their unit. None names an actor: it is whoever sends them.
        dry_run: Only say what they would post.
        source: Where they can be verified, for those that name no source of their own.
        sha256: Hex digest of the document that says so.
    """

    facts: tuple[dict[str, Any], ...]
    dry_run: bool = False
    source: str = ""
    sha256: str = ""


class NewPlan(msgspec.Struct, frozen=True, kw_only=True):
    """A plan to live.

    Attributes:
        name: What it is called.
        months: How far.
        paths: How many futures.
        seed: Seed of the random numbers; the same seed gives the same market.
        day: Last day before the plan, the end of a month, ISO; "" for the end of the last closed period.
        changes: What to assume instead: id of the assumption to a number, or "number unit".
        against: Id of a kept plan of which this is a variant: days, seed and changes are then its own where
            nothing else is said.
    """

    name: str
    months: int | None = None
    paths: int | None = None
    seed: int | None = None
    day: str = ""
    changes: dict[str, str] = msgspec.field(default_factory=dict)
    against: str = ""


class NewReversal(msgspec.Struct, frozen=True, kw_only=True):
    """A wish that a fact be reversed.

    Attributes:
        key: Key of the fact.
        reason: Why, in words an auditor accepts.
        date: Accounting date of the reversal, ISO 8601; "" for today.
    """

    key: str
    reason: str
    date: str = ""


class NewText(msgspec.Struct, frozen=True, kw_only=True):
    """A text to tie out.

    Attributes:
        text: The text, English alone or with Chinese paragraphs under each.
        period: The period that it reports on, such as 2025Q2.
        title: What it is called; its first line where empty.
        translation: The Chinese text, where it is not in the text already.
    """

    text: str
    period: str
    title: str = ""
    translation: str = ""


class News(msgspec.Struct, frozen=True, kw_only=True):
    """How far the journal went on.

    Attributes:
        head: Number of facts now.
        new: How many of them came since.
    """

    head: int
    new: int


class Note(msgspec.Struct, frozen=True, kw_only=True):
    """One entry of a curtailment's log.

    Attributes:
        at_us: When.
        who: Who or what.
        what: What happened, in words.
    """

    at_us: int
    who: str
    what: str


class NoteView(msgspec.Struct, frozen=True, kw_only=True):
    """A loss or change of meaning in the translation.

    Attributes:
        number: Its number in reading order.
        line: Line of the English.
        zh_line: Line of the translation.
        kind: What sort.
        source: The English words, "" where it says nothing.
        target: The Chinese words, "" where it says nothing.
        suggest: The right wording, "" where none is offered.
        why: Why.
    """

    number: int
    line: int
    zh_line: int
    kind: Literal["missing", "number", "period", "term", "unit"]
    source: str
    target: str
    suggest: str
    why: str


class NrvAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """The test of finished machines at lower of cost and net realisable value.

    Attributes:
        price: Price per TH/s that it goes by.
        price_of: The period of that price, "" where it was given.
        selling_cost: Percent of price.
        rows: Lots, the largest excess first.
        excess: Of all lots.
        reserve: Write-downs already in the books.
        write_down: What is still to be written down.
        problem: Why it cannot be told, "" where it can.
    """

    price: Figure
    price_of: str
    selling_cost: Figure
    rows: tuple[NrvRow, ...]
    excess: Figure
    reserve: Figure
    write_down: Figure
    problem: str


class NrvRow(msgspec.Struct, frozen=True, kw_only=True):
    """Finished machines of a lot against what they will bring.

    Attributes:
        lot: The lot.
        place: Plant or warehouse.
        units: Machines.
        cost: Landed.
        realisable: What they will bring.
        excess: Cost above that.
    """

    lot: str
    place: str
    units: Figure
    cost: Figure
    realisable: Figure
    excess: Figure


class OptionRow(msgspec.Struct, frozen=True, kw_only=True):
    """A series of options that the company wrote.

    Attributes:
        series: Its name.
        contracts: Contracts open, each on one bitcoin.
        premium: Premiums received.
        liability: Fair value of what is open.
        written: Day of the first contract.
        fact: Key of its fact.
    """

    series: str
    contracts: Figure
    premium: Figure
    liability: Figure
    written: str
    fact: str


class OrderRow(msgspec.Struct, frozen=True, kw_only=True):
    """An order.

    Attributes:
        order: Its number.
        customer: Who ordered.
        line: Product line.
        placed: Day on which it was placed.
        state: Open, delivered or cancelled.
        amount: Price.
        hashrate: Ordered.
        cancelled: Price of what will not be delivered.
        delivered: Price of what left the backlog by delivery.
        open: Price of what is left.
        open_hashrate: Hash rate of what is left.
        age_days: Days since it was placed, while it is open.
        fact: Address of the fact that placed it.
    """

    order: str
    customer: str
    line: str
    placed: str
    state: str
    amount: Figure
    hashrate: Figure
    cancelled: Figure
    delivered: Figure
    open: Figure
    open_hashrate: Figure
    age_days: int | None
    fact: str


class Outlook(msgspec.Struct, frozen=True, kw_only=True):
    """A range for the coming quarter, which half of the futures lie within.

    Attributes:
        id: The KPI's id.
        en: Name in English.
        zh: Name in Traditional Chinese.
        start: Name of the first month.
        end: Name of the last month.
        low: Lower end.
        mid: Median.
        high: Upper end.
    """

    id: str
    en: str
    zh: str
    start: str
    end: str
    low: Figure
    mid: Figure
    high: Figure


class ParagraphView(msgspec.Struct, frozen=True, kw_only=True):
    """A paragraph in both languages.

    Attributes:
        line: Its line in the file.
        speaker: Who says it, "" where nobody is named.
        en: The English.
        zh: The translation; None where there is none.
        zh_line: The translation's line.
        figures: Numbers of its figures.
        notes: Numbers of its language notes.
    """

    line: int
    speaker: str
    en: tuple[Piece, ...]
    zh: tuple[Piece, ...] | None
    zh_line: int | None
    figures: tuple[int, ...]
    notes: tuple[int, ...]


class PastCurtailment(msgspec.Struct, frozen=True, kw_only=True):
    """A curtailment that is over, as the journal has it.

    Attributes:
        site: The site.
        id: Its id.
        mode: What started it, or how much was shed.
        by: Who asked.
        reason: Why.
        asked_kw: Power that was to be shed.
        delivered_kw: Mean power shed while it was held.
        energy: Energy not used.
        counted_by: Who counted.
        began: First instant, ISO 8601.
        ended: Last instant, ISO 8601.
        machines: Machines that took part.
        not_restored: Machines that did not come back by themselves.
        proof: SHA-256 of the proof.
        trace: The fact.
        href: Its page; "" where its site's state is not here.
    """

    site: str
    id: str
    mode: str
    by: str
    reason: str
    asked_kw: Figure
    delivered_kw: Figure
    energy: Figure
    counted_by: str
    began: str
    ended: str
    machines: int
    not_restored: int
    proof: str
    trace: str
    href: str


class Peak(msgspec.Struct, frozen=True, kw_only=True):
    """The month's highest power that a demand charge counts.

    Attributes:
        name: The charge.
        peak: Highest mean power of an interval so far.
        billed: Power that is billed: the peak, an earlier month's share of it, or the minimum.
        usd_kw: Charge.
    """

    name: str
    peak: Figure
    billed: Figure
    usd_kw: Figure


class PeopleList(msgspec.Struct, frozen=True, kw_only=True):
    """Everybody who works with the console.

    Attributes:
        people: By name.
        roles: What each role is.
        rights: What each right allows.
        sites: Sites that a role can be given for.
    """

    people: tuple[Person, ...]
    roles: dict[str, Role]
    rights: dict[str, Right]
    sites: tuple[str, ...]


class PeriodList(msgspec.Struct, frozen=True, kw_only=True):
    """All periods of the ledger.

    Attributes:
        rows: Years, quarters and months from the first posting to today, the latest first.
        began: The first day that the books know of; "" in an empty ledger.
        last: The last day on which something is booked.
    """

    rows: tuple[PeriodRow, ...]
    began: str
    last: str


class PeriodRow(msgspec.Struct, frozen=True, kw_only=True):
    """One period.

    Attributes:
        name: Such as 2025Q2.
        kind: Year, quarter or month.
        start: First day.
        end: Last day.
        state: Open, closed, or open again.
        by: Who closed it last, "" where nobody did.
        at_us: When, microseconds since 1970 UTC; 0 where nobody did.
        manifest: SHA-256 of the manifest that it was closed with.
        fact: Key of the lock.
        reason: Why it was opened again.
        over: Whether its last day has passed.
        within: Name of the closed period that it is a part of, "" where it is closed by itself or open.
    """

    name: str
    kind: Literal["month", "quarter", "year"]
    start: str
    end: str
    state: Literal["closed", "open", "reopened"]
    by: str
    at_us: int
    manifest: str
    fact: str
    reason: str
    over: bool
    within: str


class Person(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody who works with the console or the API.

    Attributes:
        name: The login, which is the actor of facts.
        shown: The name as shown.
        state: "active", "invited" (no password yet) or "disabled".
        grants: Roles.
        second_factor: Whether signing in takes one.
        recovery_codes: How many codes on paper remain.
        made_us: When he or she was added.
        made_by: By whom.
        seen_us: Last sign-in; 0 for never.
        password_us: When the password was set; 0 for never.
        invited_until_us: When the invitation ends; 0 where there is none.
    """

    name: str
    shown: str
    state: Literal["active", "disabled", "invited"]
    grants: tuple[Grant, ...]
    second_factor: bool
    recovery_codes: int
    made_us: int
    made_by: str
    seen_us: int
    password_us: int
    invited_until_us: int


class PersonDetail(msgspec.Struct, frozen=True, kw_only=True):
    """One person, as who keeps people sees it.

    Attributes:
        person: What is kept.
        sessions: Where he or she is signed in.
        tokens: The tokens.
        roles: What each role is.
        sites: Sites that a role can be given for.
    """

    person: Person
    sessions: tuple[Session, ...]
    tokens: tuple[Token, ...]
    roles: dict[str, Role]
    sites: tuple[str, ...]


class Piece(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A stretch of a text.

    Attributes:
        text: Its words.
        figures: Numbers of the figures that lie over it.
        notes: Numbers of the language notes that lie over it.
        anchors: What begins here: "f12" for a figure, "m3" for a note.
    """

    text: str
    figures: tuple[int, ...] = ()
    notes: tuple[int, ...] = ()
    anchors: tuple[str, ...] = ()


class PlanAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """What a curtailment would do if it began now; nothing is asked for.

    Attributes:
        site: The site.
        wish: What was wished.
        asked: The same in words.
        wanted: Power to be shed.
        shed: Power that the chosen machines save.
        lost: Hash rate that is given up.
        words: What keeps the plan from reaching it.
        rows: The first of its machines, in the order of shedding.
        machines: How many there are.
        left_out: Machines that would not be shed, by reason.
        needs_approval: Whether a second person must approve it.
        approval_above: On how many machines one person may act alone.
        manner: How machines are shed and come back.
        until_us: When they come back; None where only the longest hold ends it.
        hashprice: What hash rate earns.
        price: What power costs.
        attended: Whether the site's agent runs, which alone sheds.
        may_act: Whether the reader may ask for it.
    """

    site: str
    wish: Wish
    asked: str
    wanted: Figure
    shed: Figure
    lost: Figure
    words: str
    rows: tuple[RowsPlanRow, ...]
    machines: int
    left_out: tuple[LeftOut, ...]
    needs_approval: bool
    approval_above: int
    manner: Manner
    until_us: int | None
    hashprice: Figure
    price: Figure
    attended: bool
    may_act: bool


class PlanChoices(msgspec.Struct, frozen=True, kw_only=True):
    """What can be chosen for a new plan.

    Attributes:
        base: The plan of which a variant is made; None for a plan of its own.
        days: Last days of closed months and quarters, the newest first.
        day: The one that is chosen.
        months: How far.
        paths: How many futures.
        seed: Seed of the random numbers.
        assumptions: Every row, as observed on that day and as the base has it.
        months_max: The farthest.
        paths_max: The most futures.
        missing: Why no plan can be lived from the books, "" where one can.
        remedy: What to do about it.
    """

    base: PlansPlanRow | None
    days: tuple[dt.date, ...]
    day: dt.date | None
    months: int
    paths: int
    seed: int
    assumptions: tuple[Assumption, ...]
    months_max: int
    paths_max: int
    missing: str
    remedy: str


class PlanList(msgspec.Struct, frozen=True, kw_only=True):
    """The kept plans.

    Attributes:
        plans: The baseline first, then the newest.
        kept_max: How many are kept at most.
        missing: Why no plan can be lived from the books, "" where one can.
        remedy: What to do about it.
        may_run: Whether the reader may run plans.
    """

    plans: tuple[PlansPlanRow, ...]
    kept_max: int
    missing: str
    remedy: str
    may_run: bool


class PlanPage(msgspec.Struct, frozen=True, kw_only=True):
    """One plan.

    Attributes:
        row: The plan's place among those that are kept.
        progress: The job, while nothing came out of it.
        futures: What came out; None while nothing has.
        outlook: Ranges for the coming quarter.
        other: The plan that it is compared with; None where it is compared with none.
        other_futures: What came out of that one.
        differences: Of what both cover.
        short_then: The other's share of futures that are short of cash in the worst month.
        short_now: This plan's.
        rows: Every assumption.
        others: Plans that it can be compared with.
        may_run: Whether the reader may run plans and choose the baseline.
        may_delete: Whether the reader may delete it.
    """

    row: PlansPlanRow
    progress: Job | None
    futures: Futures | None
    outlook: tuple[Outlook, ...]
    other: PlansPlanRow | None
    other_futures: Futures | None
    differences: tuple[Difference, ...]
    short_then: float | None
    short_now: float | None
    rows: tuple[Row, ...]
    others: tuple[PlansPlanRow, ...]
    may_run: bool
    may_delete: bool


class PlanState(msgspec.Struct, frozen=True, kw_only=True):
    """The plan that lines are held against.

    Attributes:
        id: Of the kept plan; "" where none is kept.
        name: Its name.
        made_on: Day on which it was made.
        month: Month at whose end stocks are held against its medians.
        reason: Why nothing is held against it.
    """

    id: str
    name: str
    made_on: dt.date | None
    month: str
    reason: str


class PlanViewFan(msgspec.Struct, frozen=True, kw_only=True):
    """One measure by month.

    Attributes:
        id: The KPI's id.
        en: Name in English.
        zh: Name in Traditional Chinese.
        unit: Unit of the values.
        digits: Decimals to print.
        p10: What one future in ten falls below.
        p50: Median.
        p90: What one future in ten exceeds.
    """

    id: str
    en: str
    zh: str
    unit: str
    digits: int
    p10: tuple[decimal.Decimal, ...]
    p50: tuple[decimal.Decimal, ...]
    p90: tuple[decimal.Decimal, ...]


class PlansPlanRow(msgspec.Struct, frozen=True, kw_only=True):
    """A kept plan.

    Attributes:
        id: Its id.
        name: What it is called.
        asked_by: Who asked for it.
        at_us: When, microseconds since 1970 UTC.
        day: Last day before the plan.
        months: How far it goes.
        paths: How many futures.
        seed: Seed of the random numbers.
        changes: What it assumes instead of the table and what was observed: id to "number unit".
        against: Id of the plan that it is a variant of, "" where it is none.
        job: Id of the job that lives it.
        state: How far that is.
        baseline: Whether it is the plan that the company is held against.
    """

    id: str
    name: str
    asked_by: str
    at_us: int
    day: dt.date
    months: int
    paths: int
    seed: int
    changes: dict[str, str]
    against: str
    job: str
    state: Literal["cancelled", "done", "failed", "running", "waiting"]
    baseline: bool


class PolicyRow(msgspec.Struct, frozen=True, kw_only=True):
    """How lots of a commodity are chosen.

    Attributes:
        commodity: The commodity or family.
        method: Fifo, lifo, hifo or average.
        scope: Account or global.
        since: First day of it, "" where it is the rule by default.
        reason: The decision behind it.
        fact: Address of its fact, "" for the default.
    """

    commodity: str
    method: str
    scope: str
    since: str
    reason: str
    fact: str


class Pool(msgspec.Struct, frozen=True, kw_only=True):
    """A pool that a machine is set to.

    Attributes:
        url: Where it is.
        worker: Name that the machine works under.
        active: Whether shares go there now; None where unknown.
        accepted_diff: Difficulty accepted.
        rejected_diff: Difficulty rejected.
        stale_diff: Difficulty too late.
    """

    url: str
    worker: str
    active: bool | None
    accepted_diff: int | None
    rejected_diff: int | None
    stale_diff: int | None


class PoolSetting(msgspec.Struct, frozen=True, kw_only=True):
    """A pool that a machine is to be set to.

    Attributes:
        url: Stratum URL.
        worker: Name to work under.
        password: What the pool wants with it, mostly "x"; never a secret.
    """

    url: str
    worker: str
    password: str


class PortFan(msgspec.Struct, frozen=True, kw_only=True, tag_field="type", tag="fan"):
    """Run the fans at a share of their highest speed.

    Attributes:
        duty_pct: Percent of it; None gives them back to the machine.
    """

    duty_pct: int | None


class PostingLine(msgspec.Struct, frozen=True, kw_only=True):
    """A posting in a register.

    Attributes:
        seq: Number of its fact.
        key: Key of its fact.
        kind: Kind of its fact.
        date: Accounting date.
        account: The account.
        amount: Signed amount: plus is a debit; leads to the fact.
        balance: Of all accounts of the register in its commodity, after it.
    """

    seq: int
    key: str
    kind: str
    date: str
    account: str
    amount: Figure
    balance: Figure


class PostingPage(msgspec.Struct, frozen=True, kw_only=True):
    """A page of a register, the latest posting first.

    Attributes:
        rows: The postings.
        account: The pattern that was asked for.
        commodity: The commodity that was asked for.
        start: First day, "" without a bound.
        end: Last day, "" without a bound.
        opening: Sum of the accounts before the first day, by commodity.
        closing: Sum of the accounts at the last day, by commodity.
        next: Cursor of the next page, "" where there is none.
        accounts: How many accounts fit.
    """

    rows: tuple[PostingLine, ...]
    account: str
    commodity: str
    start: str
    end: str
    opening: tuple[Figure, ...]
    closing: tuple[Figure, ...]
    next: str
    accounts: int


class PowerMonth(msgspec.Struct, frozen=True, kw_only=True):
    """A site's power of a month or another period as the journal has it.

    Attributes:
        period: The period.
        energy: Energy billed or metered.
        power: Cost of power, less program credits.
        credits: Program credits.
        hosting: Cost of hosting.
        usd_mwh: Cost of power, or of hosting where the host buys the power, over energy.
        by: What that price is of: power or hosting; "" where unknown.
    """

    period: str
    energy: Figure
    power: Figure
    credits: Figure
    hosting: Figure
    usd_mwh: Figure
    by: Literal["", "hosting", "power"]


class Preview(msgspec.Struct, frozen=True, kw_only=True):
    """What an action would do.

    Attributes:
        what: The action in words.
        scope: Which machines, as asked.
        changes: Machine by machine, by asset id.
        left_out: Machines not meant because what the scope asks about is unknown of them.
        power_w: Power that the machines draw now, as far as it is known.
        power_unknown: Machines of which the power is unknown.
        needs_approval: Whether a second person must approve.
        why: Why it needs approval, or why not.
        foreign: Why the change of pools leaves the site's whitelist; "" where it does not.
    """

    what: str
    scope: str
    changes: tuple[PreviewChange, ...]
    left_out: tuple[str, ...]
    power_w: int
    power_unknown: int
    needs_approval: bool
    why: str
    foreign: str


class PreviewAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """What an action would do.

    Attributes:
        site: The site.
        ask: What was asked.
        preview: What it would do, machine by machine.
        attended: Whether the site's agent runs, which carries actions out.
        may_act: Whether the reader may ask for it.
    """

    site: str
    ask: ActAsk
    preview: Preview
    attended: bool
    may_act: bool


class PreviewChange(msgspec.Struct, frozen=True, kw_only=True):
    """What an action would change at one machine.

    Attributes:
        asset: Our id of it.
        address: Where it answers.
        rack: Its rack, "" where unknown.
        model: Its model.
        now: How it is now, as far as it is known.
        then: How it would be.
        note: What stands in the way, or that nothing would change; "" where nothing is to be said.
    """

    asset: str
    address: str
    rack: str
    model: str
    now: str
    then: str
    note: str


class PriceNow(msgspec.Struct, frozen=True, kw_only=True):
    """The price that bitcoin is told at.

    Attributes:
        figure: USD per bitcoin; unknown where none was observed lately.
        day: The day of it, "" where it is unknown.
        source: Who says so.
        hour: Hour of that day in UTC.
    """

    figure: Figure
    day: str
    source: str
    hour: int


class PricePart(msgspec.Struct, frozen=True, kw_only=True):
    """One part of what a MWh costs now.

    Attributes:
        name: Row of the tariff that it is from.
        usd_mwh: What it adds.
    """

    name: str
    usd_mwh: Figure


class PriceRow(msgspec.Struct, frozen=True, kw_only=True):
    """The average price of a period.

    Attributes:
        period: The period.
        asp: All product revenue over hash rate sold.
        revenue: Product revenue.
        hashrate: Hash rate sold.
    """

    period: str
    asp: Figure
    revenue: Figure
    hashrate: Figure


class Problem(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What went wrong with a request (RFC 9457).

    Attributes:
        type: Address of the page that explains this kind of problem.
        title: The kind, in words.
        status: HTTP status.
        detail: What is wrong with this request, in one sentence.
        instance: The request's id, which the server's log has too.
        field: The field that is wrong.
        remedy: What to do about it.
        right: The right that is missing.
        retry_after_s: Seconds to wait before trying again.
    """

    type: str
    title: str
    status: int
    detail: str = ""
    instance: str = ""
    field: str = ""
    remedy: str = ""
    right: str = ""
    retry_after_s: float | None = None


class ProblemKind(msgspec.Struct, frozen=True, kw_only=True):
    """One kind of problem details.

    Attributes:
        type: Its address.
        status: HTTP status.
        title: What it means.
    """

    type: str
    status: int
    title: str


class ProblemKinds(msgspec.Struct, frozen=True, kw_only=True):
    """All kinds of problem details.

    Attributes:
        problems: By status.
    """

    problems: tuple[ProblemKind, ...]


class Production(msgspec.Struct, frozen=True, kw_only=True):
    """A period's production.

    Attributes:
        period: The period.
        before: The period before it.
        after: The period after it; "" where that has not begun.
        site: The one site that is asked about; "" for all.
        total: All sites together.
        sites: Each site.
        columns: The chart, by day or month.
        trend: The twelve months up to the period's end, without what was expected.
        by: Whether columns are days or months.
        rows: Days, differences first, then what is open, the latest first.
        shown: Rows that fit the choice.
        status: The choice: days of one status, or all.
        next: Where the next rows begin; 0 where there are none.
        last: The last day of which the journal tells; None where it tells of none.
        months: Months with production, the latest first.
        why_empty: Why there is nothing to show.
    """

    period: str
    before: str
    after: str
    site: str
    total: SiteTotal
    sites: tuple[SiteTotal, ...]
    columns: tuple[ProductionAnswerColumn, ...]
    trend: tuple[ProductionAnswerColumn, ...]
    by: Literal["day", "month"]
    rows: tuple[DayRow, ...]
    shown: int
    status: Literal["", "agrees", "differs", "open"]
    next: int
    last: dt.date | None
    months: tuple[str, ...]
    why_empty: str


class ProductionAnswerColumn(msgspec.Struct, frozen=True, kw_only=True):
    """One day or month of the chart.

    Attributes:
        name: The day or month.
        start: Its first day.
        days: Days in it of which the journal tells.
        earned: BTC a day by site.
        expected: BTC a day that the hash rate should have earned; None where a day of it is unknown.
    """

    name: str
    start: dt.date
    days: int
    earned: dict[str, decimal.Decimal]
    expected: decimal.Decimal | None


class ProductionCost(msgspec.Struct, frozen=True, kw_only=True):
    """The cost of mining in a period.

    Attributes:
        period: The period.
        before: The period before it.
        year_before: The same a year before.
        after: The period after it; "" where that has not begun.
        mined: BTC that pools credited.
        revenue: USD of mining revenue per bitcoin.
        lines: The company's rows; none for whoever may see some sites alone.
        sites: The cash rows of each site.
        joint: Shares of joint sites.
        to_date: Where nothing is booked after the period's end: that it may not be complete.
    """

    period: str
    before: str
    year_before: str
    after: str
    mined: Figure
    revenue: Figure
    lines: tuple[CostLine, ...]
    sites: tuple[SiteCost, ...]
    joint: tuple[JointShare, ...]
    to_date: str


class ProductionDay(msgspec.Struct, frozen=True, kw_only=True):
    """One site's day.

    Attributes:
        site: The site.
        day: Day in UTC.
        row: How it stands.
        steps: From work to satoshis and power, by the journal.
        facts: All facts that it rests on.
        cost: The cash cost of the day, in rows.
        sourced: What the sources told when they were asked last; None where that was not done from here.
        may_reconcile: Whether the reader may ask the sources.
        why_not: Why that cannot be done.
        before: The day before.
        after: The day after; None where it is not over.
    """

    site: str
    day: dt.date
    row: DayRow
    steps: tuple[StepRow, ...]
    facts: tuple[FactLink, ...]
    cost: tuple[CostRow, ...]
    sourced: Sourced | None
    may_reconcile: bool
    why_not: str
    before: dt.date
    after: dt.date | None


class ProofState(msgspec.Struct, frozen=True, kw_only=True):
    """The proof document.

    Attributes:
        sha256: Its hash; "" before it is over.
        unchanged: Whether the document is the one that was hashed; None before there is one.
        problem: What is wrong with it.
        fact: The fact that holds the hash; "" before it is in the journal.
    """

    sha256: str
    unchanged: bool | None
    problem: str
    fact: str


class Proposal(msgspec.Struct, frozen=True, kw_only=True):
    """Something that somebody asked for.

    Attributes:
        id: Its id.
        action: The operation's id, e.g. "books.close".
        subject: What it is to be done to, e.g. a period.
        body: What the operation is given.
        asked_by: Who asked.
        asked_us: When.
        until_us: When it expires.
        reason: Why it was asked for.
        state: Pending; approved (and to be done), rejected, cancelled or expired; done or failed.
        decided_by: Who approved, rejected or cancelled; "" while nobody has.
        decided_us: When; 0 while nobody has.
        why: What he or she said.
        outcome: What came of it.
        finished_us: When it was done or failed; 0 before.
    """

    id: str
    action: str
    subject: str
    body: dict[str, Any]
    asked_by: str
    asked_us: int
    until_us: int
    reason: str
    state: Literal["approved", "cancelled", "done", "expired", "failed", "pending", "rejected"]
    decided_by: str
    decided_us: int
    why: str
    outcome: str
    finished_us: int


class Pulse(msgspec.Struct, frozen=True, kw_only=True):
    """All machines as they tell it now.

    Attributes:
        machines: How many are known.
        hashing: How many hash.
        hashrate: Of those that tell it.
        power: Of those that tell it.
        critical: Critical alerts that stand.
        warning: Warnings that stand.
        states: How many are in which state.
        sites: By site.
    """

    machines: Figure
    hashing: Figure
    hashrate: Figure
    power: Figure
    critical: int
    warning: int
    states: dict[str, int]
    sites: tuple[SitePulse, ...]


class Quiet(msgspec.Struct, frozen=True, kw_only=True):
    """How long an alert is to be quiet.

    Attributes:
        hours: Hours of the site's clock.
    """

    hours: float


class RackPlan(msgspec.Struct, frozen=True, kw_only=True):
    """A rack or tank as drawn.

    Attributes:
        name: Its name.
        x: Its left edge.
        y: Its upper edge; its name stands above.
        w: Its width.
        h: Its height.
        columns: Slots of a shelf.
        assets: Machine of each slot, "" where none is known.
        classes: Class of each slot.
        told: What each machine says in the unit of the metric, or its word; None where unknown.
        machines: Machines that are known there.
    """

    name: str
    x: float
    y: float
    w: float
    h: float
    columns: int
    assets: tuple[str, ...]
    classes: tuple[int, ...]
    told: tuple[float | str | None, ...]
    machines: int


class ReadBody(msgspec.Struct, frozen=True, kw_only=True):
    """Wallets to be read from the chain.

    Attributes:
        wallet: One wallet; "" for all.
    """

    wallet: str = ""


class Readiness(msgspec.Struct, frozen=True, kw_only=True):
    """Whether the server can answer.

    Attributes:
        ready: Whether all of it can be read.
        checks: Each part with "ok" or what is wrong.
    """

    ready: bool
    checks: dict[str, str]


class ReadingRow(msgspec.Struct, frozen=True, kw_only=True):
    """One reading with what must be known to believe it.

    Attributes:
        name: Its name in telemetry.
        en: Label in English.
        zh: Label in Traditional Chinese.
        value: Its value; None where unknown.
        unit: Its unit.
        digits: Decimals to print.
        source: What it was read from, "" where unknown.
        age_s: Seconds since the machine said it; None where unknown.
        reason: Why it is unknown, "" where it is known.
        meaning: What it says.
    """

    name: str
    en: str
    zh: str
    value: float | int | str | None
    unit: str
    digits: int
    source: str
    age_s: float | None
    reason: str
    meaning: str


class Reboot(msgspec.Struct, frozen=True, kw_only=True, tag_field="type", tag="reboot"):
    """Restart the machine."""


class Reconcile(msgspec.Struct, frozen=True, kw_only=True):
    """Ask the sources of a site's day, and record what follows.

    Attributes:
        day: Day in UTC; it must have ended.
        accept_energy: Record the power although the meters are far from the machines: somebody looked.
    """

    day: dt.date
    accept_energy: bool = False


class RecordForm(msgspec.Struct, frozen=True, kw_only=True):
    """What can be recorded, and the form of the kind that was chosen.

    Attributes:
        rooms: Kinds that the reader may record, by room; empty where there are none.
        asked: What was looked for among them.
        form: The form of the chosen kind; None where none was chosen.
    """

    rooms: tuple[RoomKinds, ...]
    asked: str
    form: KindForm | None


class RecordedFact(msgspec.Struct, frozen=True, kw_only=True):
    """What became, or would become, of one fact.

    Attributes:
        file: File that it stands in.
        line: Line in it.
        key: Its key.
        kind: Its kind.
        date: Its accounting date.
        new: Whether it was not known before.
        href: Address of the fact, "" where it is not there yet.
        postings: What it posts; empty where it is booked or was known, and its page says it.
        moves: What it does to lots, likewise.
    """

    file: str
    line: int
    key: str
    kind: str
    date: dt.date
    new: bool
    href: str
    postings: tuple[Leg, ...]
    moves: tuple[LotLine, ...]


class Recording(msgspec.Struct, frozen=True, kw_only=True):
    """What recording did, or would do.

    Attributes:
        dry: Whether nothing was changed.
        new: Facts that were not known before.
        known: Facts that were there already and stay as they are.
        facts: The facts in the order of booking; the first of them where there are many.
    """

    dry: bool
    new: int
    known: int
    facts: tuple[RecordedFact, ...]


class Release(msgspec.Struct, frozen=True, kw_only=True):
    """Take machines out of whatever curtailment holds them.

    Attributes:
        assets: Which machines.
        reason: Why.
    """

    assets: tuple[str, ...]
    reason: str


class Released(msgspec.Struct, frozen=True, kw_only=True):
    """Machines that were taken out of curtailments.

    Attributes:
        released: Each machine with the curtailment that held it.
    """

    released: dict[str, str]


class ReopenBody(msgspec.Struct, frozen=True, kw_only=True):
    """A reopening that is asked for.

    Attributes:
        period: The closed period.
        reason: Why, in words an auditor accepts.
    """

    period: str
    reason: str


class RequestAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """One request.

    Attributes:
        found: The request and where it is.
        machines: What became of it at each machine.
        now_us: The site's own time now.
    """

    found: SiteRequest
    machines: tuple[MachineResult, ...]
    now_us: int


class RequestsAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """Requests of all sites.

    Attributes:
        requests: The newest first, those that wait for a second person before all others.
        waiting: How many wait for a second person.
        kinds: Actions that can be asked for.
        may_act: Sites at which the reader may ask.
    """

    requests: tuple[SiteRequest, ...]
    waiting: int
    kinds: tuple[ActionKind, ...]
    may_act: tuple[str, ...]


class Restore(msgspec.Struct, frozen=True, kw_only=True):
    """How machines come back. Nothing is added to what is written here: 0 machines and 0 kW bring all at once.

    Attributes:
        machines: Machines in one step; 0 for no limit.
        kw: Power in one step; 0 for no limit. A step brings at least one machine.
        every_s: Seconds between steps.
    """

    machines: int
    kw: int
    every_s: float


class RestrictedRow(msgspec.Struct, frozen=True, kw_only=True):
    """Bitcoin in the hands of a lender or borrower.

    Attributes:
        holder: Who.
        account: The account.
        control_kept: False where the holder may re-use it.
        held: How much.
        cost: Cost basis.
        fair_value: Fair value.
        loan: What is owed to the holder.
        release: What ends the restriction.
        due: When that is due; "" where no terms are recorded.
    """

    holder: str
    account: str
    control_kept: bool
    held: Figure
    cost: Figure
    fair_value: Figure
    loan: Figure
    release: str
    due: str


class ReversalPreview(msgspec.Struct, frozen=True, kw_only=True):
    """What reversing a fact would do, or why it cannot be.

    Attributes:
        key: Key of the fact.
        kind: Its kind.
        fact_date: Its accounting date.
        actor: Who recorded it.
        date: Accounting date that the reversal would have.
        href: Address of the fact.
        postings: What the reversal would post: the opposites.
        moves: What it would do to lots.
        problem: Why it cannot be reversed, "" where nothing is in the way.
        remedy: What to do about it.
        may_ask: Whether the reader may ask for it.
    """

    key: str
    kind: str
    fact_date: dt.date
    actor: str
    date: dt.date
    href: str
    postings: tuple[Leg, ...]
    moves: tuple[LotLine, ...]
    problem: str
    remedy: str
    may_ask: bool


class Right(msgspec.Struct, frozen=True, kw_only=True):
    """One right.

    Attributes:
        en: What it allows, in English.
        zh: The same in Traditional Chinese.
        per_site: Whether it can be granted for one site alone.
    """

    en: str
    zh: str
    per_site: bool


class Role(msgspec.Struct, frozen=True, kw_only=True):
    """One role.

    Attributes:
        en: Its name in English.
        zh: Its name in Traditional Chinese.
        does: What somebody in it does, by language.
        rights: The rights that it carries; "*" for all.
        per_site: Whether it is granted for one site or more by name.
    """

    en: str
    zh: str
    does: dict[str, str]
    rights: tuple[str, ...]
    per_site: bool


class RollCell(msgspec.Struct, frozen=True, kw_only=True):
    """What a cell of the rollforward is made of.

    Attributes:
        row: The row.
        en: Its name in English.
        zh: Its name in Traditional Chinese.
        column: The column.
        measure: Units, cost or fair value.
        period: The period.
        figure: The cell.
        parts: What it is made of, the largest first; they add up to it.
        more: How many parts are not listed.
    """

    row: str
    en: str
    zh: str
    column: str
    measure: Literal["cost", "fair_value", "units"]
    period: str
    figure: Figure
    parts: tuple[RollPart, ...]
    more: int


class RollPart(msgspec.Struct, frozen=True, kw_only=True):
    """What a fact, or an account at the start or the end, gives to a cell of the rollforward.

    Attributes:
        account: The account.
        key: Key of the fact; "" where the account's balance is told.
        figure: What it gives.
    """

    account: str
    key: str
    figure: Figure


class RollforwardAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """The rollforward of a period.

    Attributes:
        period: The period.
        columns: Held, receivable, owned, deposits, total.
        rows: Its rows.
        realised_gains: Gains over cost of the period's disposals.
        realised_losses: Losses likewise, negative.
        realised_cumulative: Both, of all time up to the period's end.
        restricted: What was restricted at its end.
        gap: Why the period is unknown, "" where it is known.
    """

    period: PeriodRow
    columns: tuple[str, ...]
    rows: tuple[RollforwardRow, ...]
    realised_gains: Figure
    realised_losses: Figure
    realised_cumulative: Figure
    restricted: tuple[RestrictedRow, ...]
    gap: str


class RollforwardRow(msgspec.Struct, frozen=True, kw_only=True):
    """One row of the rollforward.

    Attributes:
        id: Its id.
        en: Name in English.
        zh: Name in Traditional Chinese.
        section: Opening, addition, transfer, disposition, remeasurement or closing.
        units: Bitcoin by column.
        cost: Cost basis by column.
        fair_value: Fair value by column.
    """

    id: str
    en: str
    zh: str
    section: Literal["addition", "closing", "disposition", "opening", "remeasurement", "transfer"]
    units: dict[str, Figure]
    cost: dict[str, Figure]
    fair_value: dict[str, Figure]


class RoomKinds(msgspec.Struct, frozen=True, kw_only=True):
    """The kinds of one room.

    Attributes:
        room: The room.
        en: Its name in English.
        zh: In Traditional Chinese.
        kinds: What can be recorded of it.
    """

    room: str
    en: str
    zh: str
    kinds: tuple[KindRow, ...]


class Row(msgspec.Struct, frozen=True, kw_only=True):
    """One assumption of a plan.

    Attributes:
        assumption: As the plan was lived by it.
        shipped: The value that comes with Mintage.
        then: The other plan's value; None where none is compared.
        changed: Whether it was said for this plan.
    """

    assumption: Assumption
    shipped: decimal.Decimal
    then: decimal.Decimal | None
    changed: bool


class RowsPlanRow(msgspec.Struct, frozen=True, kw_only=True):
    """One machine that would be shed.

    Attributes:
        asset: The machine.
        address: Its address.
        rack: Its rack.
        model: Its model.
        then: "asleep", or "mode NAME".
        power_w: What it draws now, W.
        power_by: Who says so; None where nobody does.
        shed_w: What shedding it saves, W.
        lost_ths: Hash rate that is given up, TH/s.
        efficiency_j_th: Its energy per hash; None where unknown.
        earns_usd_mwh: What it earns per MWh of the site; None where unknown.
        costs_usd_mwh: What a MWh costs; None where unknown.
        heats: Whether it heats for somebody.
        held_by: The curtailment that sheds it already; None where none does.
    """

    asset: str
    address: str
    rack: str
    model: str
    then: str
    power_w: int
    power_by: str | None
    shed_w: int
    lost_ths: float
    efficiency_j_th: float | None
    earns_usd_mwh: float | None
    costs_usd_mwh: float | None
    heats: bool
    held_by: str | None


class RuleList(msgspec.Struct, frozen=True, kw_only=True):
    """A site's rules and sources.

    Attributes:
        rules: How each stands.
    """

    rules: tuple[RuleRow, ...]


class RuleRow(msgspec.Struct, frozen=True, kw_only=True):
    """A rule that sheds without anybody asking, or a source that may signal.

    Attributes:
        name: Its name.
        kind: Rule or source.
        sheds: What it sheds, in words.
        scope: Which machines.
        windows: When it holds, "mon,tue 14:00-18:00 UTC"; none where always.
        may: What a source may say.
        kw_max: Most that a source may ask.
        reason: Why.
        paused_by: Who stopped it; "" where it is in force.
        problem: Why it cannot be followed; "" where it can.
    """

    name: str
    kind: Literal["rule", "source"]
    sheds: str
    scope: str
    windows: tuple[str, ...]
    may: tuple[str, ...]
    kw_max: Figure | None
    reason: str
    paused_by: str
    problem: str


class Said(msgspec.Struct, frozen=True, kw_only=True):
    """A word on what somebody decides.

    Attributes:
        reason: Why.
    """

    reason: str = ""


class SalesAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """Sales of a period, with customers and orders at its end or today.

    Attributes:
        period: The period.
        on: The day of stocks: its end, or today if that is earlier.
        kpis: What is looked for first.
        backlog: Price of all open orders.
        backlog_hashrate: Hash rate of all open orders.
        deposits: Customers' money.
        deposits_btc: Customers' bitcoin.
        lines: By product line.
        prices: Average prices of the last quarters, the oldest first.
        customers: By backlog, then revenue.
        orders: Open ones first, then the latest.
        deliveries: Of the period, the latest first.
        more: How many deliveries are not listed.
    """

    period: PeriodRow
    on: str
    kpis: tuple[KpiRow, ...]
    backlog: Figure
    backlog_hashrate: Figure
    deposits: Figure
    deposits_btc: Figure
    lines: tuple[LineRow, ...]
    prices: tuple[PriceRow, ...]
    customers: tuple[CustomerRow, ...]
    orders: tuple[OrderRow, ...]
    deliveries: tuple[DeliveryRow, ...]
    more: int


class SavedView(msgspec.Struct, frozen=True, kw_only=True):
    """A view that somebody saved.

    Attributes:
        name: What he or she calls it.
        query: The page's query.
        made_us: When.
    """

    name: str
    query: str
    made_us: int


class Search(msgspec.Struct, frozen=True, kw_only=True):
    """What facts are looked for; each condition that is not "" or None must hold.

    Attributes:
        kind: Beginning of the kind: "treasury." or "treasury.bitcoin-sold".
        actor: Who wrote it, exactly.
        start: First accounting date.
        end: Last accounting date.
        text: Words that stand in the fact as stored: key, fields or evidence; case of Latin letters does not
            count.
    """

    kind: str
    actor: str
    start: dt.date | None
    end: dt.date | None
    text: str


class SeriesAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """A machine over time.

    Attributes:
        site: Its site.
        asset: The machine.
        start_s: First second asked for, since 1970.
        end_s: First second after.
        resolution: Samples one by one, by 5 minutes or by hours.
        at_s: Instants, or beginnings of intervals.
        fields: The readings.
        reason: Why there is nothing, "" where there is something.
    """

    site: str
    asset: str
    start_s: int
    end_s: int
    resolution: Literal["hours", "minutes-5", "samples"]
    at_s: tuple[int, ...]
    fields: tuple[SeriesField, ...]
    reason: str


class SeriesField(msgspec.Struct, frozen=True, kw_only=True):
    """One reading over time.

    Attributes:
        name: The reading.
        en: Label in English.
        zh: Label in Traditional Chinese.
        unit: Its unit.
        values: One for each instant; None where unknown.
    """

    name: str
    en: str
    zh: str
    unit: str
    values: tuple[float | None, ...]


class Session(msgspec.Struct, frozen=True, kw_only=True):
    """A session as it is shown; it does not contain what the browser holds.

    Attributes:
        id: Its id.
        person: Whose.
        made_us: When it began.
        seen_us: Last visit, to the minute.
        until_us: When it ends in any case.
        pending: Whether the second factor is still waited for.
        address: Network address that it began from.
        agent: What the browser said it is.
    """

    id: str
    person: str
    made_us: int
    seen_us: int
    until_us: int
    pending: bool
    address: str
    agent: str


class SetMode(msgspec.Struct, frozen=True, kw_only=True, tag_field="type", tag="mode"):
    """Change the work mode.

    Attributes:
        mode: Its name, in the words of the model (`mintage.fleet.models`) or of its driver.
    """

    mode: str


class SetPools(msgspec.Struct, frozen=True, kw_only=True, tag_field="type", tag="pools"):
    """Work for other pools.

    Attributes:
        pools: The first one first.
    """

    pools: tuple[PoolSetting, ...]


class SetPower(msgspec.Struct, frozen=True, kw_only=True, tag_field="type", tag="power"):
    """Aim at another input power, where the machine can.

    Attributes:
        power_w: Watts at the inlet.
    """

    power_w: int


class SiteAlert(msgspec.Struct, frozen=True, kw_only=True):
    """An alert and where it is.

    Attributes:
        site: The site.
        alert: The alert.
        headline_en: It in one line, in English.
        headline_zh: In Traditional Chinese.
    """

    site: str
    alert: Alert
    headline_en: str
    headline_zh: str


class SiteCard(msgspec.Struct, frozen=True, kw_only=True):
    """One site.

    Attributes:
        name: Its name in the ledger.
        title: Its name as shown.
        region: Its region, "" where unknown.
        latitude: Degrees north; None where nobody said.
        longitude: Degrees east; None where nobody said.
        known: Local: its state is on this machine; remote: it uploads; journal: only facts tell of it.
        attended: Whether its agent runs on this machine.
        problem: Why it cannot be read, "" where it can.
        told_us: Instant of its newest reading on its own clock; None where there is none.
        now_us: The site's own time now, by which that reading has an age.
        installed: Hash rate racked, by the ledger.
        energized: Hash rate powered, by the ledger.
        operating: Last measured average, by the ledger.
        window: The period that the average is over, "" where there is none.
        efficiency_booked: Last measured efficiency, by the ledger.
        live: Hash rate that its machines report now.
        expected: Hash rate that they should have.
        power: Power that they report.
        efficiency: Energy per hash of those that tell both.
        profit: What they earn less power, a day at this moment's prices.
        machines: Machines that are known.
        states: How many are in which state.
        struck: Machines with an open alert.
        hottest: The hottest chip.
    """

    name: str
    title: str
    region: str
    latitude: decimal.Decimal | None
    longitude: decimal.Decimal | None
    known: Literal["journal", "local", "remote"]
    attended: bool
    problem: str
    told_us: int | None
    now_us: int
    installed: Figure
    energized: Figure
    operating: Figure
    window: str
    efficiency_booked: Figure
    live: Figure
    expected: Figure
    power: Figure
    efficiency: Figure
    profit: Figure
    machines: int
    states: dict[str, int]
    struck: int
    hottest: Figure


class SiteCost(msgspec.Struct, frozen=True, kw_only=True):
    """A site's cash cost.

    Attributes:
        site: The site.
        mined: BTC that pools credited it.
        amounts: USD by row: power, hosting, site, cash.
        per_btc: USD per bitcoin by row.
    """

    site: str
    mined: Figure
    amounts: dict[str, Figure]
    per_btc: dict[str, Figure]


class SiteEnergy(msgspec.Struct, frozen=True, kw_only=True):
    """A site's power.

    Attributes:
        site: The site.
        now: What is known now; None where its agent keeps no state on this machine.
        why_not: Why nothing is known now.
        months: Its power by month, the latest first, by the journal.
        curtailed: Curtailments in the journal, the latest first.
    """

    site: str
    now: SiteNow | None
    why_not: str
    months: tuple[PowerMonth, ...]
    curtailed: tuple[PastCurtailment, ...]


class SiteHeat(msgspec.Struct, frozen=True, kw_only=True):
    """A site's heat.

    Attributes:
        site: The site.
        day: UTC day that is asked about.
        outdoor: Outdoor temperature that was given for it.
        meters: Heat meters and the power that they show.
        contracts: Its contracts.
        days: The day by each contract in force.
        sold: What is booked, the latest first.
        total: All that is booked.
        total_value: Its value.
        why_not: Why there is no contract.
    """

    site: str
    day: dt.date
    outdoor: decimal.Decimal | None
    meters: dict[str, Figure]
    contracts: tuple[ContractRow, ...]
    days: tuple[HeatRow, ...]
    sold: tuple[SoldRow, ...]
    total: Figure
    total_value: Figure
    why_not: str


class SiteNow(msgspec.Struct, frozen=True, kw_only=True):
    """What is known of a site whose agent keeps its state on this machine.

    Attributes:
        region: Its region.
        attended: Whether its agent runs.
        now_us: Its time.
        pue: Its PUE.
        worths: What power costs and hash rate earns now.
        breakevens: Models at the site, the one that pays longest first.
        unknown_models: Models that are in no table.
        load: What it draws now.
        day: Local day of the hours.
        before: The day before.
        after: The day after.
        zone: Zone of the tariff's wall clock; "" without a tariff.
        hours: What a MWh costs in each hour of the day.
        no_hours: Why there are none.
        open: Curtailments that go on or wait.
        rules: Rules and sources.
        may_act: Whether the reader may curtail.
    """

    region: str
    attended: bool
    now_us: int
    pue: Figure
    worths: Worths
    breakevens: tuple[BreakevenRow, ...]
    unknown_models: tuple[str, ...]
    load: Load
    day: dt.date
    before: dt.date
    after: dt.date
    zone: str
    hours: tuple[HourRow, ...]
    no_hours: str
    open: tuple[EventRow, ...]
    rules: tuple[RuleRow, ...]
    may_act: bool


class SitePlan(msgspec.Struct, frozen=True, kw_only=True):
    """A site as drawn.

    Attributes:
        site: The site.
        metric: What the colours mean.
        choices: Every metric.
        names: Every hall.
        legend: The classes, those without a reading and empty slots last.
        halls: The halls, in slots as lengths.
        alerts: Open alerts of the site.
        version: Version of the board, for live updates.
    """

    site: SiteCard
    metric: MetricsMetric
    choices: tuple[MetricChoice, ...]
    names: tuple[HallChoice, ...]
    legend: tuple[LegendRow, ...]
    halls: tuple[HallPlan, ...]
    alerts: tuple[SiteAlert, ...]
    version: int


class SiteProduction(msgspec.Struct, frozen=True, kw_only=True):
    """A site's production: a period, or one day where a day is asked for.

    Attributes:
        production: The period; None where a day is asked for.
        day: The day; None where a period is asked for.
    """

    production: Production | None
    day: ProductionDay | None


class SitePulse(msgspec.Struct, frozen=True, kw_only=True):
    """A site as its machines tell it now.

    Attributes:
        site: Its name.
        machines: How many are known.
        hashing: How many hash.
        hashrate: Of those that tell it.
        told_us: Instant of its newest reading; None where there is none.
        now_us: The site's own time now.
        problem: Why it cannot be read; "" where it can.
    """

    site: str
    machines: int
    hashing: int
    hashrate: Figure
    told_us: int | None
    now_us: int
    problem: str


class SiteRequest(msgspec.Struct, frozen=True, kw_only=True):
    """A request and where it is.

    Attributes:
        site: The site.
        request: The request.
        may_decide: Whether the reader may approve or reject it.
        may_cancel: Whether the reader may take it back.
    """

    site: str
    request: ActionRequest
    may_decide: bool
    may_cancel: bool


class SiteRow(msgspec.Struct, frozen=True, kw_only=True):
    """A site in the list.

    Attributes:
        site: The site.
        here: Whether its agent keeps its state on this machine.
        attended: Whether its agent runs.
        power: What one more MWh costs now.
        highest: Breakeven of the best model at the site.
        lowest: Breakeven of the worst.
        load: What it draws now.
        load_by: Who says so.
        limit: What its feeders may carry together.
        share: Load over limit, 0 to 1; None where unknown.
        shed: What open curtailments are to shed now.
        waits: Curtailments that wait for a second person.
        month: Its power in the asked period, by the journal.
        href: Its page.
    """

    site: str
    here: bool
    attended: bool
    power: Figure
    highest: Figure
    lowest: Figure
    load: Figure
    load_by: Literal["", "machines", "meters"]
    limit: Figure
    share: float | None
    shed: Figure
    waits: int
    month: PowerMonth
    href: str


class SiteSetting(msgspec.Struct, frozen=True, kw_only=True):
    """A site that the server works with.

    Attributes:
        name: Its name.
        region: Its region.
        cooling: How it is cooled.
        attended: Whether its agent runs.
        machines: Machines on the board.
        users: Who may act according to the site's own file, with roles.
        pools: Its accounts at pools: name, adapter, and the variable that holds the token.
        meters: Its meters.
        headquarters: Where it uploads to; "" where this machine is headquarters.
        problem: Why it cannot be worked with, "" where it can.
    """

    name: str
    region: str
    cooling: str
    attended: bool
    machines: int
    users: dict[str, tuple[str, ...]]
    pools: tuple[dict[str, str], ...]
    meters: tuple[str, ...]
    headquarters: str
    problem: str


class SiteTariff(msgspec.Struct, frozen=True, kw_only=True):
    """A site's tariff and what it made of the meters' readings.

    Attributes:
        site: The site.
        name: The tariff; "" where there is none.
        why_not: Why there is none.
        zone: Zone of its wall clock.
        now_us: The site's time.
        clock: The same on the tariff's wall clock.
        since: First day of the version in force; None where none is.
        until: Day on which it no longer applies; None where open.
        losses: Energy that is billed on top of what is metered.
        tax: Tax on rows that are taxed.
        terms: Prices and charges.
        gaps: Days that no version covers.
        prices: What one more MWh costs in each hour of the day.
        day: UTC day of the hours.
        hours: The day's hours.
        day_rows: Rows of the day's bill.
        day_cost: Its sum.
        left_out: Demand charges that only the month's bill settles.
        month: Month of the bill, "2025-07".
        bill: Rows of the month's bill so far.
        bill_sum: Its sum; what is known of it where a row is unknown.
        peaks: The month's peaks.
        before: The day before.
        after: The day after; None where that has not begun.
    """

    site: str
    name: str
    why_not: str
    zone: str
    now_us: int
    clock: str
    since: dt.date | None
    until: dt.date | None
    losses: Figure | None
    tax: Figure | None
    terms: tuple[Term, ...]
    gaps: tuple[str, ...]
    prices: tuple[HourRow, ...]
    day: dt.date
    hours: tuple[HourBill, ...]
    day_rows: tuple[BillRow, ...]
    day_cost: Figure | None
    left_out: tuple[str, ...]
    month: str
    bill: tuple[BillRow, ...]
    bill_sum: Figure | None
    peaks: tuple[Peak, ...]
    before: dt.date
    after: dt.date | None


class SiteTotal(msgspec.Struct, frozen=True, kw_only=True):
    """A site's period.

    Attributes:
        site: The site; "" for all.
        earned: BTC booked as earned.
        value: At what value.
        expected: BTC expected over the days for which that is known and something was earned.
        gap: Earned over expected on those days, less one.
        uptime: Mean of the days that know it.
        days: Days of which the journal tells.
        differs: Days that differ.
        open: Days that are open.
        agrees: Days that agree.
        href: Page of the site.
    """

    site: str
    earned: Figure
    value: Figure
    expected: Figure
    gap: Figure
    uptime: Figure
    days: int
    differs: int
    open: int
    agrees: int
    href: str


class SiteWindow(msgspec.Struct, frozen=True, kw_only=True):
    """Maintenance and where it is.

    Attributes:
        site: The site.
        window: The window.
        open: Whether it holds now, by the site's clock.
    """

    site: str
    window: StoreWindow
    open: bool


class Sleep(msgspec.Struct, frozen=True, kw_only=True, tag_field="type", tag="sleep"):
    """Stop hashing; the control board stays on."""


class SoldRow(msgspec.Struct, frozen=True, kw_only=True):
    """Heat sold, as it is booked.

    Attributes:
        day: Accounting date.
        customer: Who owes for it.
        energy: Heat.
        value: What it is worth.
        grade: How well it is known.
    """

    day: dt.date
    customer: str
    energy: Figure
    value: Figure
    grade: str


class SortingPage(msgspec.Struct, frozen=True, kw_only=True):
    """A page of sorting runs, the latest first.

    Attributes:
        rows: The runs.
        total: How many there are.
        next: Cursor of the next page, "" where there is none.
    """

    rows: tuple[SortingRow, ...]
    total: int
    next: str


class SortingRow(msgspec.Struct, frozen=True, kw_only=True):
    """A sorting run: wafers became chips.

    Attributes:
        key: Key of its fact.
        date: Its day.
        wafer: Design of the wafers.
        place: Store of the chips.
        wafers: Used up.
        chips: Good ones.
        per_wafer: Good chips of a wafer.
        die_yield: Good chips over whole dies, percent.
        packaging: Cost of dicing, packaging and test.
        chip_cost: What a chip cost, wafer and packaging.
        bins: By grade.
        href: Address of the fact.
    """

    key: str
    date: str
    wafer: str
    place: str
    wafers: Figure
    chips: Figure
    per_wafer: Figure
    die_yield: Figure
    packaging: Figure
    chip_cost: Figure
    bins: tuple[Bin, ...]
    href: str


class Sourced(msgspec.Struct, frozen=True, kw_only=True):
    """The sources' last answer about the day.

    Attributes:
        job: The job that asked.
        steps: What they told; none while it runs or where it failed.
        recorded: Facts that were recorded then.
        missing: What could not be recorded, and why.
        asked_us: When, by the site's clock; 0 where there is no answer.
    """

    job: Job
    steps: tuple[StepRow, ...]
    recorded: tuple[str, ...]
    missing: tuple[str, ...]
    asked_us: int


class Stage(msgspec.Struct, frozen=True, kw_only=True):
    """One stage of the chain.

    Attributes:
        id: Its id.
        en: Name in English.
        zh: Name in Traditional Chinese.
        icon: Name of its icon.
        branch: Where it stands in the picture.
        href: Page with all of it.
        state: Whether it is used; see `StageState`.
        next_en: What to do first where it is empty, in English.
        next_zh: In Traditional Chinese.
        lines: Its figures.
        places: Its parts, the largest first.
        stuck: How many things are stuck there.
        tone: The worst of them; "" where nothing is.
    """

    id: str
    en: str
    zh: str
    icon: str
    branch: Literal["keep", "mine", "sell", "trunk"]
    href: str
    state: Literal["closed", "empty", "unused", "used"]
    next_en: str
    next_zh: str
    lines: tuple[Line, ...]
    places: tuple[ChainAnswerPlace, ...]
    stuck: int
    tone: Literal["bad", "good", "idle", "warn", ""]


class StateRow(msgspec.Struct, frozen=True, kw_only=True):
    """Bitcoin in one state.

    Attributes:
        state: Free, pool, pledged, receivable, lent or deposits.
        owned: Whether the company owns it; customers' deposits it only holds.
        held: How much.
        carrying: Carrying amount in the books.
        cost: Cost of its lots.
        value: Worth at the price.
        share: Of what is owned, percent; unknown for what is not owned.
    """

    state: Literal["deposits", "free", "lent", "pledged", "pool", "receivable"]
    owned: bool
    held: Figure
    carrying: Figure
    cost: Figure
    value: Figure
    share: Figure


class StatementAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """A statement of a period with its comparatives.

    Attributes:
        id: Which one.
        en: Name in English.
        zh: Name in Traditional Chinese.
        period: The period and what became of it.
        before: Name of the period before.
        year_before: Name of the period of the year before.
        rows: Its rows.
        unit: Unit of its amounts.
    """

    id: Literal["balance", "bridge", "cash_flow", "cash_flow_direct", "cash_flow_indirect", "income"]
    en: str
    zh: str
    period: PeriodRow
    before: str
    year_before: str
    rows: tuple[StatementRow, ...]
    unit: str


class StatementRow(msgspec.Struct, frozen=True, kw_only=True):
    """One row of a statement.

    Attributes:
        id: Its id.
        en: Name in English.
        zh: Name in Traditional Chinese.
        kind: Heading, line, sum or ratio.
        level: Indent.
        now: The period's figure.
        before: That of the period before.
        year_before: That of the year before.
        growth_before: Growth from the period before, percent.
        growth_year: Growth from the year before, percent.
    """

    id: str
    en: str
    zh: str
    kind: Literal["heading", "line", "ratio", "sum"]
    level: int
    now: Figure
    before: Figure
    year_before: Figure
    growth_before: Figure
    growth_year: Figure


class Step(msgspec.Struct, frozen=True, kw_only=True):
    """A step of a trace.

    Attributes:
        kind: What it is.
        label: Its id or name.
        value: Its amount as printed, or "".
        note: What else a reader must know, in English.
        note_zh: The same in Traditional Chinese, "" where it is told by its pattern.
        href: Page of it, "" where there is none.
        steps: What it was made from.
    """

    kind: Literal["account", "definition", "evidence", "fact", "group", "kpi", "lot", "move", "term"]
    label: str
    value: str
    note: str
    note_zh: str
    href: str
    steps: tuple[Step, ...]


class StepRow(msgspec.Struct, frozen=True, kw_only=True):
    """One step.

    Attributes:
        id: Its id, a key of `mintage.daily.booked.STEPS`.
        pool: Pool that it is about; "" where it is about the site.
        part: Part of the way: work, credit, payment or energy.
        amount: What was found.
        against: What it should be, by the step before; None where it is held against nothing.
        difference: Amount less against; None where it is held against nothing.
        tolerance: Largest difference that passes.
        verdict: Ok, beyond or unknown.
        reason: Why it is unknown, or what a reader must know.
        facts: The facts that it comes from.
    """

    id: str
    pool: str
    part: Literal["credit", "energy", "payment", "work"]
    amount: Figure
    against: Figure | None
    difference: Figure | None
    tolerance: Figure | None
    verdict: Literal["beyond", "ok", "unknown"]
    reason: str
    facts: tuple[FactLink, ...]


class StockLine(msgspec.Struct, frozen=True, kw_only=True):
    """Goods of one kind at one place.

    Attributes:
        stage: Wafers, chips, finished or materials.
        goods: What, such as "a15-194".
        place: Plant or store.
        units: How many; unknown where only money is counted.
        cost: What they cost landed.
        unit_cost: Of one.
        oldest: Day on which the oldest of them came in; "" for materials.
        age_days: Mean age weighted by units; None for materials.
    """

    stage: str
    goods: str
    place: str
    units: Figure
    cost: Figure
    unit_cost: Figure
    oldest: str
    age_days: int | None


class StoreWindow(msgspec.Struct, frozen=True, kw_only=True):
    """Maintenance: what happens to these machines meanwhile is no alert.

    Attributes:
        id: Its id, "w-" and eight hexadecimal digits.
        scope: Machines (`mintage.fleet.scope`); "all" also quiets meters, feeders and parts.
        from_us: First instant.
        to_us: Last instant.
        who: Who said so.
        why: Why.
    """

    id: str
    scope: str
    from_us: int
    to_us: int
    who: str
    why: str


class Stuck(msgspec.Struct, frozen=True, kw_only=True):
    """Something that waits longer, or stands closer to a limit, than it should.

    Attributes:
        rule: Id of the rule that found it.
        stage: Id of the stage where it is stuck, or "books" or "people".
        tone: Bad or warn.
        en: What is wrong, in English.
        zh: In Traditional Chinese.
        remedy_en: What to do, in English.
        remedy_zh: In Traditional Chinese.
        who: Customer, site, lender, foundry, plant or period that it is about; "" where it is about the
            company.
        amount: How much is stuck.
        measure: What the rule measures: days, per cent, hours.
        limit: From where on it is bad.
        since: Day since which it waits; None where no day can be told.
        at_least: Whether it waits since before the ledger began.
        more: How many of the same kind follow that are not shown.
        href: Where to act.
        score: Measure over limit, per cent, by which the list is ranked.
    """

    rule: str
    stage: str
    tone: Literal["bad", "good", "idle", "warn"]
    en: str
    zh: str
    remedy_en: str
    remedy_zh: str
    who: str
    amount: Figure | None
    measure: Figure
    limit: Figure
    since: dt.date | None
    at_least: bool
    more: int
    href: str
    score: int


class Subject(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody or something that a rule found fault with.

    Attributes:
        key: Asset id of a machine, or "kind:name" of a gauge.
        label: How people find it.
        rack: Its rack, "" where it has none.
        feeder: Its feeder, "" where it has none.
    """

    key: str
    label: str
    rack: str
    feeder: str


class System(msgspec.Struct, frozen=True, kw_only=True):
    """The server itself.

    Attributes:
        version: Of Mintage.
        python: Of Python.
        demo: Whether it is a demonstration.
        facts: Facts in the journal.
        head: Hash of the last one, hex.
        viewers: Who watches live state now.
        sites: The sites.
        feeds: Where prices come from.
        files: What it keeps.
    """

    version: str
    python: str
    demo: bool
    facts: int
    head: str
    viewers: int
    sites: tuple[SiteSetting, ...]
    feeds: tuple[Feed, ...]
    files: tuple[FileSetting, ...]


class TargetRow(msgspec.Struct, frozen=True, kw_only=True):
    """One machine of a curtailment.

    Attributes:
        asset: The machine.
        rank: Its place in the order of shedding, from 1.
        state: Where it stands.
        want: "asleep", "run", or the lower mode.
        before: Power that it drew before.
        before_by: Who said so.
        sheds: Power that shedding it saves.
        efficiency: Its energy per hash before.
        confirmed_us: When its readings first bore the shedding out.
        restored_us: When they bore the restoring out.
        told: How often it was told anything.
        drifts: How often it ran again by itself.
        words: Its own words, or why it stands where it stands.
        held: Whether the curtailment holds it, so that it can be released.
        href: Its page.
    """

    asset: str
    rank: int
    state: str
    want: str
    before: Figure
    before_by: str
    sheds: Figure
    efficiency: Figure
    confirmed_us: int | None
    restored_us: int | None
    told: int
    drifts: int
    words: str
    held: bool
    href: str


class TellPrice(msgspec.Struct, frozen=True, kw_only=True):
    """Tell a site what power costs or hash rate earns now.

    Attributes:
        price_usd_mwh: Price of power; forgotten after an hour.
        hashprice_usd_ph_day: Hashprice; forgotten after two days.
    """

    price_usd_mwh: float | None = None
    hashprice_usd_ph_day: float | None = None


class Term(msgspec.Struct, frozen=True, kw_only=True):
    """One price or charge of the tariff.

    Attributes:
        part: What it is for.
        kind: Fixed, time-of-use, indexed or block-and-index for energy; its part otherwise.
        name: Its row on the bill.
        band: Band, block or index; "" where it has none.
        price: The price or charge.
        when: The times that it applies at; none where always.
        now: Whether it applies now.
        now_price: What it is now, where that differs from the price; None otherwise.
        taxed: Whether tax is due on it.
        note: What a reader must know of it.
    """

    part: Literal["coincident", "demand", "energy", "monthly", "program"]
    kind: str
    name: str
    band: str
    price: Figure
    when: tuple[WindowsWindow, ...]
    now: bool
    now_price: Figure | None
    taxed: bool
    note: str


class TextChoices(msgspec.Struct, frozen=True, kw_only=True):
    """What can be chosen for a new tie-out.

    Attributes:
        periods: Names of periods that the books have closed, the newest first.
        period: The one that is likeliest.
        text_bytes_max: How large a text may be.
    """

    periods: tuple[str, ...]
    period: str
    text_bytes_max: int


class Thermal(msgspec.Struct, frozen=True, kw_only=True, tag_field="kind", tag="thermal"):
    """Shed machines that are too hot, until what enters them is cool again.

    Attributes:
        inlet_c: Highest temperature of the air or liquid that enters; None for no limit.
        chip_c: Highest temperature of a chip; None for no limit.
        band_c: Machines come back when so much cooler.
    """

    inlet_c: float | None
    chip_c: float | None
    band_c: float


class TieOut(msgspec.Struct, frozen=True, kw_only=True):
    """One text with its figures and how they stand.

    Attributes:
        row: The text's place among those that are kept.
        progress: The job, while nothing came out of it.
        verdict: Only figures with this verdict are shown; "" for all.
        metric: Only figures of this metric are shown; "" for all.
        metrics: Metrics of all its figures, the most frequent first.
        paragraphs: The text; with a filter only paragraphs in which something is shown.
        figures: The figures that are shown, in reading order.
        notes: What the translation lost; none with a filter.
        earlier: Earlier tie-outs of the same text, or of a text of the same title.
        against: Id of the one that it is compared with, "" for none.
        changes: What stands differently since.
        may_delete: Whether the reader may delete it.
        may_run: Whether the reader may tie it out again.
    """

    row: TieOutRow
    progress: Job | None
    verdict: str
    metric: str
    metrics: tuple[DisclosureViewMetric, ...]
    paragraphs: tuple[ParagraphView, ...]
    figures: tuple[FigureView, ...]
    notes: tuple[NoteView, ...]
    earlier: tuple[TieOutRow, ...]
    against: str
    changes: tuple[DisclosureViewChange, ...]
    may_delete: bool
    may_run: bool


class TieOutRow(msgspec.Struct, frozen=True, kw_only=True):
    """A text that was tied out.

    Attributes:
        id: Its id.
        title: What it is called.
        period: The period that it reports on.
        sha256: Hex digest of the text.
        bytes: Its size.
        asked_by: Who gave it.
        at_us: When, microseconds since 1970 UTC.
        job: Id of the job that ties it out.
        state: How far that is.
        figures: How many figures it has; None while that is not known.
        verdicts: How many of them have each verdict; empty while that is not known.
        notes: How many notes on the translation there are; None while that is not known.
    """

    id: str
    title: str
    period: str
    sha256: str
    bytes: int
    asked_by: str
    at_us: int
    job: str
    state: Literal["cancelled", "done", "failed", "running", "waiting"]
    figures: int | None
    verdicts: dict[str, int]
    notes: int | None


class Token(msgspec.Struct, frozen=True, kw_only=True):
    """A token as it is shown; it does not contain the secret.

    Attributes:
        id: Its id.
        person: In whose name it acts.
        label: What it is for.
        rights: The rights that it may use, as far as the person has them.
        sites: The sites that it may see and act on; none for all of the person's.
        made_us: When it was made.
        made_by: By whom.
        until_us: When it ends.
        used_us: Last use, to the minute; 0 for never.
    """

    id: str
    person: str
    label: str
    rights: tuple[str, ...]
    sites: tuple[str, ...]
    made_us: int
    made_by: str
    until_us: int
    used_us: int


class TokenBody(msgspec.Struct, frozen=True, kw_only=True):
    """A token to be made.

    Attributes:
        label: What it is for.
        rights: The rights that it may use.
        sites: The sites that it is for; none for all.
        days: How long it is worth something.
    """

    label: str
    rights: tuple[str, ...]
    sites: tuple[str, ...] = ()
    days: int = 90


class TokenMade(msgspec.Struct, frozen=True, kw_only=True):
    """A token that was made.

    Attributes:
        token: As it is listed.
        secret: What the program sends; told this once.
    """

    token: Token
    secret: str


class TotalsAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """Sums over the machines of the table.

    Attributes:
        machines: How many.
        states: How many in which state.
        hashrate: Hash rate.
        power: Power.
        efficiency: Energy per hash.
        profit: Profit a day.
        hottest: The hottest chip.
        struck: Machines with an open alert.
    """

    machines: int
    states: dict[str, int]
    hashrate: Figure
    power: Figure
    efficiency: Figure
    profit: Figure
    hottest: Figure
    struck: int


class TransactionRow(msgspec.Struct, frozen=True, kw_only=True):
    """A transaction as shown.

    Attributes:
        txid: Its id.
        at_us: Time of its block; None while it waits.
        amount: In (+) or out (-).
        confirmations: Blocks on it.
        fact: Key of the fact that tells of it, "" where none does.
        href: Address of that fact.
    """

    txid: str
    at_us: int | None
    amount: Figure
    confirmations: int
    fact: str
    href: str


class TreasuryAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """The treasury at the end of a day.

    Attributes:
        on: The day.
        price: The price that values are at.
        states: Bitcoin by state.
        owned: All that is owned.
        deposits: Customers' bitcoin, apart.
        unrealized: Worth of what is owned less its cost.
        history: Bitcoin by state over time.
        options: Options written; none where no fact tells of any.
        cash: USD and other money in banks.
        debt: Loans and accrued interest.
    """

    on: str
    price: PriceNow
    states: tuple[StateRow, ...]
    owned: StateRow
    deposits: StateRow
    unrealized: Figure
    history: History
    options: tuple[OptionRow, ...]
    cash: Figure
    debt: Figure


class View(msgspec.Struct, frozen=True, kw_only=True):
    """A view of the table of machines to save.

    Attributes:
        name: What to call it; one of that name is replaced.
        query: The table's query.
    """

    name: str
    query: str


class Wake(msgspec.Struct, frozen=True, kw_only=True, tag_field="type", tag="wake"):
    """Hash again."""


class WalletList(msgspec.Struct, frozen=True, kw_only=True):
    """All wallets that are watched.

    Attributes:
        rows: As the file of wallets has them.
        reason: Why there are none, "" where there are some.
    """

    rows: tuple[WalletRow, ...]
    reason: str


class WalletRow(msgspec.Struct, frozen=True, kw_only=True):
    """One wallet, on chain and in the ledger.

    Attributes:
        wallet: Its name.
        network: The chain that it is on.
        state: Agrees, differs, unread or failed.
        chain: What it holds on chain.
        waiting: What transactions would change that are not deep enough.
        ledger: What the ledger says.
        gap: How much more the chain holds.
        at_us: When it was read, microseconds since 1970 UTC; None where it never was.
        confirmations: Blocks that make a transaction count.
        unexplained: How many transactions no fact tells of.
        transactions: The newest.
        problem: Why it could not be read.
    """

    wallet: str
    network: str
    state: Literal["agrees", "differs", "failed", "unread"]
    chain: Figure
    waiting: Figure
    ledger: Figure
    gap: Figure
    at_us: int | None
    confirmations: int
    unexplained: int
    transactions: tuple[TransactionRow, ...]
    problem: str


class WindowsWindow(msgspec.Struct, frozen=True, kw_only=True):
    """When something applies, by the wall clock of the tariff's zone.

    Attributes:
        months: Months of the year, 1 to 12.
        days: Days of the week, and "holiday" for the tariff's holidays, which are no other day.
        hours: Spans such as "07:00-21:00"; one that ends before it begins runs over midnight.
    """

    months: tuple[int, ...]
    days: tuple[Literal["fri", "holiday", "mon", "sat", "sun", "thu", "tue", "wed"], ...]
    hours: tuple[str, ...]


class Wish(msgspec.Struct, frozen=True, kw_only=True):
    """How much is to be shed, of which machines, for how long. What is None is as the site's rules have it.

    Attributes:
        kind: "fixed" sheds `kw`; "full" every machine in scope; "cap" keeps the power under `kw`; "breakeven"
            sheds what costs more to run than it earns; "thermal" what is hotter than `inlet_c` or `chip_c`.
        kw: Power to shed, or the cap, kW.
        feeder: Feeder that the cap is of; "" for the site.
        hashprice_usd_ph_day: Hashprice to go by; what the site was told, else the journal's, where left out.
        price_usd_mwh: Price of power to go by; what the site was told, else its tariff's, where left out.
        inlet_c: Shed machines whose inlet is hotter, °C.
        chip_c: Shed machines with a hotter chip, °C.
        scope: Machines, in the language of `mintage.fleet.scope`.
        exclude: Machines that are never shed, in the same words.
        heat: Machines that heat for somebody; they are shed last.
        lower_modes: Whether machines may be set to lower work modes too.
        starts: Instant at which it begins, ISO 8601; "" for at once.
        until: Instant at which machines come back, ISO 8601; "" where the minutes or the longest hold end it.
        for_min: Minutes after its begin at which machines come back.
        restore_machines: Machines in one step of coming back; 0 for no limit.
        restore_kw: KW in one step; 0 for no limit.
        restore_every_s: Seconds between steps.
    """

    kind: Literal["breakeven", "cap", "fixed", "full", "thermal"]
    kw: int | None = None
    feeder: str = ""
    hashprice_usd_ph_day: float | None = None
    price_usd_mwh: float | None = None
    inlet_c: float | None = None
    chip_c: float | None = None
    scope: str = "all"
    exclude: str | None = None
    heat: str | None = None
    lower_modes: bool | None = None
    starts: str = ""
    until: str = ""
    for_min: float | None = None
    restore_machines: int | None = None
    restore_kw: int | None = None
    restore_every_s: float | None = None


class Withdrawal(msgspec.Struct, frozen=True, kw_only=True):
    """Taking back what one asked for.

    Attributes:
        site: The site that it was asked of, where it was a site; "" for the company.
        why: Why; a site wants to know.
    """

    site: str = ""
    why: str = ""


class Worths(msgspec.Struct, frozen=True, kw_only=True):
    """What power costs and hash rate earns now.

    Attributes:
        power: What one more MWh costs.
        power_by: Who says so: "tariff NAME", or whoever told the site; "" where nobody does.
        parts: What the tariff's price is made of.
        hashprice: What hash rate earns.
        hashprice_by: "journal", or whoever told the site; "" where nobody does.
        basis: What the journal's hashprice rests on.
    """

    power: Figure
    power_by: str
    parts: tuple[PricePart, ...]
    hashprice: Figure
    hashprice_by: str
    basis: str


class WrittenFile(msgspec.Struct, frozen=True, kw_only=True):
    """An export or a backup, while it is written and as long as it is kept.

    Attributes:
        job: The work.
        file: Address of the file; "" where there is none yet, or none any more.
        bytes: Its size.
        sha256: Its hex digest, where it is a backup.
        until_us: Until when it is kept.
    """

    job: Job
    file: str
    bytes: int
    sha256: str
    until_us: int
