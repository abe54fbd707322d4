"""A call, release or update read into paragraphs with speaker, line and translation.

Shape: bytes -> `Document` of `Paragraph`s. Nothing here knows about figures.
"""

import re
from pathlib import Path

import msgspec

from mintage.units.errors import InputError, LimitError

SIZE_MAX_BYTES = 20_000_000

_CJK = re.compile(r"[\u3400-\u9fff\uf900-\ufaff\u3000-\u303f\uff01-\uff60]")
_LATIN_WORD = re.compile(r"[A-Za-z]+")
_NAME = r"\[?[A-Z][\w.'’-]*\]?(?: (?:\[?[A-Z][\w.'’-]*\]?|de|van|von|der|la|al)){0,4}"
_ROLE_WORDS = (
    "Analyst|Attendee|Board|CEO|CFO|COO|CTO|Chair(?:man|woman|person)?|Chief|Communications|Company|"
    "Director|Founder|Head|Host|Investor|Manager|Moderator|Officer|Operator|Participant|Partner|"
    "President|Relations|Representative|Secretary|Speaker|Treasurer|VP|Vice"
)
_ROLE = rf"[^.!?:]*\b(?:{_ROLE_WORDS})\b[^.!?:]*"
_SPEAKER_LINE = re.compile(rf"^(?P<name>{_NAME})\s*(?:[-–—,|]\s*{_ROLE})$")
_ROLE_LINE = re.compile(r"^(?:Operator|Moderator|Unidentified [A-Z]\w+|Unknown [A-Z]\w+)$")
_SPEAKER_PREFIX = re.compile(
    rf"^\**(?P<name>{_NAME})(?P<role>\s*(?:\([^)]*\)|[-–—,]\s*{_ROLE}))?\**\s*:\**\s+(?P<text>[A-Za-z\"“(\[].*)$"
)
_ROLE_PREFIX = re.compile(r"^(?:Operator|Moderator|Analyst|Question|Answer|Q|A|CEO|CFO)$")
_TABLE_ROW = re.compile(r"\||\t|\S {2,}\S")
_BULLET = re.compile(r"^\s*(?:[-*•·▪●–—]|\d{1,2}[.)])\s")
_WRAP_WIDTH_MIN = 55
_WRAP_WIDTH_MAX = 120


class Paragraph(msgspec.Struct, frozen=True):
    r"""One paragraph of the source text and the translation printed under it.

    `en` may hold line breaks where the file wraps its lines: the text at offset `i` stands on line
    `line + en.count("\n", 0, i)`. Lines are counted from 1. `speaker` is "" where nobody is named.
    """

    line: int
    speaker: str
    en: str
    zh: str | None = None
    zh_line: int | None = None

    def line_at(self, offset: int) -> int:
        """Return the file's line on which the character `en[offset]` stands."""
        return self.line + self.en.count("\n", 0, offset)


class Document(msgspec.Struct, frozen=True):
    """A text in reading order. `unpaired_zh_lines` are Chinese lines with no English above them."""

    name: str
    paragraphs: tuple[Paragraph, ...]
    unpaired_zh_lines: tuple[int, ...] = ()


class _Line(msgspec.Struct):
    number: int
    text: str
    speaker: str = ""


def read_document(path: Path) -> Document:
    """Read the file at `path`.

    Raises:
        LimitError: the file is larger than `SIZE_MAX_BYTES`.
        InputError: the file is missing, unreadable, empty or not UTF-8.
    """
    name = str(path)
    try:
        size_bytes = path.stat().st_size
        if path.is_dir():
            raise InputError("is a folder, not a text.", file=name, remedy="Name the text file itself.")
        if size_bytes > SIZE_MAX_BYTES:
            raise LimitError(
                f"holds {size_bytes:,} bytes; a text may hold {SIZE_MAX_BYTES:,}.",
                file=name,
                remedy="Give the text of one call, release or update.",
            )
        raw = path.read_bytes()
    except FileNotFoundError:
        raise InputError("does not exist.", file=name, remedy="Check the path.") from None
    except OSError as error:
        raise InputError(f"cannot be read: {error.strerror}.", file=name, remedy="Check the file.") from error
    return parse_document(raw, name)


def parse_document(raw: bytes, name: str = "<text>") -> Document:
    """Split UTF-8 bytes into paragraphs.

    Raises:
        InputError: `raw` is not UTF-8 or holds no text.
    """
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        raise InputError(
            f"is not UTF-8: byte {error.start} is 0x{raw[error.start]:02x}.",
            file=name,
            line=line,
            remedy="Save the text as UTF-8.",
        ) from error
    lines = [_Line(i, line.strip()) for i, line in enumerate(text.replace("\r\n", "\n").split("\n"), start=1)]
    if not any(line.text for line in lines):
        raise InputError("holds no text.", file=name, remedy="Give the text of a call, release or update.")
    spoken = _without_speaker_lines(lines)
    paragraphs, unpaired = _pair(spoken)
    return Document(name=name, paragraphs=tuple(paragraphs), unpaired_zh_lines=tuple(unpaired))


def is_chinese(text: str) -> bool:
    """Say whether a line is written in Chinese, with names or numbers in Latin script allowed."""
    han = len(_CJK.findall(text))
    return han > 0 and (text.endswith("。") or han >= len(_LATIN_WORD.findall(text)))


def is_table_row(text: str) -> bool:
    """Say whether a line sets its cells apart by bars, tabs or runs of spaces."""
    return _TABLE_ROW.search(text) is not None


def _without_speaker_lines(lines: list[_Line]) -> list[_Line]:
    """Drop the lines that only name a speaker and write the name on the lines that follow."""
    kept: list[_Line] = []
    speaker = ""
    repeated = _repeated_prefixes(lines)
    skip = 0
    for index, line in enumerate(lines):
        if skip:
            skip -= 1
            continue
        following = lines[index + 1].text if index + 1 < len(lines) else ""
        name, doubled = _speaker_of(line.text, following)
        if name:
            speaker, skip = name, int(doubled)
            continue
        prefix = _SPEAKER_PREFIX.match(line.text)
        if prefix and (prefix["role"] or prefix["name"] in repeated or _ROLE_PREFIX.match(prefix["name"])):
            speaker = prefix["name"]
        kept.append(_Line(line.number, line.text, speaker))
    return kept


def _repeated_prefixes(lines: list[_Line]) -> set[str]:
    """Return the names that stand before a colon and prose at least twice: those are people speaking."""
    seen: dict[str, int] = {}
    for line in lines:
        match = _SPEAKER_PREFIX.match(line.text)
        if match and len(match["text"].split()) >= 4:
            seen[match["name"]] = seen.get(match["name"], 0) + 1
    return {name for name, count in seen.items() if count >= 2}


def _speaker_of(text: str, following: str) -> tuple[str, bool]:
    """Return the speaker that a line names and whether the next line only repeats it."""
    if not text or len(text) > 120 or _CJK.search(text) or re.search(r"\d", text):
        return "", False
    doubled = text == following
    match = _SPEAKER_LINE.match(text)
    if match:
        return match["name"], doubled
    if _ROLE_LINE.match(text) or (doubled and re.fullmatch(_NAME, text)):
        return text, doubled
    return "", False


def _pair(lines: list[_Line]) -> tuple[list[Paragraph], list[int]]:
    """Join wrapped lines, then pair each run of English paragraphs with the Chinese run below it."""
    paragraphs: list[Paragraph] = []
    unpaired: list[int] = []
    english: list[_Line] = []
    chinese: list[_Line] = []

    def flush() -> None:
        if english:
            paragraphs.extend(_pair_runs(english, chinese))
        else:
            unpaired.extend(line.number for line in chinese)
        english.clear()
        chinese.clear()

    for line in _unwrapped(lines):
        if is_chinese(line.text):
            chinese.append(line)
            continue
        if chinese or (english and english[-1].speaker != line.speaker):
            flush()
        english.append(line)
    flush()
    return paragraphs, unpaired


def _pair_runs(english: list[_Line], chinese: list[_Line]) -> list[Paragraph]:
    """Pair the last lines of both runs in order; surplus Chinese lines belong to the last paragraph."""
    surplus = max(0, len(chinese) - len(english))
    translations = chinese[: len(chinese) - surplus]
    first_translated = len(english) - len(translations)
    result = []
    for index, line in enumerate(english):
        if index < first_translated:
            result.append(Paragraph(line.number, line.speaker, line.text))
            continue
        own = translations[index - first_translated]
        texts = [own.text]
        if index == len(english) - 1 and surplus:
            texts.extend(extra.text for extra in chinese[-surplus:])
        result.append(Paragraph(line.number, line.speaker, line.text, "\n".join(texts), own.number))
    return result


def _unwrapped(lines: list[_Line]) -> list[_Line]:
    """Join the lines of a hard-wrapped file into paragraphs, keeping their breaks; drop blank lines."""
    wrapped_file = all(len(line.text) <= _WRAP_WIDTH_MAX for line in lines)
    joined: list[_Line] = []
    for line in lines:
        if not line.text:
            continue
        previous = joined[-1] if joined else None
        if previous is not None and wrapped_file and _continues(previous, line):
            previous.text = f"{previous.text}\n{line.text}"
            continue
        joined.append(_Line(line.number, line.text, line.speaker))
    return joined


def _continues(previous: _Line, line: _Line) -> bool:
    last_row = previous.text.rsplit("\n", 1)[-1]
    return (
        previous.number + previous.text.count("\n") + 1 == line.number
        and previous.speaker == line.speaker
        and len(last_row) >= _WRAP_WIDTH_MIN
        and not is_chinese(last_row)
        and not is_chinese(line.text)
        and not is_table_row(last_row)
        and not is_table_row(line.text)
        and not _BULLET.match(line.text)
    )
