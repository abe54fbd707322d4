"""A text and its translation given apart: put together paragraph by paragraph, or refused with what to do."""

from __future__ import annotations

import pytest

from mintage.disclosure.document import parse_document
from mintage.disclosure.pairing import interleave
from mintage.units.errors import InputError

ENGLISH = "Revenue was $5 million.\n\nWe mined 20 bitcoin.\n"
CHINESE = "營收為 500 萬美元。\n\n我們挖得 20 枚比特幣。\n"


def test_each_paragraph_gets_its_own_translation() -> None:
    """Blank lines set paragraphs apart; each English one is read with the Chinese one of the same place."""
    document = parse_document(interleave(ENGLISH, CHINESE).encode())
    assert [(one.en, one.zh) for one in document.paragraphs] == [
        ("Revenue was $5 million.", "營收為 500 萬美元。"),
        ("We mined 20 bitcoin.", "我們挖得 20 枚比特幣。"),
    ]


def test_lines_pair_where_blocks_do_not() -> None:
    """Texts without blank lines on one side pair line by line."""
    document = parse_document(interleave(ENGLISH.replace("\n\n", "\n"), CHINESE).encode())
    assert [one.zh for one in document.paragraphs] == ["營收為 500 萬美元。", "我們挖得 20 枚比特幣。"]


def test_wrapped_chinese_becomes_one_line() -> None:
    """A translation that is wrapped over lines is one paragraph, without spaces that Chinese does not have."""
    document = parse_document(interleave("Revenue was $5 million.", "營收為\n500 萬\n美元。").encode())
    assert document.paragraphs[0].zh == "營收為500 萬美元。"


@pytest.mark.parametrize(
    ("english", "chinese", "field", "said"),
    [
        (ENGLISH, "營收為 500 萬美元。", "translation", "1 paragraphs, and the English 2"),
        (CHINESE, CHINESE, "text", "has Chinese paragraphs already"),
        (ENGLISH, ENGLISH, "translation", "not Chinese in paragraph 1"),
    ],
)
def test_what_cannot_be_paired_is_refused(english: str, chinese: str, field: str, said: str) -> None:
    """Nothing is paired by guess; the error names the field and what to do."""
    with pytest.raises(InputError, match=said) as caught:
        interleave(english, chinese)
    assert caught.value.field == field
    assert caught.value.remedy
