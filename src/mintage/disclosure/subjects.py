"""Which metric a figure measures: the measure, segment and place named nearest to it, by a plain score."""

import functools
import re
from decimal import Decimal

import msgspec

from mintage.disclosure.metrics import (
    Measure,
    Mention,
    catalogue,
    find_measures,
    find_parts,
    measures_by_id,
)
from mintage.disclosure.quantities import Quantity
from mintage.disclosure.sentences import sentence_of
from mintage.disclosure.words import words

_BARE = frozenset({"BTC", "blocks"})
_JOIN = re.compile(
    r"\s*(?:(?:in|of|from|for|under|on|as|to|at)\s+)?(?:(?:our|the|its|a|an|total|net|new|quarterly|annual|gross|already|now|currently|all|was|were|is|are|being)\s+){0,2}$",
    re.IGNORECASE,
)
_PART_AFTER = re.compile(
    r"\s*(?:from|for|of|in|on|to (?:secure|buy|fund)|prepaid for|paid for)\s+(?:[\w'’/-]+\s+){0,3}$", re.IGNORECASE
)
_SCOPE_JOIN = re.compile(r"[^,.;]{0,50}\b(?:in|at|for|from|across|within)\s+(?:our |the |its )?$", re.IGNORECASE)
_THRESHOLD = 0.2


class Subject(msgspec.Struct, frozen=True):
    """What a figure measures. `mention` is where its measure is named; None when only the unit tells."""

    measure: Measure
    metric: str
    scope: str | None
    segment: str | None
    mention: Mention | None


class Context(msgspec.Struct):
    """One paragraph with all that is named in it. `blanked` has its periods hidden."""

    text: str
    blanked: str
    spans: list[tuple[int, int]]
    quantities: list[Quantity]
    measures: list[Mention]
    segments: list[Mention]
    scopes: list[Mention]

    @classmethod
    def of(cls, text: str, blanked: str, spans: list[tuple[int, int]], quantities: list[Quantity]) -> "Context":
        """Find what `text` names."""
        return cls(
            text,
            blanked,
            spans,
            quantities,
            find_measures(text),
            find_parts(text, catalogue().segments),
            find_parts(text, catalogue().scopes),
        )

    def between(self, start: int, end: int, kind: str | None = None) -> int:
        """Return how many quantities (of a kind) lie between two offsets."""
        return sum(1 for q in self.quantities if start <= q.start and q.end <= end and (kind is None or q.kind == kind))


def accepts(measure: Measure, quantity: Quantity) -> bool:
    """Say whether a quantity can be a figure of a measure, by its unit and its size."""
    if quantity.kind in measure.kinds:
        small = measure.ceiling is None or abs(quantity.value) <= measure.ceiling
        return small and not (measure.ceiling is not None and quantity.kind == "money" and _scaled(quantity))
    return quantity.kind == "count" and not quantity.in_words and measure.unit in _BARE


def _scaled(quantity: Quantity) -> bool:
    """Say whether money was printed with a scale word, as no price is."""
    return quantity.step > Decimal(1000)


def subject_of(context: Context, quantity: Quantity, previous: Subject | None = None) -> Subject | None:
    """Return what `quantity` measures, or None where nothing near it fits.

    `previous` is the subject of the figure before it, to which "it" or "this" may refer.
    """
    sentence = sentence_of(context.spans, quantity.start)
    fitting = [
        (_score(context, quantity, mention), mention)
        for mention in context.measures
        if accepts(measures_by_id()[mention.id], quantity)
    ]
    own = [pair for pair in fitting if sentence_of(context.spans, pair[1].start) == sentence and pair[0] > _THRESHOLD]
    best = max(own or fitting, key=lambda pair: pair[0], default=None)
    if best is not None and best[0] > _THRESHOLD:
        return _with_parts(context, quantity, measures_by_id()[best[1].id], best[1], previous)
    if previous is not None and accepts(previous.measure, quantity) and _refers_back(context, quantity):
        return msgspec.structs.replace(previous, mention=None)
    default = _default(quantity.kind)
    return None if default is None else _with_parts(context, quantity, default, None, previous)


def _refers_back(context: Context, quantity: Quantity) -> bool:
    start, _ = context.spans[sentence_of(context.spans, quantity.start)]
    return words().pronoun.search(context.text, start, quantity.start) is not None


@functools.cache
def _default(kind: str) -> Measure | None:
    return next((measure for measure in catalogue().measures if measure.default_of == kind), None)


def _score(context: Context, quantity: Quantity, mention: Mention) -> float:
    """Score a measure named at `mention` for a quantity: nearer, before it, and in its sentence is better."""
    score = 1.0 if mention.strong else 0.8
    own, other = (sentence_of(context.spans, place) for place in (quantity.start, mention.start))
    if other > own:
        return 0.0
    if own != other:
        score -= 0.45 * (own - other) + (0.0 if _refers_back(context, quantity) else 0.25)
        return score - 0.01 * context.between(mention.end, quantity.start)
    if mention.end <= quantity.start:
        gap = context.blanked[mention.end : quantity.start]
        score -= min(0.35, len(gap) / 6 * 0.02)
        score -= 0.1 * context.between(mention.end, quantity.start, quantity.kind)
        return score - 0.05 * gap.count(",")
    if mention.start < quantity.end:
        return score
    gap = context.blanked[quantity.end : mention.start]
    score -= 0.3 * context.between(quantity.end, mention.start)
    if _JOIN.match(gap):
        return score - 0.04 - 0.01 * len(gap) / 6
    return score - 0.3 - min(0.4, len(gap) / 6 * 0.05) - 0.1 * gap.count(",")


def _with_parts(
    context: Context, quantity: Quantity, measure: Measure, mention: Mention | None, previous: Subject | None
) -> Subject:
    segment = _segment(context, quantity, measure, mention) or _carried(context, quantity, measure, previous)
    scope = _scope(context, quantity, mention)
    metric = catalogue().metric(measure.id, None if segment == "total" else segment)
    return Subject(measure, f"{metric}.{scope}" if scope else metric, scope, segment, mention)


def _carried(context: Context, quantity: Quantity, measure: Measure, previous: Subject | None) -> str | None:
    """Return the segment of the figure before, where the words refer to it or the measure has no whole."""
    if previous is None or previous.segment not in catalogue().segments_of(measure.id):
        return None
    start, _ = context.spans[sentence_of(context.spans, quantity.start)]
    here = words().this_segment.search(context.text, start, quantity.start)
    return previous.segment if here or (measure.id, None) not in catalogue().table else None


def _segment(context: Context, quantity: Quantity, measure: Measure, mention: Mention | None) -> str | None:
    """Return the segment that the words around the quantity and its measure name ("total" for the whole)."""
    known = catalogue().segments_of(measure.id)
    if not known:
        return None
    scored = [
        (_segment_score(context, quantity, part, mention), part.id)
        for part in context.segments
        if part.id in known or part.id == "total"
    ]
    scored = [entry for entry in scored if entry[0] > 0.2]
    if not scored:
        return None
    score, best = max(scored)
    for other_score, other in scored:
        if catalogue().parent(other) == best and other_score > score - 0.3 and score < 0.95:
            score, best = other_score, other
    return best


def _segment_score(context: Context, quantity: Quantity, part: Mention, mention: Mention | None) -> float:
    if part.start >= quantity.end:
        gap = context.blanked[quantity.end : part.start]
        if context.between(quantity.end, part.start) == 0 and _PART_AFTER.match(gap):
            return 1.1 - 0.001 * len(gap)
    if mention is not None:
        near = _beside(context, mention, part)
        if near:
            crossed = context.between(mention.end, quantity.start, quantity.kind)
            return near - 0.12 * crossed
    own, other = (sentence_of(context.spans, place) for place in (quantity.start, part.start))
    if own != other:
        return 0.0
    if part.end <= quantity.start:
        gap = context.blanked[part.end : quantity.start]
        return 0.75 - min(0.25, len(gap) / 6 * 0.006) - 0.04 * context.between(part.end, quantity.start)
    gap = context.blanked[quantity.end : part.start]
    if context.between(quantity.end, part.start) or "," in gap:
        return 0.1
    return 0.45 - min(0.3, len(gap) / 6 * 0.01)


def _beside(context: Context, mention: Mention, part: Mention) -> float:
    """Score a segment that stands in the measure's own noun phrase ("mining revenue", "revenue from mining")."""
    if part.start < mention.end and mention.start < part.end:
        return 1.0
    if 0 <= mention.start - part.end <= 3:
        return 1.0
    if 0 <= mention.start - part.end <= 12 and not re.search(r"[,.;]", context.text[part.end : mention.start]):
        return 0.9
    gap = context.blanked[mention.end : part.start] if part.start >= mention.end else None
    if gap is not None and len(gap) <= 30 and re.fullmatch(r"\s*(?:from|of|for|in)\s+(?:[\w'’-]+\s+){0,3}", gap):
        return 0.95
    return 0.0


def _scope(context: Context, quantity: Quantity, mention: Mention | None) -> str | None:
    """Return the place to which the words tie the quantity or its measure, or None."""
    sentence = sentence_of(context.spans, quantity.start)
    start, end = context.spans[sentence]
    anchors = [quantity.end] + ([mention.end] if mention is not None and start <= mention.start else [])
    for place in context.scopes:
        if not start <= place.start < end:
            continue
        if mention is not None and 0 <= mention.start - place.end <= 2:
            return place.id
        for anchor in anchors:
            words_between = context.blanked[anchor : place.end] if anchor <= place.start else ""
            lead = context.blanked[anchor : place.start] if anchor <= place.start else ""
            joined = _SCOPE_JOIN.fullmatch(lead) or re.match(r"\s+(?:in|from) ", words_between)
            if words_between and joined and context.between(anchor, place.start) == 0:
                return place.id
    here = words().this_place.search(context.text, quantity.end, end)
    if here and not re.search(r"[,.;]", context.text[quantity.end : here.start()]):
        earlier = [place for place in context.scopes if place.end <= quantity.start]
        return earlier[-1].id if earlier else None
    return None
