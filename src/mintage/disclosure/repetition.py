"""Figures said again without their metric's name take it from where the same number was said with it."""

from mintage.disclosure.figures import Figure

_UNSURE = 0.6
_REPEATED = 0.6
_DIGITS_MIN = 2


def adopt_repetitions(figures: list[Figure]) -> None:
    """Give unsure figures the metric of an equal, surely read figure elsewhere in the text; in place.

    Only numbers with two digits or more that are not all zero, printed alike, in the same unit (or, where bare,
    in any physical unit) count as the same number.
    """
    sure: dict[tuple[str, str], Figure] = {}
    for figure in figures:
        if figure.role in {"level", "base"} and figure.metric and figure.confidence > _UNSURE and _telling(figure):
            sure.setdefault((figure.shown, figure.unit), figure)
    prices = {shown: figure for (shown, unit), figure in sure.items() if "/" in unit}
    bare = {shown: figure for (shown, _), figure in sure.items() if figure.kind == "hashrate"}
    for figure in figures:
        unsure = figure.metric is None or (figure.confidence <= _UNSURE and figure.table is None)
        if not unsure or figure.value is None or figure.role not in {"level", "base", "other"} or not _telling(figure):
            continue
        source = sure.get((figure.shown, figure.unit))
        if source is None and figure.kind == "count":
            source = bare.get(figure.shown)
        if source is None and figure.kind == "money" and figure.metric is None:
            source = prices.get(figure.shown)
        if source is None and figure.foreign and figure.metric is None:
            source = next((found for (shown, _), found in sure.items() if shown == figure.shown), None)
        if source is not None and source.id != figure.id:
            _adopt(figure, source)


def _telling(figure: Figure) -> bool:
    digits = figure.shown.replace(".", "").replace("-", "").strip("0")
    return figure.value is not None and len(digits) >= _DIGITS_MIN


def _adopt(figure: Figure, source: Figure) -> None:
    if figure.period_stated and figure.period != source.period:
        return
    figure.confidence = _UNSURE - 0.1 if figure.kind == "count" else _REPEATED
    if not figure.foreign:
        figure.unit, figure.kind, figure.factor = source.unit, source.kind, source.factor
        figure.core, figure.loose = source.core, source.loose
    figure.metric, figure.measure, figure.scope = source.metric, source.measure, source.scope
    figure.nature, figure.segment = source.nature, source.segment
    figure.role = "level"
    figure.period, figure.period_stated, figure.part = source.period, False, source.part
    figure.note = "; ".join(
        filter(None, [figure.note, f"taken for the same as '{source.text.strip()}' on line {source.line}"])
    )
