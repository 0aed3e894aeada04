"""Every text that people see can be collected: it is a literal inside `_()`, `gettext()`, `ngettext()` or `N_()`."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from jinja2 import Environment

from locales.extract import HERE, ROOMS
from service import errors
from tests.locales import pages

ROOT = HERE.parent
MARKS = {"_", "N_", "gettext", "ngettext", "pgettext", "npgettext"}
"""The names that the collecting tool looks for; a text given to anything else is lost to it."""
FAMILY = MARKS - {"_", "N_"}
INSIDE = {"NotFound", "NotAllowed", "Outdated"}
"""Refusals whose page says no more than its title; their own sentence may be an English one for the log."""
REFUSALS = {"Fault", *(kind.__name__ for kind in errors.Refused.__subclasses__())} - INSIDE
CODE = re.compile(r"[A-Z0-9_]*")
ON_EACH_PAGE = {"Le Fil"}
OWN = re.compile(r"[^\W\d_]|[«»“”„!?]|^[:;]|[:;]$|\s[:;]|:\s")
"""A letter, or a sign that languages set in different ways."""
TEMPLATES = sorted((ROOT / "service" / "templates").glob("*.html"))


def trees(root: Path = ROOT) -> dict[str, ast.Module]:
    files = (file for room in ROOMS for file in sorted((root / room).rglob("*.py")))
    return {str(file.relative_to(root)): ast.parse(file.read_text("utf-8")) for file in files}


def called(call: ast.Call) -> str:
    return call.func.id if isinstance(call.func, ast.Name) else getattr(call.func, "attr", "")


def translates(node: ast.expr) -> bool:
    return isinstance(node, ast.Attribute) and node.attr in FAMILY


def is_text(node: ast.expr) -> bool:
    if isinstance(node, ast.BinOp):
        return is_text(node.left) or is_text(node.right)
    if isinstance(node, ast.Constant):
        return isinstance(node.value, str) and not CODE.fullmatch(node.value)
    return isinstance(node, ast.JoinedStr)


def sayers(tree: ast.Module) -> Iterator[str]:
    """Names under which a file translates: `say = texts.gettext`, and functions that translate what they are given."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Assign) and translates(node.value):
            yield from (target.id for target in node.targets if isinstance(target, ast.Name))
        if isinstance(node, ast.keyword) and translates(node.value) and node.arg:
            yield node.arg
        if isinstance(node, ast.FunctionDef):
            given = {one.arg for one in (*node.args.posonlyargs, *node.args.args)}
            firsts = (call.args[0] for call in ast.walk(node) if isinstance(call, ast.Call) and translates(call.func))
            if any(isinstance(first, ast.Name) and first.id in given for first in firsts):
                yield node.name


def lost(files: dict[str, ast.Module]) -> list[str]:
    """Where a text is given to a translating call from which it cannot be collected."""
    # `tell` and `translate` are parameters that take one of the others.
    names = {name for tree in files.values() for name in sayers(tree)} | {"tell", "translate"} | REFUSALS
    found: list[str] = []
    for file, tree in files.items():
        for call in ast.walk(tree):
            if not isinstance(call, ast.Call) or not call.args:
                continue
            text = call.args[0]
            # A marked text that is put together is never the text that was collected.
            wrong = names - MARKS if isinstance(text, ast.Constant) else names | MARKS
            if is_text(text) and called(call) in wrong:
                found.append(f"{file}:{call.lineno} {ast.unparse(call)[:100]}")
    return found


def test_no_text_is_translated_under_another_name():
    assert lost(trees()) == []


@pytest.mark.parametrize(
    "code",
    [
        "say = texts.gettext\nsay('Bonjour')",
        "def note(self, message, **values):\n    print(self.texts.gettext(message))\nreader.note('Bonjour')",
        "raise StepNotAllowed('Ce n’est plus possible.')",
        "texts.gettext(f'Bonjour {name}')",
        "_('Bonjour ' + name)",
    ],
)
def test_a_text_under_another_name_is_found(code: str):
    assert len(lost({"file.py": ast.parse(code)})) == 1


@pytest.mark.parametrize(
    "code",
    [
        "_ = texts.gettext\n_('Bonjour')",
        "def note(self, message):\n    print(self.texts.gettext(message))\nreader.note(N_('Bonjour'))",
        "raise NotFound('no such owner')",
        "def say(code):\n    texts.gettext(TABLE[code])\nsay('MISSING_VALUE')",
    ],
)
def test_a_marked_text_is_not(code: str):
    assert lost({"file.py": ast.parse(code)}) == []


def unmarked(template: str) -> list[str]:
    """Words, and punctuation that each language sets in its own way, outside of the marked texts of a template."""
    page, inside = "", 0
    # The one block that holds no words: a class of the page.
    template = re.sub(r"{% block main_class %}.*?{% endblock %}", "", template)
    for _, kind, value in Environment(autoescape=True).lex(template):
        if kind in ("variable_begin", "block_begin"):
            inside += 1
        elif kind in ("variable_end", "block_end"):
            inside -= 1
            page += "\0" if kind == "variable_end" else ""
        elif kind == "data" and not inside:
            page += value
    parts = (part.strip() for text in pages.said(page) for part in text.split("\0"))
    return [part for part in parts if part.strip("– ") not in ON_EACH_PAGE and OWN.search(part)]


@pytest.mark.parametrize("template", TEMPLATES, ids=lambda path: path.name)
def test_a_template_has_no_word_or_sign_outside_its_marked_texts(template: Path):
    assert unmarked(template.read_text("utf-8")) == []


@pytest.mark.parametrize(
    ("template", "found"),
    [
        ("<p>Bonjour {{ name }}</p>", ["Bonjour"]),
        ("<p>« {{ words }} »</p>", ["«", "»"]),
        ("<b>{{ name }}</b> : {{ answer }}", [":"]),
        ("<a aria-label=\"Fermer\">{{ _('Fermer') }}</a>", ["Fermer"]),
        ("<p>{{ _('Bonjour') }}, {{ name }} · {{ place }} ({{ day }}).</p>", []),
        ("<title>{% block title %}{% endblock %} – Le Fil</title>", []),
    ],
)
def test_words_outside_are_found(template: str, found: list[str]):
    assert unmarked(template) == found
