"""Parts of the page: the summary, the lists at the top, and the checks beside each paragraph."""

import re
from collections.abc import Sequence
from html import escape

from mintage.disclosure.figures import Figure
from mintage.disclosure.language import LanguageNote
from mintage.disclosure.page.labels import Numbered, labels, note_tag
from mintage.disclosure.report import Checked

_AGAINST_MAX = 4
_PERIOD_REF = re.compile(r"L(\d+)\.\d+")
_LONG_NUMBER = re.compile(r"(?<![\d.,])(?<!\d-)[1-9]\d{4,}(?![\d,-])")


def summary_table(numbered: Numbered) -> str:
    """Return the table of verdicts with a sample of each line, its count and its meaning."""
    rows = []
    for verdict, label in labels().verdict.items():
        count = sum(1 for _, one in numbered.figures.values() if one.verdict == verdict)
        sample = f'<span class="tag {verdict}">{label.letter}</span> <span class="f {verdict}">1,234</span>'
        link = f'<a href="#{verdict}">{label.html}</a>' if verdict in {"contradicts", "ambiguous"} else label.html
        means = f'{escape(label.means)} <span lang="zh-Hant">{escape(label.means_zh)}</span>'
        rows.append(f'<tr><td>{sample}</td><td>{link}</td><td class="n">{count}</td><td>{means}</td></tr>')
    notes = '<span class="tag lang">w</span> <span class="m">1,234</span>'
    rows.append(
        f'<tr><td>{notes}</td><td><a href="#language">Language notes <span lang="zh-Hant">語言註記</span></a></td>'
        f'<td class="n">{len(numbered.notes)}</td><td>Lost or changed in translation. '
        '<span lang="zh-Hant">翻譯中遺漏或改變。</span></td></tr>'
    )
    head = (
        '<thead><tr><th>Mark <span lang="zh-Hant">標記</span></th><th>Verdict <span lang="zh-Hant">判定</span></th>'
        '<th class="n">Figures <span lang="zh-Hant">個數</span></th>'
        '<th>Meaning <span lang="zh-Hant">意義</span></th></tr></thead>'
    )
    return f'<table class="verdicts">{head}<tbody>{"".join(rows)}</tbody></table>'


def verdict_cards(numbered: Numbered, verdict: str) -> str:
    """Return the section that lists every figure with a verdict, in the order of the text."""
    label = labels().verdict[verdict]
    chosen = [(id_, one) for id_, (_, one) in numbered.figures.items() if one.verdict == verdict]
    cards = "".join(_card(numbered, id_, one) for id_, one in chosen)
    body = f'<ul class="cards">{cards}</ul>' if cards else '<p class="none">None. <span lang="zh-Hant">無。</span></p>'
    return f'<section id="{verdict}"><h2>{label.html} <span class="count">{len(chosen)}</span></h2>{body}</section>'


def _card(numbered: Numbered, id_: str, checked: Checked) -> str:
    figure = checked.figure
    where = f'{escape(figure.speaker or "—")}, line <span lang="zh-Hant">行</span> {figure.line} {_metric(figure)}'
    return (
        f'<li class="card {checked.verdict}"><p class="quote">{numbered.tag(id_, to="f")} {_quote(figure)}</p>'
        f'<p class="where">{where}</p>{_findings(numbered, id_, checked)}</li>'
    )


def _quote(figure: Figure) -> str:
    """Return the quotation with the figure in bold, where it stands in it."""
    before, found, after = figure.quote.partition(figure.text.strip())
    if not found:
        return f"“{escape(figure.quote)}”"
    return f"“{escape(before)}<b>{escape(found)}</b>{escape(after)}”"


def checks(numbered: Numbered, paragraph: int, notes: Sequence[tuple[int, LanguageNote]]) -> str:
    """Return the checks and language notes that stand beside a paragraph, "" where it has none."""
    own = [(id_, one) for id_, (_, one) in numbered.figures.items() if one.figure.paragraph == paragraph]
    bare = [(id_, one) for id_, one in own if one.verdict == "unchecked" and not one.findings]
    items = [_check(numbered, id_, one) for id_, one in own if (id_, one) not in bare]
    items += [_unchecked(numbered, bare, why) for why in dict.fromkeys(one.note for _, one in bare)]
    items += [_note(number, note) for number, note in notes]
    return f'<aside class="checks"><ul>{"".join(items)}</ul></aside>' if items else ""


def _check(numbered: Numbered, id_: str, checked: Checked) -> str:
    figure = checked.figure
    number, _ = numbered.figures[id_]
    label = labels().verdict[checked.verdict]
    spoken = f'<span class="said">{escape(figure.text.strip())}</span>'
    return (
        f'<li class="{checked.verdict}" id="c{number}">{numbered.tag(id_, to="f")} {spoken} '
        f'<span class="verdict">{label.html}</span> {_metric(figure)}{_findings(numbered, id_, checked)}</li>'
    )


def _unchecked(numbered: Numbered, bare: Sequence[tuple[str, Checked]], why: str) -> str:
    """Return one entry for the figures of a paragraph that nothing speaks of, for one reason."""
    said = []
    for id_, one in bare:
        if one.note == why:
            number, _ = numbered.figures[id_]
            words = f'<span class="said">{escape(one.figure.text.strip())}</span> {_metric(one.figure)}'
            said.append(f'<span class="one" id="c{number}">{numbered.tag(id_, to="f")} {words}</span>')
    label = labels().verdict["unchecked"]
    return f'<li class="unchecked">{"".join(said)}<p class="why">{label.html}: {escape(why)}</p></li>'


def _metric(figure: Figure) -> str:
    parts = [part for part in (figure.metric_shown, figure.period) if part]
    return f'<span class="metric">{escape(" · ".join(parts))}</span>' if parts else ""


def _findings(numbered: Numbered, id_: str, checked: Checked) -> str:
    """Return the note, what the figure was compared with and the value that would tie, and the linked figures."""
    html = f'<p class="why">{escape(checked.note)}</p>' if checked.note else ""
    entries = dict.fromkeys((f.kind, f.ref, f.expected) for f in checked.findings)
    shown = list(entries)[:_AGAINST_MAX]
    if shown:
        rows = "".join(_against(numbered, *entry) for entry in shown)
        more = len(entries) - len(shown)
        rest = f'<li>and {more} more <span lang="zh-Hant">另 {more} 項</span></li>' if more else ""
        html += f'<ul class="against">{rows}{rest}</ul>'
    told = {ref for _, ref, _ in shown}
    others = [other for other in numbered.checked_with.get(id_, ()) if other not in told]
    if others:
        links = " ".join(numbered.tag(other, to="f") for other in others)
        html += f'<p class="with">checked with <span lang="zh-Hant">比對</span> {links}</p>'
    return html


def _against(numbered: Numbered, kind: str, ref: str, expected: str) -> str:
    label = labels().against[kind]
    period = _PERIOD_REF.fullmatch(ref)
    shown = escape(ref)
    if ref in numbered.figures:
        shown = numbered.tag(ref, to="f")
    elif period:
        # A period has no number of its own on the page.
        shown = f'line <span lang="zh-Hant">行</span> {period[1]}'
    return f"<li>{label.html}: {shown} → <b>{escape(grouped(expected))}</b></li>"


def grouped(text: str) -> str:
    """Set the thousands of plain numbers apart: 71627250 is 71,627,250."""
    return _LONG_NUMBER.sub(lambda found: f"{int(found[0]):,}", text)


def _note(number: int, note: LanguageNote) -> str:
    return (
        f'<li class="lang" id="n{number}">{note_tag(number, note, to="m")} {_rendering(note)}'
        f'<p class="why">{escape(note.why)}</p></li>'
    )


def _rendering(note: LanguageNote) -> str:
    source = f'<span class="said">{escape(note.source)}</span>' if note.source else "(not in the English)"
    target = f'<span class="was" lang="zh-Hant">{escape(note.target)}</span>' if note.target else "—"
    fix = f' → <span class="fix" lang="zh-Hant">{escape(note.suggest)}</span>' if note.suggest else ""
    return f"{source}: {target}{fix}"


def language_section(numbered: Numbered) -> str:
    """Return the table of language notes, kind by kind."""
    body = ""
    for kind, label in labels().kind.items():
        chosen = [(number, note) for number, note in numbered.notes if note.kind == kind]
        if not chosen:
            continue
        rows = "".join(_note_row(number, note) for number, note in chosen)
        body += (
            f"<h3>{label.html} ({len(chosen)})</h3><table>{_NOTES_COLUMNS}{_NOTES_HEAD}<tbody>{rows}</tbody></table>"
        )
    if not body:
        body = '<p class="none">None. <span lang="zh-Hant">無。</span></p>'
    head = (
        f'<h2>Language notes <span lang="zh-Hant">語言註記</span> <span class="count">{len(numbered.notes)}</span></h2>'
    )
    return f'<section id="language" class="notes">{head}{body}</section>'


_NOTES_COLUMNS = '<colgroup><col class="c1"><col class="c2"><col class="c3"><col class="c4"><col></colgroup>'
_NOTES_HEAD = (
    '<thead><tr><th class="n">Line <span lang="zh-Hant">行</span></th><th>English <span lang="zh-Hant">原文</span></th>'
    '<th>Chinese <span lang="zh-Hant">譯文</span></th><th>Print <span lang="zh-Hant">應作</span></th>'
    '<th>Why <span lang="zh-Hant">理由</span></th></tr></thead>'
)


def _note_row(number: int, note: LanguageNote) -> str:
    target = f'<span class="was" lang="zh-Hant">{escape(note.target)}</span>' if note.target else "—"
    fix = f'<span class="fix" lang="zh-Hant">{escape(note.suggest)}</span>' if note.suggest else "—"
    return (
        f'<tr><td class="n">{note.line} {note_tag(number, note, to="m")}</td><td>{escape(note.source) or "—"}</td>'
        f"<td>{target}</td><td>{fix}</td><td>{escape(note.why)}</td></tr>"
    )
