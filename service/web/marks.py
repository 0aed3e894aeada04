"""Small drawings and signs: line icons, the colour class of a person, initials."""

from __future__ import annotations

from markupsafe import Markup

PATHS: dict[str, str] = {
    "check": '<path d="M5 12.5l4.5 4.5L19 7.5"/>',
    "chevron": '<path d="M9 6l6 6-6 6"/>',
    "previous": '<path d="M15 6l-6 6 6 6"/>',
    "next": '<path d="M9 6l6 6-6 6"/>',
    "again": '<path d="M4.500 11a7.500 7.500 0 0113.500-3.500L20 9.500M19.500 13A7.500 7.500 0 016 16.500L4 14.500"/>'
    '<path d="M20 4.500v5h-5M4 19.500v-5h5"/>',
    "print": '<path d="M7 8.500V3.500h10v5M7 17H4.500v-8h15v8H17"/><path d="M7 14h10v6.500H7z"/>',
    "pin": '<path d="M9 4h6l-.8 6 3.300 3.500H6.500L9.800 10z"/><path d="M12 13.500V21"/>',
    "close": '<path d="M6 6l12 12M18 6L6 18"/>',
    "calendar": '<rect x="3.5" y="5" width="17" height="15.5" rx="2.5"/><path d="M8 3v4M16 3v4M3.5 10h17"/>',
    "place": '<path d="M12 21s7-6.2 7-11.5A7 7 0 005 9.500C5 14.800 12 21 12 21z"/>'
    '<circle cx="12" cy="9.500" r="2.500"/>',
    "info": '<circle cx="12" cy="12" r="8.500"/><path d="M12 11v5M12 7.800v.2"/>',
    "clock": '<circle cx="12" cy="12" r="8.500"/><path d="M12 7.500V12l3 2"/>',
    "inbox": '<path d="M4 13l2.500-8h11L20 13v6H4z"/><path d="M4 13h4.500l1.500 2.500h4L15.500 13H20"/>',
    "help": '<circle cx="12" cy="12" r="8.500"/>'
    '<path d="M9.500 9.500a2.500 2.500 0 113.700 2.200c-.8.500-1.200 1-1.200 1.800M12 16.800v.2"/>',
    "bus": '<path d="M5 17h14M5 17a2 2 0 104 0M15 17a2 2 0 104 0M4 17V8.500A2.500 2.500 0 016.500 6h10A3.500 3.500 0 '
    '0120 9.500V17M4 11.500h16"/>',
    "two": '<circle cx="9" cy="9" r="3"/><path d="M3.500 19c.500-3.500 2.500-5 5.500-5s5 1.500 5.500 5"/>'
    '<path d="M15.500 6.500a3 3 0 010 5.500M17 14.500c2 .500 3.200 2 3.500 4.500"/>',
    "stop": '<rect x="6" y="6" width="12" height="12" rx="1.500"/>',
    "person": '<circle cx="12" cy="8" r="4"/><path d="M4 20.500c.8-4 3.800-6 8-6s7.200 2 8 6"/>',
    "key": '<circle cx="8" cy="15" r="4"/><path d="M11 12l8.500-8.500M16 6.500l3 3M13.500 9l2 2"/>',
    "file": '<path d="M6 3.500h8l4 4V20.500H6z"/><path d="M14 3.500v4h4"/>',
}


def icon(name: str, extra: str = "") -> Markup:
    """A line icon; text always stands beside it."""
    return Markup(  # noqa: S704  (our own drawings)
        f'<svg class="icon {extra}" viewBox="0 0 24 24" aria-hidden="true" focusable="false">{PATHS[name]}</svg>'
    )


def color_of(number: int) -> str:
    """`p1` to `p6`: the colour class of the n-th person of a page, counted from 0."""
    return f"p{number % 6 + 1}"


def initials(name: str) -> str:
    """At most two letters."""
    letters = [part[0] for part in name.replace("-", " ").split() if part[0].isalnum()]
    return "".join(letters[:2]).upper()
