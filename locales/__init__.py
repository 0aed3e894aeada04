"""Message catalogs, language negotiation, dates and plurals."""

from locales.negotiation import negotiate
from locales.texts import LANGS, Texts, translator

__all__ = ["LANGS", "N_", "Texts", "negotiate", "translator"]


def N_(message: str) -> str:  # noqa: N802  (the name that gettext tools look for)
    """Mark a text of a table for the catalogs; it is translated where it is shown."""
    return message
