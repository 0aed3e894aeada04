"""The language that nobody speaks: every text of the catalogs can be said in it."""

from __future__ import annotations

import pytest

from locales.messages import messages, same_placeholders
from locales.pseudo import pseudo


def test_a_text_is_in_brackets_accented_and_longer():
    said = pseudo("Bonjour %(name)s, 10 %% de plus")

    assert said.startswith("⟦Bóñjóúr %(name)s, 10 %% dé plúś")
    assert said.endswith("~⟧")
    assert said % {"name": "Ana"} != said
    assert pseudo("") == ""


@pytest.mark.parametrize("lang", ["fr", "de"])
def test_every_message_keeps_its_placeholders_and_grows_by_two_fifths(lang: str):
    for message in messages(lang):
        for text in message.texts:
            assert same_placeholders(pseudo(text), message), text
            assert len(pseudo(text)) >= len(text)
