"""What a phone fetches to show the agenda for the first time, counted by the browser itself."""

from __future__ import annotations

from urllib.parse import urlsplit

from playwright.sync_api import Browser

from benchmarks.first_view import first_view
from service.site import Site
from tests.browser.visitor import Visitor

MOST_OCTETS = 60_000
MOST_REQUESTS = 6


def test_the_agenda_comes_in_few_small_answers_from_nobody_else(chromium: Browser, site: Site):
    with Visitor(chromium, site, 390) as visitor:
        visitor.enter("peer_helper")
        found = first_view(chromium, visitor.context, site.settings.base_url + "/agenda")

    assert found.hosts == {urlsplit(site.settings.base_url).netloc}
    assert any(address.endswith("/agenda") for address in found.fetched)
    assert all(octets > 0 for octets in found.fetched.values()), found.fetched
    assert len(found.fetched) <= MOST_REQUESTS, found.fetched
    assert found.octets <= MOST_OCTETS, found.fetched
