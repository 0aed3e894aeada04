"""What a page says after a deed: one code, one sentence."""

from __future__ import annotations

import ast
from collections import Counter
from pathlib import Path

from service.web import kept_words, people_words, words


def test_no_code_of_a_deed_is_said_in_two_ways():
    tree = ast.parse(Path(words.__file__).read_text(encoding="utf-8"))
    [own] = [
        node.value
        for node in tree.body
        if isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name) and node.target.id == "DONE"
    ]
    assert isinstance(own, ast.Dict)
    said = Counter([key.value for key in own.keys if isinstance(key, ast.Constant)])
    said.update(kept_words.DONE.keys())
    said.update(people_words.DONE.keys())

    assert [code for code, times in said.items() if times > 1] == []
    assert set(said) == set(words.DONE)
