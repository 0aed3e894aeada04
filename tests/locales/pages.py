"""What a page says to those who see it or have it read aloud."""

from __future__ import annotations

from html.parser import HTMLParser

READ_ALOUD = {"alt", "aria-label", "data-copied", "data-offline", "placeholder", "title"}


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.said: list[str] = []
        self._hidden = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._hidden += tag in ("script", "style")
        self.said += [value for name, value in attrs if name in READ_ALOUD and value]

    def handle_endtag(self, tag: str) -> None:
        self._hidden -= tag in ("script", "style")

    def handle_data(self, data: str) -> None:
        if not self._hidden:
            self.said.append(data)


def said(page: str) -> list[str]:
    """Every text of a page, with those of its attributes that are shown or read aloud."""
    reader = _Reader()
    reader.feed(page)
    reader.close()
    return reader.said
