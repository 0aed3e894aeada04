"""Which language to answer in (RFC 9110, 12.5.4)."""

from __future__ import annotations

from collections.abc import Sequence


def negotiate(accept_language: str | None, allowed: Sequence[str]) -> str:
    """
    The allowed language that the reader likes best; the first allowed one when none is asked for.

    A regional tag stands for its language (`fr-BE` reads `fr`). Of two equal wishes the one written first counts.
    Parts that are not well-formed are passed over.
    """
    wishes = sorted(_wishes(accept_language or ""), key=lambda wish: -wish[1])
    unwanted = {tag for tag, quality in wishes if quality == 0}
    for tag, quality in wishes:
        if quality == 0:
            break
        for language in allowed:
            if tag == "*" and language not in unwanted:
                return language
            if tag == language or tag.startswith(f"{language}-"):
                return language
    return allowed[0]


def _wishes(header: str) -> list[tuple[str, float]]:
    found: list[tuple[str, float]] = []
    for part in header.split(","):
        tag, *parameters = (piece.strip().lower() for piece in part.split(";"))
        quality = 1.0
        for parameter in parameters:
            name, _, value = parameter.partition("=")
            if name.strip() == "q":
                try:
                    quality = float(value)
                except ValueError:
                    quality = -1.0
        if tag and 0 <= quality <= 1:
            found.append((tag, quality))
    return found
