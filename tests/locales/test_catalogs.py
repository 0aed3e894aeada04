from __future__ import annotations

import os

import pytest
from babel.messages.catalog import Catalog

from locales.compile import compiled
from locales.extract import HERE, different_placeholders, extract, merged, missing, read_catalog
from locales.texts import LANGS


@pytest.mark.parametrize("lang", LANGS)
def test_every_text_is_translated(lang):
    assert missing(read_catalog(lang)) == []


@pytest.mark.parametrize("lang", LANGS)
def test_every_translation_has_the_placeholders_of_its_source(lang):
    assert different_placeholders(read_catalog(lang)) == []


@pytest.mark.parametrize("lang", LANGS)
def test_the_catalogs_are_up_to_date_with_the_code(lang):
    po = HERE / lang / "LC_MESSAGES" / "lefil.po"

    assert merged(lang, extract(), po) == po.read_bytes(), "run: python -m locales.extract"


def test_a_missing_translation_and_a_lost_placeholder_are_found():
    catalog = Catalog(locale="nl")
    catalog.add("Oui")
    catalog.add("Bonjour %(name)s", "Dag %(nom)s")
    catalog.add(("%(num)d visite", "%(num)d visites"), ("één bezoek", "%(num)d bezoeken"))

    assert missing(catalog) == ["Oui"]
    assert different_placeholders(catalog) == ["Bonjour %(name)s"]


def test_texts_of_code_and_templates_are_collected(tmp_path):
    (tmp_path / "service" / "templates").mkdir(parents=True)
    (tmp_path / "calendars").mkdir()
    (tmp_path / "matching").mkdir()
    (tmp_path / "service" / "pages.py").write_text('texts.gettext("Une page")\nLABELS = {"a": N_("Un mot")}\n')
    (tmp_path / "service" / "templates" / "page.html").write_text(
        "{{ _('Bonjour %(name)s', name=name) }}"
        "{% trans count=n %}Une visite{% pluralize %}{{ count }} visites{% endtrans %}"
    )

    found = {message.id for message in extract(tmp_path) if message.id}

    assert found == {"Une page", "Un mot", "Bonjour %(name)s", ("Une visite", "%(count)s visites")}


def test_a_translation_stays_when_the_texts_are_collected_again(tmp_path):
    template = Catalog()
    template.add("Oui")
    template.add("Non")
    po = tmp_path / "nl" / "LC_MESSAGES" / "lefil.po"
    po.parent.mkdir(parents=True)
    po.write_bytes(merged("nl", template, po))
    po.write_bytes(po.read_bytes().replace(b'msgid "Oui"\nmsgstr ""', b'msgid "Oui"\nmsgstr "Ja"'))
    again = merged("nl", template, po)

    assert b'msgid "Oui"\nmsgstr "Ja"' in again
    assert again == po.read_bytes()
    assert again.index(b"Non") < again.index(b"Oui")


def test_compiling_twice_gives_the_same_bytes(tmp_path):
    po = HERE / "fr" / "LC_MESSAGES" / "lefil.po"
    first = compiled(po)
    os.utime(po)

    assert compiled(po) == first
