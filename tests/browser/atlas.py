"""Every page that a role can reach by following links, from its first page and a few others on."""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from urllib.parse import urljoin, urlsplit

from litestar import Litestar
from litestar.routes import HTTPRoute

NOT_PAGES = ("/static", "/f/", "/api/", "/health", "/robots.txt", "/langue/", "/theme/", "/lecture/")
"""Answers that nobody looks at: files, calendars, switches that lead back to a page."""


@dataclass(frozen=True)
class Template:
    """One page of the program, whatever it is about."""

    path: str
    pattern: re.Pattern[str]


@dataclass
class Atlas:
    """The addresses at which each page was looked at, by the page's template."""

    role: str
    pages: dict[str, list[str]] = field(default_factory=dict[str, list[str]])
    ways: set[str] = field(default_factory=set[str])
    """Templates of addresses that lead on to another page, or to a file."""


@dataclass(frozen=True)
class Look:
    """What stood at an address: where it led instead ("" when it was a page), and the links that were there."""

    led_to: str = ""
    links: tuple[str, ...] = ()
    is_page: bool = True


def templates(app: Litestar) -> list[Template]:
    """Every page that the program has, fixed addresses before those with a value in them."""
    found: list[Template] = []
    for route in app.routes:
        if isinstance(route, HTTPRoute) and "GET" in route.methods and not route.path.startswith(NOT_PAGES):
            parts = [r"[^/]+" if part.startswith("{") else re.escape(part) for part in route.path_format.split("/")]
            found.append(Template(route.path_format, re.compile("/".join(parts) + "$")))
    return sorted(found, key=lambda one: one.path.count("{"))


def template_of(known: list[Template], address: str) -> str | None:
    path = urlsplit(address).path
    return next((one.path for one in known if one.pattern.match(path)), None)


def explore(
    role: str,
    base: str,
    known: list[Template],
    look: Callable[[str], Look],
    begin: Iterable[str] = (),
    *,
    most: int = 1,
) -> Atlas:
    """
    Look at every page that links lead to.

    Parameters
    ----------
    begin
        Addresses to look at in any case, also where nothing is.
    most
        How many addresses of one page are looked at.
    """
    found = Atlas(role)
    wanted = list(begin)
    waiting = deque(["/", *wanted])
    tried: set[str] = set()
    while waiting:
        address = waiting.popleft()
        template = template_of(known, address) or (address if address in wanted else None)
        if template is None or address in tried:
            continue
        enough = 1 if "{" not in template else most
        if len(found.pages.get(template, ())) >= enough and address not in wanted:
            continue
        tried.add(address)
        seen = look(address)
        if seen.led_to or not seen.is_page:
            found.ways.add(template)
            if seen.led_to:
                waiting.appendleft(_here(base, address, seen.led_to))
            continue
        found.pages.setdefault(template, []).append(address)
        waiting.extend(here for link in seen.links if (here := _here(base, address, link)))
    return found


def _here(base: str, address: str, link: str) -> str:
    """The address of a link on this site, without what is marked in the page; "" for any other."""
    whole = urlsplit(urljoin(f"{base}{address}", link))
    if f"{whole.scheme}://{whole.netloc}" != base.rstrip("/"):
        return ""
    return whole.path + (f"?{whole.query}" if whole.query else "")
