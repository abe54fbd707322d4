"""Which part of the business and which place a figure is limited to."""

import re

from mintage.disclosure.context import Context
from mintage.disclosure.metrics import Measure, Mention, catalogue
from mintage.disclosure.quantity import Quantity
from mintage.disclosure.sentences import sentence_of
from mintage.disclosure.words import words

_AFTER = re.compile(
    r"\s*(?:[a-z]+\s+)?(?:from|for|of|in|on|to (?:secure|buy|fund))\s+(?:[\w'’/-]+\s+){0,3}$", re.IGNORECASE
)
_NEXT = re.compile(r".{0,2}|\s(?:was|were|is|are|at|contributed|brought)\s")
_SCOPE_JOIN = re.compile(r"[^,.;]{0,50}\b(?:in|at|for|from|across|within)\s+(?:our |the |its )?$", re.IGNORECASE)
_LEADING = re.compile(r"\s*(?:(?:and|so|but)\s+)?(?:in|across|for|at)\s+(?:our |the )?$", re.IGNORECASE)


def segment_of(context: Context, quantity: Quantity, measure: Measure, mention: Mention | None) -> str | None:
    """Return the segment that the words around the quantity and its measure name ("total" for the whole)."""
    known = catalogue().segments_of(measure.id)
    if not known:
        return None
    scored = [
        (_score(context, quantity, part, mention), part.id)
        for part in context.segments
        if part.id in known or part.id == "total"
    ]
    scored = [entry for entry in scored if entry[0] > 0.2]
    if not scored:
        topic = context.topics[sentence_of(context.spans, quantity.start)] if context.topics else None
        return topic if topic in known else None
    score, best = max(scored)
    for other_score, other in scored:
        if catalogue().parent(other) == best and other_score > score - 0.3 and score < 0.95:
            score, best = other_score, other
    return best


def _score(context: Context, quantity: Quantity, part: Mention, mention: Mention | None) -> float:
    """Score a segment for a figure: tied to the figure or its measure, before it, or after it in its clause."""
    tied = _tied(context, quantity, part, mention)
    if tied is not None:
        return tied
    if sentence_of(context.spans, quantity.start) != sentence_of(context.spans, part.start):
        return 0.0
    if part.end <= quantity.start:
        gap = context.blanked[part.end : quantity.start]
        return 0.75 - min(0.25, len(gap) / 6 * 0.006) - 0.04 * context.between(part.end, quantity.start)
    gap = context.blanked[quantity.end : part.start]
    if context.between(quantity.end, part.start) or re.search(r"[,:;]", gap):
        return 0.1
    if re.match(r"\s*(?:from|for|of|in|on)\s", gap):
        return 0.8 - min(0.3, len(gap) / 6 * 0.02)
    return 0.45 - min(0.3, len(gap) / 6 * 0.01)


def _tied(context: Context, quantity: Quantity, part: Mention, mention: Mention | None) -> float | None:
    """Score a segment that grammar ties to this figure, its measure, or another figure; None where it does not."""
    if part.start >= quantity.end:
        gap = context.blanked[quantity.end : part.start]
        if context.between(quantity.end, part.start) == 0 and _AFTER.match(gap):
            return 1.1 - 0.001 * len(gap)
    if _belongs_before(context, quantity, part):
        return 0.1
    start = quantity.start if quantity.qualifier_start is None else quantity.qualifier_start
    if part.end <= start and _NEXT.fullmatch(context.blanked, part.end, start):
        return 1.05
    near = _beside(context, mention, part) if mention is not None else 0.0
    if mention is None or not near:
        return None
    return near - 0.12 * context.between(mention.end, quantity.start, quantity.measured)


def _belongs_before(context: Context, quantity: Quantity, part: Mention) -> bool:
    """Say whether a segment stands right behind another figure, before this one."""
    owner = next((q for q in reversed(context.quantities) if q.end <= part.start and q is not quantity), None)
    if owner is None or part.end > quantity.start or owner.measured != quantity.measured:
        return False
    return _AFTER.match(context.blanked[owner.end : part.start]) is not None


def _beside(context: Context, mention: Mention, part: Mention) -> float:
    """Score a segment that stands in the measure's own noun phrase ("mining revenue", "revenue from mining")."""
    if part.start < mention.end and mention.start < part.end:
        return 1.0
    before = mention.start - part.end
    if 0 <= before <= 3:
        return 1.0
    if 0 <= before <= 12 and not re.search(r"[,.;]", context.text[part.end : mention.start]):
        return 0.9
    gap = context.blanked[mention.end : part.start] if part.start >= mention.end else None
    if gap is not None and len(gap) <= 30 and re.fullmatch(r"\s*(?:from|of|for|in)\s+(?:[\w'’-]+\s+){0,3}", gap):
        return 0.95
    return 0.0


def scope_of(context: Context, quantity: Quantity, mention: Mention | None) -> str | None:
    """Return the place to which the words tie the quantity or its measure, or None."""
    start, end = context.spans[sentence_of(context.spans, quantity.start)]
    anchors = [quantity.end] + ([mention.end] if mention is not None and start <= mention.start else [])
    for place in context.scopes:
        if not start <= place.start < end:
            continue
        if mention is not None and 0 <= mention.start - place.end <= 2:
            return place.id
        if _LEADING.fullmatch(context.text[start : place.start]) and place.end <= quantity.start:
            return place.id
        for anchor in anchors:
            lead = context.blanked[anchor : place.start] if anchor <= place.start else ""
            phrase = context.blanked[anchor : place.end] if anchor <= place.start else ""
            joined = _SCOPE_JOIN.fullmatch(lead) or re.match(r"\s+(?:in|from) ", phrase)
            if phrase and joined and context.between(anchor, place.start) == 0:
                return place.id
    here = words().this_place.search(context.text, quantity.end, end)
    if here and not re.search(r"[,.;]", context.text[quantity.end : here.start()]):
        earlier = [place for place in context.scopes if place.end <= quantity.start]
        return earlier[-1].id if earlier else None
    return None
