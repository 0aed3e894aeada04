"""Message catalogs, language negotiation, dates and plurals."""
