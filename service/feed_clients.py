"""Which kind of calendar reads an address, told from its User-Agent; the kind alone is kept."""

from __future__ import annotations

# In this order, as some name others too. The words are those that the programs send of themselves:
# Google's "Google-Calendar-Importer", Apple's "dataaccessd" (iOS, macOS) and "CalendarAgent" (older macOS), Exchange
# Online's and Outlook's own names, Thunderbird's, Nextcloud's, and on Android ICSx5 and DAVx5 (bitfire).
_WORDS: tuple[tuple[str, str], ...] = (
    ("google", "google"),
    ("icsx5", "android"),
    ("icsdroid", "android"),
    ("davx5", "android"),
    ("dataaccessd", "apple"),
    ("calendaragent", "apple"),
    ("ical/", "apple"),
    ("calendar/", "apple"),
    ("outlook", "outlook"),
    ("exchange", "outlook"),
    ("microsoft office", "outlook"),
    ("thunderbird", "thunderbird"),
    ("nextcloud", "nextcloud"),
)


def kind(user_agent: str) -> str | None:
    """One of `codes.FEED_CLIENTS`; None when the reader does not say what it is."""
    said = user_agent.lower().strip()
    if not said:
        return None
    return next((name for word, name in _WORDS if word in said), "other")
