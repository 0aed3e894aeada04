"""
`python -m benchmarks.first_view`: what a browser fetches when a peer helper opens the agenda for the first time.

One territory like Seraing on a server of its own, and Chromium at the size of a phone, with nothing kept from before;
octets are those on the wire, headers included, as the browser itself counts them.
"""

from __future__ import annotations

import tempfile
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from playwright.sync_api import Browser, BrowserContext, Page, ViewportSize

from benchmarks import servers, web
from service import access
from tests.chromium import chromium

PHONE: ViewportSize = {"width": 390, "height": 844}
ROW = "{:<60} {:>8}"


@dataclass(frozen=True)
class FirstView:
    """Octets on the wire by address, in the order of the requests."""

    fetched: dict[str, int]

    @property
    def octets(self) -> int:
        return sum(self.fetched.values())

    @property
    def hosts(self) -> set[str]:
        return {urlsplit(address).netloc for address in self.fetched}


def first_view(browser: Browser, signed_in: BrowserContext, address: str) -> FirstView:
    """All that this page needs in a browser that has nothing yet but the cookies of somebody who signed in."""
    context = browser.new_context(viewport=PHONE, locale="fr-BE")
    try:
        context.add_cookies([{**cookie} for cookie in signed_in.cookies()])  # pyright: ignore[reportArgumentType]
        return fetched_by(context.new_page(), address)
    finally:
        context.close()


def fetched_by(page: Page, address: str) -> FirstView:
    """What a page fetches until nothing more comes."""
    wire = page.context.new_cdp_session(page)
    addresses: dict[str, str] = {}
    octets: dict[str, int] = {}

    def asked(said: dict[str, Any]) -> None:
        addresses[said["requestId"]] = said["request"]["url"]

    def came(said: dict[str, Any]) -> None:
        octets[said["requestId"]] = round(said["encodedDataLength"])

    wire.on("Network.requestWillBeSent", asked)
    wire.on("Network.loadingFinished", came)
    wire.send("Network.enable")
    page.goto(address, wait_until="networkidle")
    return FirstView({url: octets.get(number, 0) for number, url in addresses.items() if url.startswith("http")})


def main() -> None:
    with tempfile.TemporaryDirectory() as place:
        url, port = f"sqlite:///{Path(place) / 'lefil.db'}", web.free_port()
        site = web.site_on(url, port)
        with closing(site.db):
            web.fill(site, 1)
            with servers.running(web.serve, url, port=port), chromium() as browser:
                signed_in = browser.new_context(locale="fr-BE")
                page = signed_in.new_page()
                page.goto(access.new_link(site, "peer_helper"))
                page.get_by_role("button", name="Entrer").click()
                page.wait_for_load_state()
                found = first_view(browser, signed_in, f"{site.settings.base_url}/agenda")
    for address, octets in found.fetched.items():
        print(ROW.format(urlsplit(address).path, octets))
    print(ROW.format(f"{len(found.fetched)} requests to {', '.join(sorted(found.hosts))}", found.octets))


if __name__ == "__main__":
    main()
