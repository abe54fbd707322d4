"""The page: everything is escaped, nothing comes from outside, links lead both ways, contradictions come first."""

import re
from collections import Counter
from html.parser import HTMLParser
from pathlib import Path

import pytest

from mintage.disclosure.document import parse_document
from mintage.disclosure.page import render_page, write_page
from mintage.disclosure.report import Report
from mintage.disclosure.service import tie_out
from mintage.units.errors import InputError

TEXT = """Operator
Operator
Welcome to the call of Harrow & Peak <b>Mining</b>.
歡迎參加 Harrow & Peak <b>電話會議</b>。
Ada Pike - Chief Financial Officer
Ada Pike - Chief Financial Officer
Total revenue for Q2 reached $48.3 million, and we mined 96 bitcoins. Installed hash rate was 3.9 extra hash per second.
第二季總營收達 4,380 萬美元,我們挖出 96 枚比特幣。已安裝算力為每秒 3.9 個額外雜湊值。
Bo Lin - Chief Executive Officer
Bo Lin - Chief Executive Officer
In Q2 we mined 99 bitcoins, and total revenue was $48.3 million.
第二季我們挖出 99 枚比特幣,總營收為 4,830 萬美元。
"""


class Reader(HTMLParser):
    """Collects what a test asks about: ids, links, tags with attributes, text."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.ids: Counter[str] = Counter()
        self.links: list[str] = []
        self.tags: Counter[str] = Counter()
        self.attributes: list[tuple[str, str]] = []
        self.text = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags[tag] += 1
        for name, value in attrs:
            self.attributes.append((name, value or ""))
            if name == "id":
                self.ids[value or ""] += 1
            if name == "href":
                self.links.append(value or "")

    def handle_data(self, data: str) -> None:
        self.text += data


def _read(html: str) -> Reader:
    reader = Reader()
    reader.feed(html)
    reader.close()
    return reader


@pytest.fixture(scope="module")
def report() -> Report:
    """A short bilingual call with a contradiction, a wrong number in translation and a misheard unit."""
    return tie_out(parse_document(TEXT.encode(), "calls/q2 <draft>.txt"), "2025Q2")


@pytest.fixture(scope="module")
def page(report: Report) -> Reader:
    """The page of that call, parsed."""
    return _read(render_page(report))


def test_markup_in_a_text_stays_text(report: Report, page: Reader) -> None:
    """Tags, quotes and ampersands of a document, its speakers and its name are shown, never obeyed."""
    evil = TEXT.replace("<b>Mining</b>", "<script>alert(1)</script><img src=x onerror=alert(1)>\"'&amp;")
    evil = evil.replace("<b>電話會議</b>", "<iframe src=//a.b></iframe>電話會議")
    reader = _read(render_page(tie_out(parse_document(evil.encode(), 'a"><script>x</script>.txt'), "2025Q2")))
    assert not {"script", "img", "iframe", "b"} & (set(reader.tags) - set(page.tags))
    assert "<script>alert(1)</script>" in reader.text
    assert "<iframe src=//a.b></iframe>" in reader.text
    assert not [name for name, _ in reader.attributes if name.startswith("on")]
    assert "<b>Mining</b>" in page.text
    assert report.document.name.endswith("q2 <draft>.txt")
    assert "q2 <draft>.txt" in page.text


def test_nothing_comes_from_outside(page: Reader, report: Report) -> None:
    """The file stands alone: no script, no link, image, font or style from anywhere."""
    assert not {"script", "link", "img", "iframe", "object", "embed"} & set(page.tags)
    assert all(link.startswith("#") for link in page.links)
    html = render_page(report)
    assert "http:" not in html
    assert "https:" not in html
    assert "url(" not in html
    assert "@import" not in html


def test_every_link_arrives_at_one_place(page: Reader) -> None:
    """Ids are unique, and each link within the page has its place."""
    assert [name for name, count in page.ids.items() if count > 1] == []
    assert {link[1:] for link in page.links} <= set(page.ids)


def test_figures_link_to_what_they_were_checked_with_and_back(report: Report) -> None:
    """The two statements of bitcoin mined lead to each other."""
    html = render_page(report)
    checks = [part for part in html.split("<li ") if "96 bitcoins" in part or "99 bitcoins" in part]
    ours = {part.split('id="c')[1].split('"')[0]: part for part in checks if 'id="c' in part}
    (one, first), (two, second) = ours.items()
    assert f'href="#f{two}"' in first
    assert f'href="#f{one}"' in second


def test_every_figure_has_its_verdict_in_letters(report: Report, page: Reader) -> None:
    """Colour is never alone: each figure's label begins with the letter of its verdict."""
    letters = {"ties": "T", "edge": "E", "contradicts": "C", "ambiguous": "A", "unchecked": "U"}
    measured = [checked for checked in report.figures if checked.figure.role != "period"]
    for number, checked in enumerate(measured, start=1):
        assert f"{letters[checked.verdict]}{number}" in page.text
        assert page.ids[f"f{number}"] == 1
        assert page.ids[f"c{number}"] == 1


def test_contradictions_come_before_the_text(report: Report) -> None:
    """The list of contradictions is the first thing after the summary."""
    html = render_page(report)
    assert report.count("contradicts") > 0
    places = [html.index(f'<section id="{name}"') for name in ("contradicts", "ambiguous", "language", "text")]
    assert places == sorted(places)


def test_both_texts_are_whole(report: Report) -> None:
    """Marks cut no character out: without the labels, each paragraph of either language stands there."""
    shown = _read(re.sub(r'<a class="tag.*?</a>', "", render_page(report))).text
    for paragraph in report.document.paragraphs:
        assert paragraph.en in shown
        assert paragraph.zh is not None
        assert paragraph.zh in shown


def test_notes_are_marked_in_both_languages(page: Reader, report: Report) -> None:
    """A wrong number is marked where it stands in the English, and its note stands in the list."""
    (number,) = [i for i, note in enumerate(report.language, start=1) if note.kind == "number"]
    assert page.ids[f"m{number}"] == 1
    assert page.ids[f"z{number}"] == 1
    assert page.ids[f"n{number}"] == 1


def test_english_alone_has_no_language_section() -> None:
    """A text without translation makes a page of one column, without a list of language notes."""
    html = render_page(tie_out(parse_document(b"We mined 96 bitcoins in Q2.\n"), "2025Q2"))
    assert 'id="language"' not in html
    assert 'class="para one"' in html


def test_a_page_that_cannot_be_written_is_a_clear_error(report: Report, tmp_path: Path) -> None:
    """The error names the file; nothing else is raised."""
    with pytest.raises(InputError, match="cannot be written"):
        write_page(report, tmp_path / "none" / "page.html")
    write_page(report, tmp_path / "page.html")
    assert (tmp_path / "page.html").read_text(encoding="utf-8").startswith("<!DOCTYPE html>")
