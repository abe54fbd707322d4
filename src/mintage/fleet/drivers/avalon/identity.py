"""Who an Avalon says it is: its reply to `version`."""

from __future__ import annotations

import re

from mintage.fleet.drivers.avalon.replies import Row, rows, text
from mintage.fleet.drivers.port import Identity
from mintage.fleet.models import model_of

_BIN = re.compile(r".*-(\d{1,4})")


def identity_of(reply: Row) -> Identity | None:
    """Who a reply to `version` is from; None where it is no Avalon's.

    An unknown model is told by its maker's name; the suffix of its model, where there is one, is its hash rate.
    """
    told = next(iter(rows(reply, "VERSION")), {})
    model_text, product = text(told.get("MODEL")), text(told.get("PROD"))
    if not product.lower().startswith("avalon") and not (model_text and told.get("CGMiner") and told.get("HWTYPE")):
        return None
    model = model_of(model_text) or model_of(product)
    rated = _BIN.fullmatch(model_text)
    return Identity(
        driver="avalon",
        make="Canaan",
        model=model_text or (model.model if model else product),
        name=model.name if model else product or f"Avalon {model_text}",
        dna=text(told.get("DNA")).lower(),
        mac="".join(letter for letter in text(told.get("MAC")).lower() if letter in "0123456789abcdef"),
        firmware=text(told.get("VERSION")) or text(told.get("LVERSION")),
        hardware=text(told.get("HWTYPE")),
        nameplate_ths=model.hashrate_ths if model else float(rated[1]) if rated else None,
        nameplate_w=model.power_w if model else None,
        cooling=model.cooling if model else "",
        known=model is not None,
    )
