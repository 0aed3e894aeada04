"""What may lie in the repository, and what is only installed."""

from __future__ import annotations

import json
import re
import runpy
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
CHECK = runpy.run_path(str(ROOT / ".ci" / "check_addresses.py"))
COMMITTED: list[str] = CHECK["committed"]()

TOP_LEVEL = {
    ".ci",
    ".gitignore",
    ".npmrc",
    "CHANGELOG.md",
    "LICENSE",
    "Makefile",
    "README.md",
    "benchmarks",
    "calendars",
    "docs",
    "locales",
    "matching",
    "package-lock.json",
    "package.json",
    "pyproject.toml",
    "requirements.lock",
    "service",
    "tests",
}


def test_the_top_level_holds_the_rooms_and_the_house_only():
    assert {name.split("/")[0] for name in COMMITTED} == TOP_LEVEL


def test_no_file_holds_an_index_address_a_machine_path_or_another_package():
    found = [problem for name in COMMITTED for problem in CHECK["problems"](name, (ROOT / name).read_bytes())]

    assert found == []


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("package-lock.json", '  "resolved"' + ': "https://somewhere.example/htmx.tgz",'),
        ("requirements.lock", "--index" + "-url https://somewhere.example/simple"),
        ("requirements.lock", "numpy @ https://files.python" + "hosted.org/numpy.whl"),
        (".npmrc", "registry" + " = https://somewhere.example/"),
        ("service/settings.py", 'KEYS = "/' + 'home/anne/keys/master"'),
        ("service/static/vendor/htmx.min.js", ""),
        ("service/static/fonts/text.woff2", ""),
    ],
)
def test_what_does_not_belong_is_found(name: str, content: str):
    assert len(CHECK["problems"](name, content.encode())) == 1


def test_ordinary_words_and_links_are_left_alone():
    text = "Voir https://example.org/home/page/ et le chemin /health, ou « index-url » dans une phrase."

    assert CHECK["problems"]("docs/page.md", text.encode()) == []


def test_every_requirement_names_one_version_and_every_locked_package_its_hashes():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    wanted = [*project["project"]["dependencies"], *project["dependency-groups"]["dev"]]
    lock = (ROOT / "requirements.lock").read_text(encoding="utf-8")
    entries = re.split(r"^(?=[a-z])", lock, flags=re.MULTILINE)[1:]

    assert [requirement for requirement in wanted if "==" not in requirement] == []
    assert [entry.splitlines()[0] for entry in entries if "--hash=sha256:" not in entry] == []


def test_every_package_for_the_browser_is_held_by_its_integrity():
    locked = json.loads((ROOT / "package-lock.json").read_text(encoding="utf-8"))["packages"]

    assert [name for name, entry in locked.items() if name and "integrity" not in entry] == []


def test_the_licence_is_named_and_its_text_is_here():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]

    assert project["license"] == "EUPL-1.2"
    assert (ROOT / "LICENSE").read_text(encoding="utf-8").startswith("EUROPEAN UNION PUBLIC LICENCE v. 1.2")
