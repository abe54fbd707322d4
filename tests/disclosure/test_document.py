"""The reader of texts: speakers, lines, pairs of languages, and what it refuses."""

from pathlib import Path

import pytest

from mintage.disclosure.document import SIZE_MAX_BYTES, Document, parse_document, read_document
from mintage.units.errors import InputError, LimitError

CALL = Path(__file__).parents[3] / "shared" / "seed" / "call-2025Q2-en-zh.txt"


def _read(text: str) -> Document:
    return parse_document(text.encode())


def test_doubled_speaker_lines_name_who_speaks_until_the_next() -> None:
    """A name line, single or doubled, is dropped and names the speaker of what follows."""
    text = (
        "Operator\nOperator\nWelcome to the call.\n歡迎參加電話會議。\n"
        "Ada Pike - Chief Financial Officer\nAda Pike - Chief Financial Officer\n"
        "Revenue was $1 million.\n營收為一百萬美元。\n"
    )
    first, second = _read(text).paragraphs
    assert (first.line, first.speaker, first.en, first.zh_line) == (3, "Operator", "Welcome to the call.", 4)
    assert (second.line, second.speaker, second.zh) == (7, "Ada Pike", "營收為一百萬美元。")


def test_prefixed_speakers_are_read_and_metric_labels_are_not() -> None:
    """A name before a colon is a speaker when the person speaks twice or has a role; a metric never is."""
    text = (
        "Ada Pike: Good morning to all of you.\nBo Lin (CFO): Thank you, Ada, and hello.\n"
        "Ada Pike: Let me say a little more.\nBitcoin Produced: 463\nTotal Revenue: up on better prices\n"
    )
    assert [p.speaker for p in _read(text).paragraphs] == [
        "Ada Pike",
        "Bo Lin",
        "Ada Pike",
        "Ada Pike",
        "Ada Pike",
    ]


def test_a_release_without_speakers_or_chinese_reads_plain() -> None:
    """English alone gives paragraphs with no speaker and no translation."""
    paragraphs = _read("Example Mining Reports May\n\nThe company mined 109 bitcoins.\n").paragraphs
    assert [(p.line, p.speaker, p.zh) for p in paragraphs] == [(1, "", None), (3, "", None)]


def test_wrapped_lines_join_and_keep_their_line_numbers() -> None:
    """In a hard-wrapped file a paragraph spans lines, and an offset still knows its own line."""
    text = (
        "The company produced more bitcoin in the month than in any month since\n"
        "it began, that is 109 bitcoins, and held 1,466 at the end.\n\nNext paragraph.\n"
    )
    first, second = _read(text).paragraphs
    assert first.line_at(first.en.index("109")) == 2
    assert first.line_at(0) == 1
    assert second.line == 4


def test_runs_of_both_languages_pair_in_order() -> None:
    """Two English paragraphs above two Chinese ones pair first with first, second with second."""
    text = "Operator\nFirst words.\nSecond words.\n第一段文字。\n第二段文字。\n"
    first, second = _read(text).paragraphs
    assert (first.zh, second.zh) == ("第一段文字。", "第二段文字。")


def test_a_heading_without_translation_stays_alone() -> None:
    """When only the last of two English lines is translated, the first has no pair."""
    first, second = _read("A heading\nSome words here.\n這裡有一些文字。\n").paragraphs
    assert first.zh is None
    assert second.zh_line == 3


def test_chinese_above_all_english_is_kept_apart() -> None:
    """A Chinese note with no English above it is not anybody's translation."""
    document = _read("以英文原文為主\nOperator\nHello to all.\n大家好。\n")
    assert document.unpaired_zh_lines == (1,)
    assert document.paragraphs[0].zh_line == 4


def test_bytes_that_are_not_utf8_name_byte_and_line() -> None:
    """A text in another encoding is refused with the place of the first bad byte."""
    with pytest.raises(InputError, match="not UTF-8: byte 12 is 0xa4") as caught:
        parse_document(b"line one\nab \xa4\xa4", "call.txt")
    assert (caught.value.file, caught.value.line) == ("call.txt", 2)


@pytest.mark.parametrize("raw", [b"", b" \n\n", b"\xef\xbb\xbf"])
def test_an_empty_text_is_refused(raw: bytes) -> None:
    """Nothing to read is an error, not a clean report."""
    with pytest.raises(InputError, match="holds no text"):
        parse_document(raw)


def test_a_large_file_is_refused_without_reading_it(tmp_path: Path) -> None:
    """A file of 200 MB is refused by its size alone (it is sparse here)."""
    path = tmp_path / "big.txt"
    with path.open("wb") as file:
        file.truncate(10 * SIZE_MAX_BYTES)
    with pytest.raises(LimitError, match="200,000,000 bytes"):
        read_document(path)


def test_a_missing_file_and_a_folder_are_refused(tmp_path: Path) -> None:
    """What is not a readable file is named with a remedy."""
    with pytest.raises(InputError, match="does not exist"):
        read_document(tmp_path / "none.txt")
    with pytest.raises(InputError, match="is a folder"):
        read_document(tmp_path)


@pytest.mark.skipif(not CALL.exists(), reason="../shared is not beside this checkout")
def test_the_real_call_reads_with_its_speakers() -> None:
    """Every English paragraph of the real call has a speaker and the Chinese line right below it."""
    paragraphs = read_document(CALL).paragraphs
    assert len(paragraphs) == 81
    assert len({p.speaker for p in paragraphs}) == 9
    assert all(p.speaker and p.zh_line == p.line + 1 for p in paragraphs)
