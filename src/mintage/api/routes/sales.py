"""Sales: customers, orders and what is left of them, deposits, deliveries, average prices."""

from __future__ import annotations

from typing import Annotated

from fastapi import Query

from mintage.api.access import Asked, needs
from mintage.api.reply import ApiRouter
from mintage.desk import sales as desk

router = ApiRouter(tags=["sales"])


@router.get("/sales")
def sales(asked: Asked = needs("sales.read"), period: Annotated[str, Query(max_length=10)] = "") -> desk.SalesAnswer:
    """Sales of a period, with customers and open orders at its end or today."""
    return desk.sales(asked.company, asked.company.period(period))
