"""Whoever carries out a story: by mouse, or by keyboard only, where nothing is pressed that the focus did not reach."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime

from playwright.sync_api import APIResponse, Locator

from service import access
from tests.browser.served import Watch
from tests.browser.stories.ways import Way
from tests.browser.visitor import Visitor
from tests.service.web.calculating import carried_out

FAR = 600
"""Tabs after which a control counts as out of reach; the longest page has about 400."""
AHEAD = """wanted => {
    const open = one => one.checkVisibility({visibilityProperty: true}) && !one.disabled && one.type !== 'radio'
    const found = document.querySelectorAll('a[href], button, input, select, textarea, summary')
    const all = [...found].filter(one => one === wanted || open(one))
    const at = all.indexOf(document.activeElement)
    return at < 0 && document.activeElement !== document.body ? 0 : Math.max(all.indexOf(wanted) - at - 2, 0)
}"""
"""At least so many presses of Tab lie before a control, which saves asking after each of them where the focus is."""


class Hand(Visitor):
    """A visitor who works in one way; the same story is told with every way."""

    way: Way
    watch: Watch

    def later(self, moment: datetime) -> None:
        """Time goes on."""
        self.watch.moment = moment

    def calculated(self) -> None:
        """The calculation that was asked for comes to its end."""
        carried_out(self.site)

    def fetched(self, address: str) -> APIResponse:
        """What another program gets that reads an address with this visitor's cookies."""
        return self.context.request.get(address)

    def sent(self, path: str, form: dict[str, str], redirects: int = 20) -> APIResponse:
        """The answer to a form that no page has."""
        return self.context.request.post(self.site.settings.base_url + path, form={**form}, max_redirects=redirects)

    def opened_as(self, role: str, path: str, ref: str | None = None) -> None:
        """Come in as somebody, from a clean browser, in the theme of this way."""
        self.context.clear_cookies()
        if self.page.url == "about:blank":
            self.page.goto(access.new_link(self.site, role, ref))
            self.presses("Entrer")
        else:
            self._changes_to(role, ref)
        self.context.add_cookies([{"name": "theme", "value": self.way.theme, "url": self.site.settings.base_url}])
        self.open(path)

    def _changes_to(self, role: str, ref: str | None) -> None:
        """The door was opened by hand once; the others of a story come in without looking at it."""
        link = access.new_link(self.site, role, ref)
        seal = re.search(r'name="csrf" value="([0-9a-f]+)"', self.fetched(link).text())
        assert seal is not None
        form = {"csrf": seal[1], "token": link.rsplit("/", 1)[-1]}
        assert self.sent("/session", form, redirects=0).status == 303

    def to(self, wanted: Locator) -> None:
        """Press Tab until the wanted control has the focus."""
        presses = self.page.evaluate(AHEAD, wanted.element_handle())
        for _ in range(presses):
            self.page.keyboard.press("Tab")
        for _ in range(FAR):
            if wanted.evaluate("one => one === document.activeElement"):
                return
            self.page.keyboard.press("Tab")
        message = f"{self.page.url}: the keyboard does not reach {wanted}"
        raise AssertionError(message)

    def use(self, wanted: Locator, key: str = "Enter") -> None:
        """A link, a button or a disclosure."""
        self._act(wanted.first, lambda one: one.click(), key)

    def _act(self, wanted: Locator, by_mouse: Callable[[Locator], None], key: str) -> None:
        wanted.wait_for()
        if self.way.hand == "mouse":
            by_mouse(wanted)
        else:
            self.to(wanted)
            if wanted.evaluate("one => one.localName") == "summary":
                self.page.keyboard.press(key)
            else:
                # A key that is pressed does not wait for the next page, as a click does.
                with self.page.expect_navigation():
                    self.page.keyboard.press(key)
        self.page.wait_for_load_state()

    def unfolds(self, link: Locator) -> Locator:
        """What a link leads to: a dialog on this page, or without a script a page of its own."""
        if not self.way.script:
            self.use(link)
            return self.page.locator("main")
        if self.way.hand == "mouse":
            link.click()
        else:
            self.to(link)
            self.page.keyboard.press("Enter")
        return self._dialog()

    def drags(self, thing: Locator, place: Locator) -> Locator:
        """What opens when a thing is dropped on a place."""
        thing.scroll_into_view_if_needed()
        thing.hover()
        self.page.mouse.down()
        box = place.bounding_box()
        assert box is not None
        for step in (1, 2, 3):
            self.page.mouse.move(box["x"] + box["width"] / 2 + step, box["y"] + box["height"] / 2, steps=3)
        self.page.mouse.up()
        return self._dialog()

    def _dialog(self) -> Locator:
        dialog = self.page.get_by_role("dialog")
        dialog.wait_for()
        return dialog

    def presses(self, name: str | re.Pattern[str]) -> None:
        self.use(self.page.get_by_role("button", name=name))

    def follows(self, name: str | re.Pattern[str]) -> None:
        self.use(self.page.get_by_role("link", name=name))

    def opens(self, text: str | re.Pattern[str]) -> None:
        """A disclosure, by what stands on it."""
        self.use(self.page.locator("summary", has_text=text))

    def chooses(self, option: Locator) -> None:
        """A box to tick, or one of several round buttons, which the arrows reach."""
        option = option.first
        if self.way.hand == "mouse":
            option.check()
        elif option.get_attribute("type") != "radio":
            self.to(option)
            self.page.keyboard.press("Space")
        else:
            self._arrows_to(option)
        assert option.is_checked()

    def _arrows_to(self, option: Locator) -> None:
        group = option.get_attribute("name")
        form = option.locator("xpath=ancestor::form[1]")
        members = form.locator(f"input[type=radio][name='{group}']")
        checked = form.locator(f"input[type=radio][name='{group}']:checked")
        self.to(checked.first if checked.count() else members.first)
        if not checked.count():
            self.page.keyboard.press("Space")
        for _ in range(members.count()):
            if option.is_checked():
                return
            self.page.keyboard.press("ArrowDown")

    def writes(self, field: Locator, text: str) -> None:
        """Into a field for text, a number or a day."""
        kind = field.get_attribute("type")
        if self.way.hand == "mouse":
            field.fill(text)
            return
        self.to(field)
        if kind not in ("date", "time"):
            self.page.keyboard.press("Control+a")
        for typed in _typed(kind, text):
            self.page.keyboard.type(typed)
            if field.input_value() == text:
                return
            # Out of the three parts of a day or an hour, and in again by the first.
            for _ in range(3):
                self.page.keyboard.press("Shift+Tab")
            self.to(field)
        assert field.input_value() == text

    def picks(self, field: Locator, label: str) -> None:
        """One line of a list that unfolds, by typing its beginning."""
        if self.way.hand == "mouse":
            field.select_option(label=label)
            return
        self.to(field)
        self.page.keyboard.type(label)
        assert field.locator("option:checked").inner_text() == label

    def adds_visit(self, pair: str, kind: str, day: str = "", hour: str = "") -> None:
        """A coordinator, on the page that asks which visit: at the best moment, or at one they choose; all are told."""
        self.picks(self.page.get_by_label("Pour qui"), pair)
        self.picks(self.page.get_by_label("Quelle visite"), kind)
        self.presses("Voir les moments possibles")
        if day:
            self.chooses(self.page.get_by_label("Choisir un autre moment"))
            self.writes(self.page.get_by_label("Jour", exact=True), day)
            self.writes(self.page.get_by_label("Heure", exact=True), hour)
        self.presses("Ajouter la visite")
        assert "Visite placée." in self.said
        self.follows("Publier la semaine")
        self.presses("Publier")
        assert "Semaine publiée" in self.said

    def looks(self) -> None:
        """The page is in its theme and passes the inspection; without a script nobody can inspect but the eye."""
        assert self.page.locator("html").get_attribute("data-theme") == self.way.theme
        if self.way.script:
            self.looks_right()

    def reads(self, part: Locator | None = None) -> str:
        """What the page, or a part of it, says without its frame; spaces that hold words together are spaces."""
        said = (self.page.locator("main") if part is None else part).inner_text()
        return said.replace("\N{NO-BREAK SPACE}", " ").replace("\N{NARROW NO-BREAK SPACE}", " ")


def _typed(kind: str | None, text: str) -> list[str]:
    """The keys of a value; days and hours stand in the order of the browser's own language, whatever the page's."""
    if kind == "date":
        year, month, day = text.split("-")
        return [f"{day}{month}{year}", f"{month}{day}{year}"]
    if kind == "time":
        hour, minute = (int(one) for one in text.split(":"))
        return [f"{hour:02}{minute:02}", f"{(hour + 11) % 12 + 1:02}{minute:02}{'AP'[hour // 12]}"]
    return [text]
