"""
The easy-to-read version of a person's key pages: short sentences, one idea in each, larger text.

Each page has a template of its own, `easy_….html`, so that every sentence is written for it and translated as a whole.
Which version is read is a choice of the browser, as light and dark are: it says nothing of anybody, and holds on a
borrowed phone before anyone came in (`docs/decisions/0039`).
"""

from __future__ import annotations

from typing import Any

from litestar import Request, Response

from service.web.pages import TEMPLATES, page

READING_COOKIE = "lecture"
WRITTEN = frozenset(path.name for path in TEMPLATES.glob("easy_*.html"))
"""The easy versions that there are."""


def is_easy(request: Request[Any, Any, Any]) -> bool:
    return request.cookies.get(READING_COOKIE) == "facile"


def own_page(request: Request[Any, Any, Any], template: str, **context: Any) -> Response[str]:
    """A page of the person in the version they read; one that has no easy version is shown as usual."""
    easy = is_easy(request)
    chosen = f"easy_{template}" if easy and f"easy_{template}" in WRITTEN else template
    return page(request, chosen, easy=easy, **context)
