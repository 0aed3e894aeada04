"""Servers for tests: made once, and lent to one test after the other, each with its own site."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from litestar import Litestar
from litestar.datastructures import State

from service.app import create_app
from service.site import Site

Kind = tuple[bool, str]

_spare: dict[Kind, list[Litestar]] = {}
_lent: list[tuple[Kind, Litestar, int]] = []


def server(site: Site) -> Litestar:
    """
    A server of this site.

    It knows its site by its state, but for the settings that its headers were made of: only where these are the same
    does it serve another site. Who asks again for the same site gets the same server.
    """
    for _, lent, _ in reversed(_lent):
        if lent.state.site is site:
            return lent
    kind = (site.settings.demo, site.settings.tile_url)
    kept = _spare.get(kind)
    app = kept.pop() if kept else create_app(site)
    app.state = State({"site": site})
    _lent.append((kind, app, len(app.routes)))
    return app


@contextmanager
def lending() -> Iterator[None]:
    """What is lent meanwhile comes back at the end; a server that got another route is forgotten."""
    before = len(_lent)
    yield
    for kind, app, routes in _lent[before:]:
        if len(app.routes) == routes:
            _spare.setdefault(kind, []).append(app)
    del _lent[before:]
