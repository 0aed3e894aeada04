"""Whose event it is, told from its UID."""

from __future__ import annotations

OWN = "@lefil"
"""Ends the UID of every visit and meeting ever sent; never change."""


def own_uid(unique: str) -> str:
    """The UID of a new visit or meeting."""
    return f"{unique}{OWN}"


def is_own(uid: str) -> bool:
    """It came from here: somebody's calendar shows what Le Fil put into it."""
    return uid.endswith(OWN)
