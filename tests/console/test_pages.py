"""Every page of three companies, in both languages, as it is answered: complete, of one form, with its JSON twin."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

import pytest

from mintage.api.access import COOKIE
from mintage.console.words import LANGUAGES
from tests.console.lived import empty_company, home_company
from tests.console.walk import DOORS, alike, faults, headers, pages_of, plain_routes, routes, shape_of, told
from tests.served import Served
from tools.crawl import Reached, crawl, get

ASKED = {
    "/chain/news": "/chain/news?since=1",
    "/trace/lot": "",
    "/journal/fact": "",
    "/books/cell": "",
    "/books/rollforward/cell": "",
    "/journal/postings": "/journal/postings?account=assets:*",
    "/fleet/act": "",
    "/journal/reverse": "",
}
"""Pages that must be asked something; "" where only a link knows what."""
PIECES = ("/chain/news",)
"""Answers that are a piece of a page, to be put into one."""
NO_TWIN = ("/api/docs", "/api/problems")
NEW_EACH_TIME = ("/journal/new",)
"""Data that is not the same twice: a key for a fact to come."""


@pytest.fixture(params=LANGUAGES)
def reached(request: pytest.FixtureRequest, walked: dict[str, list[Reached]]) -> tuple[str, list[Reached]]:
    """Every page of the company that has lived, as links lead to it, in a language."""
    return request.param, walked[request.param]


def test_every_page_that_links_lead_to_answers(reached: tuple[str, list[Reached]]) -> None:
    """Whatever is linked is there, page or twin."""
    assert [f"{one.path}: {one.status}" for one in reached[1] if one.status != 200] == []


def test_links_lead_to_every_page(reached: tuple[str, list[Reached]]) -> None:
    """No page can be found only by whoever knows its address."""
    found = {shape_of(one.path) for one in reached[1]}
    assert routes() - found - {*PIECES, "/fleet/act"} == set()


def test_every_page_is_whole(reached: tuple[str, list[Reached]]) -> None:
    """One heading, a title, the language, known icons, nothing forgotten, and nothing that a strict policy forbids."""
    language, pages = reached
    assert [fault for one in pages_of(pages) for fault in faults(one.path, one.text, language)] == []


def test_titles_tell_pages_apart(reached: tuple[str, list[Reached]]) -> None:
    """Two tabs of a browser are not called the same."""
    called = defaultdict[str, set[str]](set)
    for one in pages_of(reached[1]):
        called[told(one.text).title].add(one.path.partition("?")[0])
    assert {title: paths for title, paths in called.items() if len(paths) > 1} == {}


def test_every_page_is_also_data(walked: dict[str, list[Reached]], company: Served, cookie: str) -> None:
    """Its twin answers JSON, twice the same with the same ETag; data has no language."""
    client = company.anybody()
    client.headers["Cookie"] = headers(cookie, "en")["Cookie"]
    wrong = []
    for one in pages_of(walked["en"]):
        if one.path in NO_TWIN:
            continue
        twin = told(one.text).twin
        first, second = (client.get(twin or "/nothing") for _ in range(2))
        if (first.status_code, first.headers.get("content-type")) != (200, "application/json"):
            wrong.append(f"{one.path}: {twin}: {first.status_code} {first.text[:200]}")
        elif first.headers["etag"] != second.headers["etag"] and shape_of(one.path) not in NEW_EACH_TIME:
            wrong.append(f"{twin}: its ETag changes though nothing does")
    assert wrong == []


@pytest.fixture(scope="module", params=["empty", "home"])
def small(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, Served]]:
    """A company that has done nothing yet, and a miner at home."""
    folder = tmp_path_factory.mktemp(request.param)
    if request.param == "empty":
        served = empty_company(folder)
        yield request.param, served
        served.close()
        return
    yard, served = home_company(folder)
    yield request.param, served
    served.close()
    yard.close()


@pytest.mark.parametrize("language", LANGUAGES)
def test_small_companies_have_every_page(small: tuple[str, Served], language: str) -> None:
    """Rooms that a company does not use are told as such, on whole pages, and as data."""
    name, served = small
    who = f"root-{language.lower()}"
    cookie = str(served.person(who, ["administrator"]).cookies[COOKIE])
    sent, wrong = headers(cookie, language), []
    start = tuple(ASKED.get(path, path) for path in plain_routes())
    pages = list(crawl(served.base, sent, pages_max=90, alike_max=1, start=tuple(filter(None, start)), shape_of=alike))
    for one in pages:
        if one.status != 200:
            wrong.append(f"{one.path}: {one.status}")
        elif one.kind == "text/html" and one.path.partition("?")[0] not in PIECES:
            wrong += faults(one.path, one.text, language)
            twin = told(one.text).twin
            if twin and get(served.base, twin, sent).status != 200:
                wrong.append(f"{twin}: does not answer")
    assert wrong == [], name
    assert len(pages) > 40


@pytest.mark.parametrize("language", LANGUAGES)
def test_doors_are_whole_pages_too(small: tuple[str, Served], language: str) -> None:
    """Whoever is not signed in is asked to, on pages of the same form."""
    sent, wrong = headers("", language), []
    for path in DOORS:
        found = get(small[1].base, path, sent)
        if found.status == 200:
            wrong += faults(path, found.text, language)
        elif found.status not in (303, 307):
            wrong.append(f"{path}: {found.status}")
    assert wrong == []


def test_a_page_that_is_not_there_is_a_page(company: Served, cookie: str) -> None:
    """With a heading and a way on, in the reader's language."""
    for language in LANGUAGES:
        found = get(company.base, "/books/nothing-here", headers(cookie, language))
        assert found.status == 404
        assert faults("/books/nothing-here", found.text, language) == []
