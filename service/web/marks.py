"""Small drawings and signs: line icons, the colour class of a person, initials."""

from __future__ import annotations

from markupsafe import Markup

PATHS: dict[str, str] = {
    "check": '<path d="M5 12.5l4.5 4.5L19 7.5"/>',
    "chevron": '<path d="M9 6l6 6-6 6"/>',
    "previous": '<path d="M15 6l-6 6 6 6"/>',
    "next": '<path d="M9 6l6 6-6 6"/>',
    "again": '<path d="M4.5 11a7.5 7.5 0 0113.5-3.5L20 9.5M19.5 13A7.5 7.5 0 016 16.5L4 14.5"/>'
    '<path d="M20 4.5v5h-5M4 19.5v-5h5"/>',
    "print": '<path d="M7 8.5V3.5h10v5M7 17H4.5v-8h15v8H17"/><path d="M7 14h10v6.5H7z"/>',
    "pin": '<path d="M9 4h6l-.8 6 3.3 3.5H6.5L9.8 10z"/><path d="M12 13.5V21"/>',
    "close": '<path d="M6 6l12 12M18 6L6 18"/>',
    "calendar": '<rect x="3.5" y="5" width="17" height="15.5" rx="2.5"/><path d="M8 3v4M16 3v4M3.5 10h17"/>',
    "place": '<path d="M12 21s7-6.2 7-11.5A7 7 0 005 9.5C5 14.8 12 21 12 21z"/><circle cx="12" cy="9.5" r="2.5"/>',
    "info": '<circle cx="12" cy="12" r="8.5"/><path d="M12 11v5M12 7.8v.2"/>',
    "clock": '<circle cx="12" cy="12" r="8.5"/><path d="M12 7.5V12l3 2"/>',
    "inbox": '<path d="M4 13l2.5-8h11L20 13v6H4z"/><path d="M4 13h4.5l1.5 2.5h4L15.5 13H20"/>',
    "help": '<circle cx="12" cy="12" r="8.5"/><path d="M9.5 9.5a2.5 2.5 0 113.7 2.2c-.8.5-1.2 1-1.2 1.8M12 16.8v.2"/>',
    "bus": '<path d="M5 17h14M5 17a2 2 0 104 0M15 17a2 2 0 104 0M4 17V8.5A2.5 2.5 0 016.5 6h10A3.5 3.5 0 '
    '0120 9.5V17M4 11.5h16"/>',
    "two": '<circle cx="9" cy="9" r="3"/><path d="M3.5 19c.5-3.5 2.5-5 5.5-5s5 1.5 5.5 5"/>'
    '<path d="M15.5 6.5a3 3 0 010 5.5M17 14.5c2 .5 3.2 2 3.5 4.5"/>',
    "stop": '<rect x="6" y="6" width="12" height="12" rx="1.5"/>',
    "person": '<circle cx="12" cy="8" r="4"/><path d="M4 20.5c.8-4 3.8-6 8-6s7.2 2 8 6"/>',
    "key": '<circle cx="8" cy="15" r="4"/><path d="M11 12l8.5-8.5M16 6.5l3 3M13.5 9l2 2"/>',
    "file": '<path d="M6 3.5h8l4 4V20.5H6z"/><path d="M14 3.5v4h4"/>',
}


def icon(name: str, extra: str = "") -> Markup:
    """A line icon; text always stands beside it."""
    kind = f"icon {extra}" if extra else "icon"
    return Markup(  # noqa: S704  (our own drawings)
        f'<svg class="{kind}" viewBox="0 0 24 24" aria-hidden="true">{PATHS[name]}</svg>'
    )


def color_of(number: int) -> str:
    """`p1` to `p6`: the colour class of the n-th person of a page, counted from 0."""
    return f"p{number % 6 + 1}"


def initials(name: str) -> str:
    """At most two letters."""
    letters = [part[0] for part in name.replace("-", " ").split() if part[0].isalnum()]
    return "".join(letters[:2]).upper()
