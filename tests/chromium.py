"""The browser of the tests: Chromium of the machine, as Debian packages it."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Browser, sync_playwright

PROGRAMS = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
"""The first is the same browser without windows of its own: the tests take a third less of the machine with it."""
ARGUMENTS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


def program() -> Path:
    """Where the browser is; RuntimeError when this machine has none."""
    for name in PROGRAMS:
        if found := shutil.which(name):
            return Path(found)
    raise RuntimeError("The tests need Chromium: install the package chromium-headless-shell, or chromium.")


@contextmanager
def chromium(*more: str) -> Iterator[Browser]:
    """The browser, started and stopped; `more` are further arguments of its command."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=str(program()), args=[*ARGUMENTS, *more])
        yield browser
        browser.close()
