"""Which metric a figure measures: the measure, segment and place named nearest to it, by a plain score."""

import functools
import re
from decimal import Decimal

import msgspec

from mintage.disclosure.context import Context
from mintage.disclosure.metrics import Measure, Mention, catalogue, measures_by_id
from mintage.disclosure.parts import scope_of, segment_of
from mintage.disclosure.quantity import Quantity
from mintage.disclosure.sentences import sentence_of
from mintage.disclosure.words import words

_BARE = frozenset({"BTC", "blocks"})
_JOIN = re.compile(
    r"\s*(?:(?:in|of|from|for|under|on|as|to|at)\s+)?(?:(?:our|the|its|a|an|total|net|new|quarterly|annual|gross|already|now|currently|all|was|were|is|are|being|has|have|had|been)\s+){0,2}$",
    re.IGNORECASE,
)
# What follows is a cause of the measure, not its value.
_CAUSE = re.compile(r"\b(?:driven (?:primarily |mainly )?by gains|totall?ing|resulted (?:primarily |mainly )?from)\b")
_THRESHOLD = 0.2
_ONLY, _CARRIED, _GUESSED = 0.7, 0.55, 0.4


class Subject(msgspec.Struct, frozen=True):
    """What a figure measures.

    `mention` is where its measure is named; None when only the unit or the figure before tells. `confidence` is
    up to 1.
    """

    measure: Measure
    metric: str
    scope: str | None
    segment: str | None
    mention: Mention | None
    confidence: float


def accepts(measure: Measure, quantity: Quantity) -> bool:
    """Say whether a quantity can be a figure of a measure, by its unit and its size."""
    if quantity.measured in measure.kinds:
        if measure.floor is not None and abs(quantity.value) < measure.floor:
            return False
        small = measure.ceiling is None or abs(quantity.value) <= measure.ceiling
        return small and not (measure.ceiling is not None and quantity.measured == "money" and _scaled(quantity))
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
        only = len({mention.id for _, mention in own}) == 1
        return _with_parts(
            context, quantity, best[1], measures_by_id()[best[1].id], max(best[0], _ONLY if only else 0.0), previous
        )
    if previous is not None and accepts(previous.measure, quantity) and _goes_on(context, quantity, previous):
        return _carried_on(context, quantity, previous)
    default = _default(quantity.measured) if quantity.qualifier != "vague" else None
    return None if default is None else _with_parts(context, quantity, None, default, _GUESSED, previous)


def _carried_on(context: Context, quantity: Quantity, previous: Subject) -> Subject:
    scope = scope_of(context, quantity, None) or previous.scope
    whole = previous.metric.removesuffix(f".{previous.scope}") if previous.scope else previous.metric
    metric = f"{whole}.{scope}" if scope else whole
    return msgspec.structs.replace(previous, mention=None, confidence=_CARRIED, scope=scope, metric=metric)


def _goes_on(context: Context, quantity: Quantity, previous: Subject) -> bool:
    """Say whether a figure without a measure of its own is of the one before: by a pronoun, or as its like."""
    same = quantity.measured in {"count", "hashrate"} or _default(quantity.measured) is not None
    return _refers_back(context, quantity) or (same and quantity.measured in previous.measure.kinds)


def _refers_back(context: Context, quantity: Quantity) -> bool:
    start, _ = context.spans[sentence_of(context.spans, quantity.start)]
    return words().pronoun.search(context.text, start, quantity.start) is not None


@functools.cache
def _default(kind: str) -> Measure | None:
    return next((measure for measure in catalogue().measures if kind in measure.default_of.split()), None)


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
        score -= 0.1 * context.between(mention.end, quantity.start, quantity.measured)
        score -= 0.6 if _CAUSE.search(gap) else 0.0
        score -= 0.3 if _of_another(context, quantity, mention) else 0.0
        return score - 0.05 * gap.count(",")
    if mention.start < quantity.end:
        return score
    gap = context.blanked[quantity.end : mention.start]
    score -= 0.3 * context.between(quantity.end, mention.start)
    if _JOIN.match(gap):
        return score - 0.04 - 0.01 * len(gap) / 6
    if re.search(r"\b(?:which|includ\w+)\b", gap):
        score -= 0.4
    return score - 0.3 - min(0.4, len(gap) / 6 * 0.05) - 0.1 * gap.count(",")


def _of_another(context: Context, quantity: Quantity, mention: Mention) -> bool:
    """Say whether a measure is tied to a like figure right before it ("$32.3 million of current and $75.4 million")."""
    owner = next((q for q in reversed(context.quantities) if q.end <= mention.start), None)
    if owner is None or owner.measured != quantity.measured:
        return False
    return (
        re.fullmatch(r"\s*(?:of|in|for)\s+(?:our\s+|the\s+)?", context.blanked[owner.end : mention.start]) is not None
    )


def _with_parts(
    context: Context,
    quantity: Quantity,
    mention: Mention | None,
    measure: Measure,
    confidence: float,
    previous: Subject | None,
) -> Subject:
    segment = segment_of(context, quantity, measure, mention) or _carried(context, quantity, measure, previous)
    scope = scope_of(context, quantity, mention)
    metric = catalogue().metric(measure.id, None if segment == "total" else segment)
    return Subject(measure, f"{metric}.{scope}" if scope else metric, scope, segment, mention, confidence)


def _carried(context: Context, quantity: Quantity, measure: Measure, previous: Subject | None) -> str | None:
    """Return the segment of the figure before, where the words refer to it or the measure has no whole."""
    if previous is None or previous.segment not in catalogue().segments_of(measure.id):
        return None
    start, _ = context.spans[sentence_of(context.spans, quantity.start)]
    here = words().this_segment.search(context.text, start, quantity.start)
    return previous.segment if here or (measure.id, None) not in catalogue().table else None
