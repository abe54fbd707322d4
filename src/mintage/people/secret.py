"""Secrets: how they are made, what is kept of them, and a box that keeps them out of logs and tracebacks."""

from __future__ import annotations

import base64
import hmac
import secrets
from hashlib import sha256
from typing import NoReturn

_GROUP = 4
_TYPED_BYTES = 10
_MISTAKEN = str.maketrans("018", "OIB")
"""Base 32 has none of these digits: who types one has read a letter."""


class Secret:
    """A secret that is told once. Printing, logging or encoding it by mistake shows nothing of it.

    Args:
        text: the secret.
    """

    __slots__ = ("_text",)

    def __init__(self, text: str) -> None:
        self._text = text

    def reveal(self) -> str:
        """The secret itself, for the one place that shows it to its owner."""
        return self._text

    def __repr__(self) -> str:
        return "Secret(...)"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Secret) and same(self._text, other._text)

    def __hash__(self) -> int:
        return hash(digest(self._text))

    def __reduce__(self) -> NoReturn:
        raise TypeError("a secret is not copied into files.")


def new_secret(prefix: str = "") -> Secret:
    """A secret of 256 random bits, which a program keeps."""
    return Secret(prefix + secrets.token_urlsafe(32))


def new_code() -> Secret:
    """A one-time code of 80 random bits, which a person types: four groups of four letters and digits."""
    return Secret(typed(base64.b32encode(secrets.token_bytes(_TYPED_BYTES)).decode()))


def typed(code: str) -> str:
    """A code as it was typed, in the one form that is hashed: what is easily mistaken does not matter."""
    bare = "".join(char for char in code.upper() if char.isalnum()).translate(_MISTAKEN)
    return "-".join(bare[at : at + _GROUP] for at in range(0, len(bare), _GROUP))


def digest(text: str) -> str:
    """What is kept of a secret. It has 80 random bits or more, so that its plain hash cannot be guessed back."""
    return sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def derived(secret: str | bytes, purpose: str) -> bytes:
    """Another secret of 256 bits that follows from one for a purpose, and from which the first one does not follow."""
    raw = secret if isinstance(secret, bytes) else secret.encode("utf-8", "surrogatepass")
    return hmac.digest(raw, purpose.encode("utf-8", "surrogatepass"), "sha256")


def csrf_of(cookie: str) -> str:
    """What a form must send back, for what the browser holds."""
    return derived(cookie, "mintage form").hex()


def same(one: str, other: str) -> bool:
    """Whether two secrets are the same; how long it takes does not say where they differ."""
    return hmac.compare_digest(one.encode("utf-8", "surrogatepass"), other.encode("utf-8", "surrogatepass"))
