"""Sentences of a paragraph, by offset."""

import re

_END = re.compile(r"(?P<stop>[.!?]+[\"”’)\]]*|;)(?P<gap>\s+)(?=[\"“(\[$]?[A-Z0-9\[(“$])")
_ABBREVIATION = re.compile(
    r"(?:\b(?:Inc|Mr|Mrs|Ms|Dr|vs|approx|Corp|Ltd|Co|No|St|Jr|Sr|Prof|etc|ca|avg|est|Fig|U\.S|U\.K|H\.C|a\.m|p\.m|e\.g|i\.e)"
    r"|\b[A-Z])\.$"
)


def sentences(text: str) -> list[tuple[int, int]]:
    """Return the spans of the sentences of `text`, in order; they cover all of it."""
    spans = []
    start = 0
    for match in _END.finditer(text):
        if _ABBREVIATION.search(text, start, match.end("stop")):
            continue
        spans.append((start, match.end("stop")))
        start = match.end()
    spans.append((start, len(text)))
    return [span for span in spans if span[0] < span[1]]


def sentence_of(spans: list[tuple[int, int]], offset: int) -> int:
    """Return the index of the sentence in which `offset` lies."""
    for index, (_, end) in enumerate(spans):
        if offset < end:
            return index
    return len(spans) - 1
