"""Every page that a role can reach by following links, from its first page on."""

from __future__ import annotations

import re
from collections import deque
from contextlib import closing
from dataclasses import dataclass, field
from urllib.parse import urljoin, urlsplit

import httpx
from litestar import Litestar
from litestar.routes import HTTPRoute

from service import access
from service.site import Site
from service.web.doors import cookie_name

NOT_PAGES = ("/static", "/f/", "/api/", "/health", "/robots.txt", "/langue/", "/theme/", "/lecture/")
"""Answers that nobody looks at: files, calendars, switches that lead back to a page."""


@dataclass(frozen=True)
class Template:
    """One page of the program, whatever it is about."""

    path: str
    pattern: re.Pattern[str]


@dataclass
class Atlas:
    """The first address of each page that was found, by the page's template."""

    role: str
    cookie: str
    pages: dict[str, str] = field(default_factory=dict[str, str])
    ways: set[str] = field(default_factory=set[str])
    """Templates of addresses that lead on to another page."""


def templates(app: Litestar) -> list[Template]:
    """Every page that the program has, fixed addresses before those with a value in them."""
    found: list[Template] = []
    for route in app.routes:
        if isinstance(route, HTTPRoute) and "GET" in route.methods and not route.path.startswith(NOT_PAGES):
            parts = [r"[^/]+" if part.startswith("{") else re.escape(part) for part in route.path_format.split("/")]
            found.append(Template(route.path_format, re.compile("/".join(parts) + "$")))
    return sorted(found, key=lambda one: one.path.count("{"))


def template_of(known: list[Template], path: str) -> str | None:
    return next((one.path for one in known if one.pattern.match(path)), None)


def visitor(site: Site, role: str) -> httpx.Client:
    """A client of the real server who came in by a link, to be closed; with role "" nobody in particular."""
    client = httpx.Client(base_url=site.settings.base_url, headers={"accept": "text/html", "accept-language": "fr"})
    if role:
        link = access.new_link(site, role)
        seal = re.search(r'name="csrf" value="([0-9a-f]+)"', client.get(link).text)
        assert seal is not None
        token = link.rsplit("/", 1)[-1]
        assert client.post("/session", data={"csrf": seal[1], "token": token}).status_code == 303
    return client


def explore(site: Site, role: str, known: list[Template]) -> Atlas:
    """Follow every link to a page that was not seen yet; pages of one template count once."""
    with closing(visitor(site, role)) as client:
        found = Atlas(role, client.cookies.get(cookie_name(site), ""))
        waiting = deque(["/"])
        tried: set[str] = set()
        while waiting:
            address = waiting.popleft()
            template = template_of(known, urlsplit(address).path)
            if address in tried or template is None or (template in found.pages and "{" in template):
                continue
            tried.add(address)
            answer = client.get(address)
            if answer.status_code == 303:
                found.ways.add(template)
                waiting.appendleft(urlsplit(answer.headers["location"]).path)
                continue
            if answer.status_code != 200 or not answer.headers["content-type"].startswith("text/html"):
                continue
            found.pages.setdefault(template, address)
            for link in re.findall(r'<a [^>]*?href="([^"]+)"', answer.text):
                whole = urlsplit(urljoin(f"{site.settings.base_url}{address}", link.replace("&amp;", "&")))
                if f"{whole.scheme}://{whole.netloc}" == site.settings.base_url.rstrip("/"):
                    waiting.append(whole.path)
    return found
