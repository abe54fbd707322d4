"""Every spoiled translation is noted with its kind; every good one is left alone."""

import time
import tomllib
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mintage.disclosure.document import parse_document
from mintage.disclosure.language import LanguageNote, compare

SAMPLES = tomllib.loads((Path(__file__).parent / "samples" / "bilingual.toml").read_text(encoding="utf-8"))
GOOD: dict[str, tuple[str, str]] = {name: (pair["en"], pair["zh"]) for name, pair in SAMPLES.items()}

CHANGES = [
    ("results in Taiwan's style", "4,830 萬", "4,380 萬", "number", "4,830 萬美元"),
    ("results in Taiwan's style", "4,830 萬美元", "4.83 億美元", "number", "4,830 萬美元"),
    ("results in Taiwan's style", "4,830 萬美元", "4,830 萬元人民幣", "unit", "4,830 萬美元"),
    ("results in Taiwan's style", "305 萬美元", "305 萬", "unit", "305 萬美元"),
    ("results in Taiwan's style", "年增 31%", "季增 31%", "period", "年增(較去年同期)"),
    ("results in Taiwan's style", "公布第二季", "公布第三季", "period", "第二季"),
    ("results in Taiwan's style", "成長 12%", "下滑 12%", "missing", "上升"),
    ("results in Taiwan's style", "則為毛損", "則為毛利", "missing", "虧損"),
    ("results in Taiwan's style", "毛利為 620 萬美元,2024 年同期則為毛損 40 萬美元。", "", "missing", None),
    ("results in Taiwan's style", "合每股 ADS 0.02 美元", "合 0.02 美元", "unit", "每股 ADS 0.02 美元"),
    ("results in Taiwan's style", "2024 年同期", "2023 年同期", "period", "2024 年"),
    ("results in the mainland's style and script", "240万TH/s", "240万太赫兹", "unit", "240 萬 TH/s"),
    ("results in the mainland's style and script", "环比", "同比", "period", "季增(較上一季)"),
    ("results in the mainland's style and script", "每TH/s 9.80美元", "9.80美元", "unit", "每 TH/s 9.80 美元"),
    ("results in the mainland's style and script", "总算力", "总哈希率", "term", "算力"),
    ("results in the mainland's style and script", "挖矿收入", "采矿收入", "term", "挖礦"),
    ("fleet and power", "3.9 EH/s", "3.9 PH/s", "unit", "3.9 EH/s"),
    ("fleet and power", "3.2 EH/s", "3.2 個額外雜湊值", "unit", "3.2 EH/s"),
    ("fleet and power", "每千瓦時 0.046 美元", "0.046 美元", "unit", "每千瓦時 0.046 美元"),
    ("fleet and power", "6 月 30 日", "6 月 3 日", "period", "2025 年 6 月 30 日"),
    ("fleet and power", "4,150 台", "4,510 台", "number", "4,150 台"),
    ("fleet and power", "再有 25 MW", "再有 25 kW", "unit", "25 MW"),
    ("treasury in words", "一千二百萬美元", "一千二百億美元", "number", "1,200 萬美元"),
    ("treasury in words", "712 枚比特幣", "比特幣", "number", "712 枚比特幣"),
    ("treasury in words", "150 枚已質押", "150 枚已抵押", "term", "質押"),
    ("treasury in words", "三個季度", "四個季度", "number", "3 個季度"),
    ("treasury in words", "比特幣儲備", "比特幣金庫", "term", "比特幣儲備"),
    ("guidance", "5,200 萬至 5,800 萬", "5,200 萬至 8,500 萬", "number", "5,800 萬美元"),
    ("guidance", "每 PH/s 每日", "每 PH/s", "unit", "每 PH/s 每天 56 美元"),
    ("guidance", "關稅", "電價", "term", "關稅"),
    ("guidance", "算力價格", "哈希價格", "term", "算力價格"),
    ("guidance", "指引", "指導意見", "term", "指引"),
    ("an answer with hesitations", "晶圓", "薄餅", "term", "晶圓"),
    ("an answer with hesitations", "流片", "膠帶", "term", "流片"),
    ("an answer with hesitations", "6 月執行", "6 月處決", "term", "已執行"),
    ("an answer with hesitations", "9 月下旬", "8 月下旬", "period", "9 月"),
    ("several things at once", "3 個百分點", "3%", "unit", "3 個百分點"),
    ("several things at once", "數百台", "數十台", "number", "數百 台"),
    ("several things at once", "毛利率 21%", "毛利率百分之十二", "number", "21%"),
    ("several things at once", "家用礦機", "家庭礦工", "term", "家用礦機"),
    ("safe harbor", "安全港聲明", "避風港聲明", "term", "安全港"),
    ("safe harbor", "非公認會計準則指標", "財務指標", "term", "非公認會計準則(non-GAAP)"),
    ("safe harbor", "未實現公允價值", "公允價值", "term", "未實現"),
    ("a repurchase and shares", "回購計畫", "贖回計畫", "term", "回購"),
    ("a repurchase and shares", "8 月 8 日", "8 月 18 日", "period", "8 月 8 日"),
    ("a repurchase and shares", "120 萬股 ADS", "120 億股 ADS", "number", "120 萬股 ADS"),
]


def notes_of(en: str, zh: str) -> tuple[LanguageNote, ...]:
    """Compare one paragraph with its translation."""
    return compare(parse_document(f"{en}\n{zh}\n".encode()), "2025Q2")


@pytest.mark.parametrize("name", GOOD)
def test_a_good_translation_gets_no_note(name: str) -> None:
    """What people translate well, in either script and style, is never flagged."""
    assert notes_of(*GOOD[name]) == ()


@pytest.mark.parametrize(("name", "right", "wrong", "kind", "suggest"), CHANGES)
def test_a_spoiled_translation_is_noted(name: str, right: str, wrong: str, kind: str, suggest: str | None) -> None:
    """One change in a good translation gives a note of its kind, with the wording to print."""
    en, zh = GOOD[name]
    assert zh.count(right) >= 1
    notes = notes_of(en, zh.replace(right, wrong, 1))
    assert [(n.kind, n.suggest) for n in notes if n.kind == kind and n.suggest == suggest], notes
    assert len(notes) <= 2
    assert all(n.line == 1 and n.zh_line == 2 for n in notes)


ORDINARY = [
    ("We obeyed the court's orders in order to close the case.", "為了結案,我們遵守了法院的命令。"),
    ("The power tariff in Texas rose by 4%.", "德州電價上漲 4%。"),
    ("U.S. Treasury yields rose 10 basis points in May.", "5 月美國國債殖利率上升 10 個基點。"),
    ("We expect our guidance to hold, as expected.", "一如預期,我們預期指引不變。"),
    ("The collateral was returned after the pledge ended.", "質押結束後,抵押品已返還。"),
    ("Our business model is new, and the new models ship in July.", "我們的商業模式很新,新機型將於 7 月出貨。"),
    ("Miners such as these two companies host 3 sites for us.", "像這兩家公司這樣的礦工為我們託管三個礦場。"),
    ("ADR holders pay 2 cents per ADS.", "美國存託憑證持有人每股 ADS 支付 2 美分。"),
    ("Half of the fleet, or one third of its power, moved.", "一半的機隊,亦即三分之一的電力,已經轉移。"),
    ("Net loss decreased while costs were lower.", "淨損減少,成本也降低。"),
    ("Fewer than 20 machines failed, less than 1%.", "不到 20 台機器故障,不足 1%。"),
    ("It took us one and a half years.", "這花了我們一年半的時間。"),
    ("We ordered 120 wafers from the foundry at 4 nm.", "我們向晶圓代工廠訂購了 120 片 4 奈米晶圓。"),
    ("Bitcoin mining industry news: the peak was on 4/20.", "比特幣礦業新聞:高點出現在 4/20。"),
    ("We sold 1.5 EH/s, that is 1,500,000 TH/s.", "我們售出 1.5 EH/s,即 150 萬 TH/s。"),
    ("Revenue grew 12% sequentially and 31% year-over-year.", "營收季增 12%,年增 31%。"),
    ("A total of RMB 7.2 million ($1.0 million) was paid.", "共支付人民幣 720 萬元(100 萬美元)。"),
]


@pytest.mark.parametrize(("en", "zh"), ORDINARY)
def test_ordinary_words_are_left_alone(en: str, zh: str) -> None:
    """A word that is wrong for a term of the trade is right where the English means something else."""
    assert notes_of(en, zh) == ()


def test_exchanged_ends_of_a_movement_are_noted() -> None:
    """A rise told from its end to its start is found although both figures are there."""
    en = "Operating hash rate rose from 2.6 EH/s in March to 3.2 EH/s in June."
    assert notes_of(en, "運行算力由 3 月的 2.6 EH/s 升至 6 月的 3.2 EH/s。") == ()
    (note,) = notes_of(en, "運行算力由 3 月的 3.2 EH/s 升至 6 月的 2.6 EH/s。")
    assert note.kind == "number"
    assert "3.2" in note.why


def test_one_figure_for_two_people_is_not_given_to_each() -> None:
    """分別 with a single figure says that each of them bought it."""
    en = "In June, both founders together purchased 80,000 shares."
    assert notes_of(en, "6 月,兩位創辦人合計買入 8 萬股。") == ()
    (note,) = notes_of(en, "6 月,兩位創辦人分別買入了 8 萬股。")
    assert note.kind == "number"
    assert note.target == "分別買入了 8 萬股"


def test_a_month_that_moves_to_the_other_end_is_noted() -> None:
    """The month of the peak may not become the month of the low."""
    en = "The price moved from a low of $40 to a high of $52 in April."
    assert notes_of(en, "價格從 40 美元的低點升至 4 月的 52 美元高點。") == ()
    (note,) = notes_of(en, "價格從 4 月的 40 美元低點升至 52 美元高點。")
    assert note.kind == "period"


def test_a_measure_word_of_other_things_is_noted() -> None:
    """家 after a number of bitcoins says companies; after a number of companies it is right."""
    en = "We own 712 bitcoins. That is 16 more than 696 in March."
    (first, second) = notes_of(en, "我們自有 712 枚比特幣,比 3 月的 696 家多了 16 家。")
    assert {first.suggest, second.suggest} == {"696 枚", "16 枚"}
    assert notes_of("We host machines for 16 companies.", "我們為 16 家公司託管礦機。") == ()


def test_misheard_words_are_noted_with_what_was_meant() -> None:
    """A literal translation of misheard English is noted; one that restores the sense is not."""
    en = "The emerging cooling model sells well and the network cash rate is high."
    notes = notes_of(en, "新興冷卻模型銷售良好,網路現金率也很高。")
    assert [(n.kind, n.suggest) for n in notes] == [("term", "浸沒式冷卻"), ("term", "全網算力")]
    assert notes_of(en, "浸沒式冷卻機型銷售良好,全網算力也很高。") == ()


ENGLISH_PIECES = ["$1.5 million", "Q2", "May", "up", "12%", "hash rate", "per", "TH/s", ". ", "June 31", "half", "to"]
CHINESE_PIECES = ["1.5", "億", "美元", "百分之", "分之", "太赫茲", "算力", *"萬第季十零。,月日年每成數點兆１增減"]


@given(st.lists(st.sampled_from(ENGLISH_PIECES)), st.lists(st.sampled_from(CHINESE_PIECES)))
@settings(max_examples=300, deadline=None)
def test_no_text_breaks_the_comparison(en: list[str], zh: list[str]) -> None:
    """Whatever pieces a text is made of, there are notes or none, each within the two texts."""
    english, chinese = "The " + " ".join(en), "這是" + "".join(zh)
    for note in notes_of(english, chinese):
        assert note.start is None or english[note.start :].startswith(note.source.split(" ")[0])
        assert note.zh_start is None or chinese[note.zh_start :].startswith(note.target[:1])
        assert note.source or note.target


def test_a_long_paragraph_takes_no_square_of_time() -> None:
    """Twenty times the text takes less than a hundred times as long, and still gives no false note."""
    en, zh = (" ".join(pair[0] for pair in GOOD.values()), "".join(pair[1] for pair in GOOD.values()))
    started = time.process_time()
    assert notes_of(en, zh) == ()
    once = time.process_time() - started
    started = time.process_time()
    assert notes_of(" ".join([en] * 20), zh * 20) == ()
    assert time.process_time() - started < 100 * max(once, 0.02)


def test_paragraphs_without_translation_give_nothing() -> None:
    """English alone has nothing to be compared with."""
    assert compare(parse_document(b"Revenue was $3 million.\n"), "2025Q2") == ()


def test_lines_are_those_of_the_file() -> None:
    """A note names the lines of its own paragraph and translation."""
    text = "Hello.\n您好。\n\nRevenue was $3 million.\n營收為 400 萬美元。\n"
    (note,) = compare(parse_document(text.encode()), "2025Q2")
    assert (note.line, note.zh_line, note.source, note.target) == (4, 5, "$3 million", "400 萬美元")
