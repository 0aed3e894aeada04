"""Somebody at a screen, with an inspector of accessibility at hand."""

from __future__ import annotations

from pathlib import Path
from types import TracebackType
from typing import Any, Self

from playwright.sync_api import Browser, BrowserContext, Page

from service import access
from service.site import Site

AXE = Path(__file__).parents[2] / "node_modules" / "axe-core" / "axe.min.js"
INSPECTION = Path(__file__).with_name("inspect_page.js")


class Visitor:
    """A page under the real content policy; what the browser complains about is collected."""

    def __init__(self, browser: Browser, site: Site, width: int, **choices: Any) -> None:
        self.site = site
        self.context: BrowserContext = browser.new_context(
            viewport={"width": width, "height": 844 if width < 600 else 900}, locale="fr-BE", **choices
        )
        self.complaints: list[str] = []
        self.page: Page = self.context.new_page()
        # Beyond any waiting on a busy machine: what comes is there at once, and what fails fails late.
        self.page.set_default_timeout(90_000)
        self.page.on("console", lambda said: self._heard(said.type, said.text))
        self.page.on("pageerror", lambda error: self.complaints.append(f"error: {error}"))

    def _heard(self, kind: str, text: str) -> None:
        if kind in ("error", "warning"):
            self.complaints.append(f"{kind}: {text}")

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.context.close()
        if error is None:
            assert self.complaints == []

    def enter(self, role: str, ref: str | None = None) -> None:
        """Use a sign-in link."""
        self.page.goto(access.new_link(self.site, role, ref))
        self.press("Entrer")

    def open(self, path: str) -> None:
        self.page.goto(self.site.settings.base_url + path)

    def press(self, name: str, *, exact: bool = False) -> None:
        self.page.get_by_role("button", name=name, exact=exact).first.click()
        self.page.wait_for_load_state()

    def follow(self, name: str) -> None:
        self.page.get_by_role("link", name=name).first.click()
        self.page.wait_for_load_state()

    @property
    def said(self) -> str:
        """What the status line says."""
        return self.page.locator("#annonce").inner_text()

    def looks_right(self) -> None:
        """No violation by axe, and nothing sticks out to the side."""
        self.passes_axe()
        self.fits()

    def passes_axe(self) -> None:
        told = self.violations()
        assert told == [], f"{self.page.url}: {told}"

    def fits(self) -> None:
        wide = self.page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        assert wide <= 0, f"{self.page.url} is {wide} px wider than the screen"

    def violations(self, **options: Any) -> list[str]:
        """What axe says against the page as it is shown now."""
        self._bring("axe", AXE)
        # Without `preload` it does not fetch the style sheets once more; no rule of ours reads them.
        asked = {"resultTypes": ["violations"], "preload": False} | options
        found = self.page.evaluate("options => axe.run(document, options).then(found => found.violations)", asked)
        return [
            f"{one['id']}: {node['html'][:160]} {node.get('failureSummary', '')}"
            for one in found
            for node in one["nodes"]
        ]

    def inspected(self, *what: str, on_phone: bool = False) -> list[str]:
        """What `inspect_page.js` says against the page as it is shown now, by names of its functions."""
        self._bring("inspection", INSPECTION)
        asked = "([what, phone]) => what.flatMap(one => inspection[one](phone))"
        return self.page.evaluate(asked, [list(what), on_phone])

    def _bring(self, name: str, script: Path) -> None:
        if not self.page.evaluate(f"typeof {name} !== 'undefined'"):
            # Evaluated by the tool itself, so that the page's content policy stays as it is.
            self.page.evaluate(script.read_text(encoding="utf-8"))

    def reads_well(self, language: str) -> None:
        """The page says its language, has one title and one first heading, and both say something."""
        assert self.page.locator("html").get_attribute("lang") == language, self.page.url
        headings = self.page.locator("h1").all_inner_texts()
        assert len(headings) == 1, f"{self.page.url} has {len(headings)} first headings"
        assert headings[0].strip(), self.page.url
        assert self.page.title().strip(), self.page.url
