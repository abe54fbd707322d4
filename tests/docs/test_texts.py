"""What is written by hand is true: links arrive, paths exist, terms are used, files import."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from mintage.house import memory_journal
from mintage.journal.intake import import_files
from mintage.units.errors import InputError
from tests.docs.pages import PAGES, ROOT, blocks, name, prose

_LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)")
_HEADING = re.compile(r"^#+ (.+)$", re.MULTILINE)
_CODE = re.compile(r"`([^`\n]+)`")
_FILE_NAMES = {"csv": "a.csv", "toml": "b.toml", "json": "c.jsonl"}


def anchors(page: Path) -> set[str]:
    """The anchors that headings of a page have on a code host."""
    titles = (re.sub(r"[^\w\- ]", "", title.strip().lower()) for title in _HEADING.findall(prose(page)))
    return {title.replace(" ", "-") for title in titles}


@pytest.mark.parametrize("page", PAGES, ids=name)
def test_every_link_arrives(page: Path) -> None:
    """A link within the checkout names a file that is there, and a heading that the file has."""
    for link in _LINK.findall(prose(page)):
        if "://" in link:
            continue
        path, _, anchor = link.partition("#")
        target = (page.parent / path).resolve() if path else page
        assert target.exists(), f"{name(page)}: {link}"
        assert not anchor or anchor in anchors(target), f"{name(page)}: {link}"


@pytest.mark.parametrize("page", PAGES, ids=name)
def test_every_path_and_test_that_is_named_exists(page: Path) -> None:
    """Files in code marks are there, and tests named with :: are tests."""
    for word in _CODE.findall(prose(page)):
        if re.fullmatch(r"(src|tests|tools|bench|examples|docs)/[\w./-]+(::\w+)?", word):
            path, _, test = word.partition("::")
            assert (ROOT / path).exists(), f"{name(page)}: {word}"
            assert not test or f"def {test}(" in (ROOT / path).read_text("utf-8"), f"{name(page)}: {word}"


@pytest.mark.parametrize("page", PAGES, ids=name)
def test_no_page_names_a_path_of_somebodys_machine(page: Path) -> None:
    """What stands in the docs works in any checkout."""
    assert not re.search(r"(?<![\w.])/(home|root|work|tmp|Users)/", page.read_text("utf-8"))


def test_every_term_of_the_glossary_is_used_and_has_both_languages() -> None:
    """The glossary holds the words that code and docs speak, each once, and no others."""
    sources = [*(ROOT / "src").rglob("*.py"), *(ROOT / "src").rglob("*.toml"), *PAGES]
    text = "\n".join(path.read_text("utf-8") for path in sources if path.name != "GLOSSARY.md").lower()
    rows = re.findall(r"^\| ([^|]+) \| ([^|]+) \| ([^|]+) \|$", (ROOT / "GLOSSARY.md").read_text("utf-8"), re.MULTILINE)
    terms = [(term, meaning, chinese) for term, meaning, chinese in rows if term not in {"term", "---"}]
    assert len({term for term, _, _ in terms}) == len(terms) > 50
    for term, meaning, chinese in terms:
        pattern = re.escape(term.lower()).replace(r"\ ", r"[\s_-]+")
        assert re.search(rf"(?<![a-z]){pattern}(?:s|es|d)?(?![a-z])", text), f"'{term}' is used nowhere"
        assert meaning.strip(), term
        assert chinese.strip(), term


def test_the_example_files_of_the_docs_import(tmp_path: Path) -> None:
    """Each form of fact file that docs/files.md shows is read and booked, in the order of the page."""
    journal = memory_journal()
    page = ROOT / "docs" / "files.md"
    for language, file in _FILE_NAMES.items():
        (text, *later) = blocks(page, language)
        (tmp_path / file).write_text(text, "utf-8")
        receipts = import_files(journal, [tmp_path / file], "docs")
        assert receipts, language
        assert all(receipt.new for receipt in receipts), language
        if later:
            (tmp_path / f"later-{file}").write_text(later[0], "utf-8")
    import_files(journal, [tmp_path / "later-b.toml"], "docs")
    assert not any(account.endswith(":main") for account, _ in journal.balances()), "the reversal undoes the rent"


def test_the_error_that_the_docs_show_is_the_error_that_one_gets(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """File, line, field and remedy read as printed."""
    page = ROOT / "docs" / "files.md"
    text = blocks(page, "csv")[0].replace("0.31500000 BTC", "0.31 USD")
    (told,) = blocks(page, "text")
    monkeypatch.chdir(tmp_path)
    Path("june.csv").write_text(text, "utf-8")
    with pytest.raises(InputError) as refused:
        import_files(memory_journal(), [Path("june.csv")], "docs")
    assert f"mintage: {refused.value}" == told.strip()
