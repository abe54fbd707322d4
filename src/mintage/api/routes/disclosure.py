"""Texts tied out to the books, to themselves and to the market."""

from __future__ import annotations

from typing import Annotated
from urllib.parse import quote

from fastapi import Query
from starlette.responses import Response

from mintage.api.access import Asked, needs
from mintage.api.reply import ApiRouter, body_of, encode
from mintage.api.routes.jobs import there
from mintage.desk import disclosure as desk
from mintage.desk import disclosure_view
from mintage.desk.tieouts import TieOutRow

router = ApiRouter(tags=["disclosure"])
WORD = Query(max_length=100)


@router.get("/disclosure")
def disclosures(asked: Asked = needs("disclosure.read")) -> desk.Disclosures:
    """Texts that were tied out, the newest first."""
    return desk.listing(asked.company, asked.caller)


@router.get("/disclosure/new")
def text_choices(asked: Asked = needs("disclosure.run")) -> desk.TextChoices:
    """What can be chosen for a new tie-out."""
    return desk.choices(asked.company)


@router.post("/disclosure", status_code=201)
def tie_out_text(asked: Asked = needs("disclosure.run"), told: desk.NewText = body_of(desk.NewText)) -> TieOutRow:
    """Tie a text out: every figure against the books, the text itself and the market.

    It goes on as a job; ask for the tie-out by its id until its state is done.
    """
    return desk.start(asked.company, asked.caller, told, asked.id)


@router.get("/disclosure/{id}")
def tie_out(
    id: str,
    asked: Asked = needs("disclosure.read"),
    verdict: Annotated[str, WORD] = "",
    metric: Annotated[str, WORD] = "",
    against: Annotated[str, WORD] = "",
) -> disclosure_view.TieOut:
    """One text with its figures marked, all of them or those of a verdict or metric."""
    with there():
        return disclosure_view.show(asked.company, asked.caller, id, verdict=verdict, metric=metric, against=against)


@router.post("/disclosure/{id}/again", status_code=201)
def tie_out_again(id: str, asked: Asked = needs("disclosure.run")) -> TieOutRow:
    """Tie a kept text out once more, to the books as they are now."""
    with there():
        return desk.again(asked.company, asked.caller, id, asked.id)


@router.post("/disclosure/{id}/delete")
def delete_tie_out(id: str, asked: Asked = needs("disclosure.run")) -> TieOutRow:
    """Forget a text and what came out: whoever gave it may, and whoever keeps the books."""
    with there():
        return desk.delete(asked.company, asked.caller, id, asked.id)


@router.get("/disclosure/{id}/report.json")
def tie_out_report(id: str, asked: Asked = needs("disclosure.read")) -> Response:
    """The report in the form that `mintage tieout --json` prints."""
    with there():
        row, found = desk.report(asked.company, id)
    return attachment(encode(found), "application/json", f"{row.title}.json")


@router.get("/disclosure/{id}/figures.csv")
def tie_out_figures(id: str, asked: Asked = needs("disclosure.read")) -> Response:
    """The figures, one a row."""
    with there():
        row, text = desk.figures_csv(asked.company, id)
    return attachment(b"\xef\xbb\xbf" + text.encode(), "text/csv; charset=utf-8", f"{row.title}.csv")


@router.get("/disclosure/{id}/page.html")
def tie_out_page(id: str, asked: Asked = needs("disclosure.read")) -> Response:
    """The text with its figures and checks in both languages, as one file that needs nothing else."""
    with there():
        row, page = desk.html(asked.company, id)
    return attachment(page, "text/html; charset=utf-8", f"{row.title}.html")


def attachment(content: bytes, media: str, name: str) -> Response:
    """A file that a browser keeps rather than shows."""
    plain = "".join(char if char.isalnum() or char in " .-_" else "_" for char in name).strip() or "file"
    told = f"attachment; filename*=UTF-8''{quote(plain)}"
    return Response(
        content, headers={"Content-Disposition": told, "Cache-Control": "private, no-cache"}, media_type=media
    )
