"""Message catalogs, language negotiation, dates and plurals."""


def N_(message: str) -> str:
    """Mark a text of a table for the catalogs; it is translated where it is shown."""
    return message
