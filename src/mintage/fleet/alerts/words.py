"""Alerts in words: English and Traditional Chinese, for people, mail and webhooks."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime
from typing import Any, Literal

from mintage.fleet.alerts.rules import Rule
from mintage.fleet.alerts.store import Alert, Member
from mintage.fleet.alerts.subjects import Subject

Language = Literal["en", "zh"]
MessageKind = Literal["opened", "grown", "reminder", "cleared", "test"]
LISTED_MAX = 50
"""A message names so many machines; the rest are counted."""
_PLACES_MAX = 6
_KINDS: dict[Language, dict[MessageKind, str]] = {
    "en": {"opened": "", "grown": "Growing: ", "reminder": "Still: ", "cleared": "Cleared: ", "test": "Test: "},
    "zh": {"opened": "", "grown": "擴大：", "reminder": "仍在：", "cleared": "已解除：", "test": "測試："},
}
_PLACES: dict[Language, dict[str, str]] = {
    "en": {"rack": "rack {}", "feeder": "feeder {}", "site": "the whole site", "several": "several places"},
    "zh": {"rack": "機櫃 {}", "feeder": "饋線 {}", "site": "全場", "several": "多處"},
}


def detail(rule: Rule, findings: dict[str, str], language: Language) -> str:
    """What was found at one machine."""
    return rule.text("detail", language).format_map(findings).rstrip("：: ")


def headline(alert: Alert, language: Language, kind: MessageKind = "opened") -> str:
    """An alert in one line.

    Args:
        alert: it.
        language: en or zh.
        kind: what is told of it.
    """
    colon = ": " if language == "en" else "："
    title = f"{_KINDS[language][kind]}{alert.title_en if language == 'en' else alert.title_zh}"
    if alert.kind == "one":
        only = alert.members[0] if alert.members else None
        found = (only.detail_en if language == "en" else only.detail_zh) if only else ""
        label = only.subject.label if only else alert.place
        return f"{title}{colon}{label}" + (f"{colon}{found}" if found and kind != "cleared" else "")
    place = _PLACES[language][alert.kind].format(alert.place)
    if alert.kind != "rack" and alert.members:
        place += _racks(alert.members)
    count = _count(alert, kind)
    machines = all(":" not in member.subject.key for member in alert.members)
    if language == "en":
        return f"{title}: {count} {'machines' if machines else 'places'}, {place}"
    return f"{title}：{place}，{count} {'台' if machines else '處'}"


def body(alert: Alert, *, site: str, kind: MessageKind, id_: str, at_us: int) -> dict[str, Any]:
    """An alert as a webhook receives it; keys are stable."""
    listed = () if kind == "cleared" else alert.members[:LISTED_MAX]
    return {
        "id": id_,
        "kind": kind,
        "site": site,
        "at": _iso(at_us),
        "alert": alert.id,
        "rule": alert.rule,
        "severity": alert.severity,
        "opened": _iso(alert.opened_us),
        "place": {"kind": alert.kind, "name": alert.place},
        "count": _count(alert, kind),
        "headline": {"en": headline(alert, "en", kind), "zh": headline(alert, "zh", kind)},
        "remedy": {"en": alert.remedy_en, "zh": alert.remedy_zh},
        "machines": [
            {
                "subject": member.subject.key,
                "label": member.subject.label,
                "rack": member.subject.rack,
                "feeder": member.subject.feeder,
                "detail": {"en": member.detail_en, "zh": member.detail_zh},
            }
            for member in listed
        ],
        "not_listed": 0 if kind == "cleared" else len(alert.members) - len(listed),
    }


def test_body(site: str, who: str, *, id_: str, at_us: int) -> dict[str, Any]:
    """A message that only shows that messages arrive."""
    alert = Alert(
        id="test",
        rule="test",
        severity="info",
        kind="one",
        place="",
        title_en=f"asked for by {who}",
        title_zh=f"由 {who} 送出",
        remedy_en="Nothing: messages of this site arrive.",
        remedy_zh="無需處理：本場地的訊息可送達。",
        opened_us=at_us,
        members=(Member(subject=Subject(site, site), detail_en="", detail_zh="", since_us=at_us),),
    )
    return body(alert, site=site, kind="test", id_=id_, at_us=at_us)


def _count(alert: Alert, kind: MessageKind) -> int:
    """How many are struck; of an alert that is over, how many were when it was told last."""
    return max(len(alert.members), alert.told_count if kind == "cleared" else 0)


def _racks(members: tuple[Member, ...]) -> str:
    counts = Counter(member.subject.rack or member.subject.label for member in members).most_common()
    if len(counts) < 2:
        return ""
    told = ", ".join(f"{name} {count}" for name, count in counts[:_PLACES_MAX])
    return f" ({told}{', ...' if len(counts) > _PLACES_MAX else ''})"


def _iso(at_us: int) -> str:
    return datetime.fromtimestamp(at_us / 1_000_000, UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
