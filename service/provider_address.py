"""The identity provider as the operator names it: its issuer, and what it must say of two factors."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urlsplit

VOUCHES = "provider"
"""The operator's word that the provider asks two factors of everybody who comes here."""


@dataclass(frozen=True)
class Factors:
    """
    What tells that two factors were asked for: one of these values of `acr` or `amr` in the token, or the operator.

    (OpenID Connect Core 1.0, section 2; RFC 8176.)
    """

    acr: tuple[str, ...] = ()
    amr: tuple[str, ...] = ()
    vouched: bool = False


def issuer_of(text: str) -> str:
    """
    The issuer, letter by letter as it stands in the tokens.

    Raises
    ------
    ValueError
        When it is not an address of https without query; its message never holds the address.
    """
    refused = ValueError("not the address of an identity provider")
    try:
        parts = urlsplit(text)
        _ = parts.port
    except ValueError:
        raise refused from None
    odd = parts.query or parts.fragment or "@" in parts.netloc or "?" in text or "#" in text
    if parts.scheme != "https" or not parts.hostname or odd or not text.isascii() or not text.isprintable():
        raise refused
    if " " in text or "\\" in text or len(text) > 400:
        raise refused
    return text


def factors_of(text: str) -> Factors:
    """
    Read `amr:mfa, acr:gold`, or `provider`.

    Raises
    ------
    ValueError
        When it says nothing, or something else.
    """
    acr: list[str] = []
    amr: list[str] = []
    vouched = False
    for one in (part.strip() for part in text.split(",")):
        kind, _, value = one.partition(":")
        if one == VOUCHES:
            vouched = True
        elif kind == "acr" and value:
            acr.append(value)
        elif kind == "amr" and value:
            amr.append(value)
        else:
            raise ValueError("neither amr:…, acr:… nor provider")
    return Factors(tuple(acr), tuple(amr), vouched)
