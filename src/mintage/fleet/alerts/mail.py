"""Alerts by e-mail: what is due at one time is one mail, in English, Traditional Chinese or both.

The server is used with STARTTLS where it offers it. A password (MINTAGE_SMTP_USER, MINTAGE_SMTP_PASSWORD) is sent
only over TLS.
"""

from __future__ import annotations

import smtplib
import ssl
from collections.abc import Sequence
from datetime import UTC, datetime
from email.message import EmailMessage
from email.utils import format_datetime
from typing import Any

from mintage.fleet.alerts.words import Language
from mintage.fleet.sites import AlertSettings
from mintage.units.errors import InputError, WireError

USER = "MINTAGE_SMTP_USER"
PASSWORD = "MINTAGE_SMTP_PASSWORD"  # noqa: S105  the variable's name, not a secret
DEADLINE_S = 15.0
SUBJECT_CHARACTERS_MAX = 150
_ORDER = {"critical": 0, "warning": 1, "info": 2}
_WORDS: dict[Language, dict[str, str]] = {
    "en": {"more": "and {} more", "do": "What to do: ", "alerts": "{} alerts at {}", "and": "{} (+{} more)"},
    "zh": {"more": "另有 {} 台", "do": "處理方式：", "alerts": "{1}：{0} 則警報", "and": "{}（另 {} 則）"},
}
_MACHINES_MAX = 20


class Mailbox:
    """Where mail is sent from and to.

    Args:
        settings: server, sender and receivers.
        user: name at the server; "" where it wants none.
        password: password at the server.

    Raises:
        InputError: the settings cannot be used.
    """

    def __init__(self, settings: AlertSettings, user: str = "", password: str = "") -> None:
        host, colon, port = settings.smtp.rpartition(":")
        if not colon or not port.isdigit():
            raise InputError(f"'{settings.smtp}' is not host:port.", field="alerts.smtp")
        if not settings.mail_from or not settings.mail_to:
            raise InputError("a sender and receivers are needed.", field="alerts.mail_from, alerts.mail_to")
        self._host, self._port = host.strip("[]"), int(port)
        self._user, self._password = user, password
        self._settings = settings

    def send(self, messages: Sequence[dict[str, Any]], *, at_us: int) -> None:
        """Send messages as one mail. It blocks: call it in a thread.

        Raises:
            WireError: the server did not take it.
        """
        mail = digest(messages, self._settings, at_us)
        peer = f"{self._host}:{self._port}"
        try:
            with smtplib.SMTP(self._host, self._port, timeout=DEADLINE_S) as server:
                server.ehlo()
                if server.has_extn("starttls"):
                    server.starttls(context=ssl.create_default_context())
                    server.ehlo()
                elif self._user:
                    raise WireError("it offers no TLS, and a password is not sent without.", peer=peer)
                if self._user:
                    server.login(self._user, self._password)
                server.send_message(mail)
        except (smtplib.SMTPException, OSError) as error:
            raise WireError(f"the mail was not taken: {error}.", peer=peer) from error


def digest(messages: Sequence[dict[str, Any]], settings: AlertSettings, at_us: int) -> EmailMessage:
    """One mail for messages as webhooks receive them.

    Its Message-ID comes from the first message's id, so that a mail sent again after a crash is known as the same.
    """
    ordered = sorted(messages, key=lambda item: (item["kind"] == "cleared", _ORDER.get(item["severity"], 9)))
    languages: tuple[Language, ...] = ("en", "zh") if settings.language == "both" else (settings.language,)
    mail = EmailMessage()
    mail["Subject"] = _subject(ordered, languages[0])
    mail["From"] = settings.mail_from
    mail["To"] = ", ".join(settings.mail_to)
    mail["Date"] = format_datetime(datetime.fromtimestamp(at_us / 1_000_000, UTC))
    mail["Message-ID"] = f"<{messages[0]['id']}@{messages[0]['site']}.mintage>"
    mail["Auto-Submitted"] = "auto-generated"
    mail.set_content("\n\n".join(_part(ordered, language) for language in languages))
    return mail


def _subject(messages: Sequence[dict[str, Any]], language: Language) -> str:
    first = messages[0]
    text = f"[{first['site']}] {first['headline'][language]}"
    if len(messages) > 1:
        text = _WORDS[language]["and"].format(text[: SUBJECT_CHARACTERS_MAX - 20], len(messages) - 1)
    return "".join(character if character.isprintable() else " " for character in text)[:SUBJECT_CHARACTERS_MAX]


def _part(messages: Sequence[dict[str, Any]], language: Language) -> str:
    words = _WORDS[language]
    lines = [words["alerts"].format(len(messages), messages[0]["site"]), ""]
    for item in messages:
        lines += [f"* {item['headline'][language]}", f"  {item['severity']}, {item['opened']}, {item['alert']}"]
        shown = item["machines"][:_MACHINES_MAX] if item["place"]["kind"] != "one" else []
        lines += [f"    {machine['label']}: {machine['detail'][language]}".rstrip(": ") for machine in shown]
        left = item["count"] - len(shown)
        if shown and left:
            lines.append(f"    {words['more'].format(left)}")
        if item["kind"] != "cleared":
            lines.append(f"  {words['do']}{item['remedy'][language]}")
        lines.append("")
    return "\n".join("".join(c if c.isprintable() else " " for c in line) for line in lines)
