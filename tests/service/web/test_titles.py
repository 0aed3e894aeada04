"""What a page says to whoever hears its title first."""

from __future__ import annotations

import re
from pathlib import Path

import service

TEMPLATES = Path(service.__file__).parent / "templates"
SUMMARY = re.compile(r"{{ wrong\(fault\) }}|class=\"errsum")


def test_a_page_that_can_refuse_a_form_says_so_in_its_title():
    silent: list[str] = []
    for template in TEMPLATES.glob("*.html"):
        text = template.read_text(encoding="utf-8")
        title = re.search(r"{% block title %}(.*?){% endblock %}", text, re.DOTALL)
        if title is not None and SUMMARY.search(text) and "Erreur :" not in title[1]:
            silent.append(template.stem)

    assert silent == []
