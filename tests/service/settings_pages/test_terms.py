"""A network's own words: found, read before they count, said everywhere, and never those of another network."""

from __future__ import annotations

import pytest
from sqlmodel import select

from locales import translator
from locales.messages import by_id, messages
from service import terms
from service.errors import NotAcceptable, NotFound, Outdated
from service.site import Actor
from service.tables.feeds import FeedChange
from tests.service.settings_pages.test_weights import claire
from tests.service.web.network import Network

PAGE = "/reglages/mots"
TITLE = "Aucune nouvelle demande."
COUNTED = ("%(num)d visite", "%(num)d visites")


def say(network: Network, language: str = "fr", **_: object) -> terms.Found:
    return terms.search(network.site, claire(network), language)


def test_a_text_is_found_previewed_and_then_read_on_every_page_of_the_network(network: Network):
    client, other = network.signed_in("coordinator", "Claire"), network.signed_in("professional", "Paul")
    found = client.read(f"{PAGE}?langue=fr&cherche=Mes+demandes").text
    mark = say(network).mark
    sent = {"language": "fr", "seen": mark, "msgid": ["Mes demandes"], "text": ["Mes coups de pouce"]}
    preview = client.fill(f"{PAGE}/changer", PAGE, **sent)
    before = other.read("/mes-demandes").text
    saved = client.fill(f"{PAGE}/changer", PAGE, do="save", **sent)

    assert "Mes demandes" in found
    assert "Mes coups de pouce" in preview.text
    assert "Mes coups de pouce" not in before
    assert saved.headers["location"] == f"{PAGE}?langue=fr&fait=terms_changed"
    assert "Mes coups de pouce" in other.read("/mes-demandes").text
    elsewhere = Actor("coordinator", network.territories["OTH"])
    assert terms.of_visitor(network.site, elsewhere, "fr") == {}
    with network.site.db() as tx:
        assert [one.territory_id for one in tx.exec(select(FeedChange).where(FeedChange.party_id.is_(None)))][-1:] == [
            network.territories["SER"]
        ]


def test_the_plural_of_an_own_text_follows_the_language(network: Network):
    own = dict(zip(COUNTED, ("%(num)d passage", "%(num)d passages"), strict=True))
    terms.replace(network.site, claire(network), "fr", own, say(network).mark)
    with network.site.db() as tx:
        texts = terms.texts_of(tx, network.territories["SER"], "fr")

    assert [texts.ngettext(*COUNTED, count) for count in (0, 1, 2)] == ["0 passage", "1 passage", "2 passages"]


@pytest.mark.parametrize(
    ("msgid", "text"),
    [
        ("Bonjour", "<b>Bonjour</b>"),
        ("Réseau de %(name)s", "Réseau"),
        ("Réseau de %(name)s", "Réseau de %(nom)s"),
        ("Réseau de %(name)s", "Réseau de %(name)d"),
        ("Réseau de %(name)s", "Réseau à 100 % de %(name)s"),
        ("Réglages", 'Réglages" onclick="x'),
        ("Réglages", "Réglages\nBcc: x@example.org"),
        ("Réglages", "x" * 2001),
    ],
)
def test_what_would_break_a_page_or_a_mail_is_refused(network: Network, msgid: str, text: str):
    known = msgid if msgid in by_id("fr") else "Déconnexion"
    with pytest.raises(NotAcceptable):
        terms.replace(network.site, claire(network), "fr", {known: text}, say(network).mark)
    assert say(network).own_count == 0


def test_a_text_that_the_program_does_not_have_is_refused(network: Network):
    with pytest.raises(NotFound):
        terms.replace(network.site, claire(network), "fr", {"Pas dans le catalogue": "Là"}, say(network).mark)


def test_of_two_who_change_texts_at_once_the_second_is_told(network: Network):
    mark = say(network).mark
    terms.replace(network.site, claire(network), "fr", {"Déconnexion": "Partir"}, mark)

    with pytest.raises(Outdated):
        terms.replace(network.site, claire(network), "fr", {"Déconnexion": "Sortir"}, mark)


def test_a_word_of_the_glossary_proposes_texts_in_its_number_with_its_capital(network: Network):
    found = terms.proposals(network.site, claire(network), "en", "peer_helper", "companion", "companions")
    proposed = {text: line.proposed[at] for line in found.lines for at, text in enumerate(line.message.texts)}

    assert found.lines
    assert all("peer helper" not in text.casefold() for text in proposed.values())
    assert any("companions" in text for text in proposed.values())
    assert [
        text for text, new in proposed.items() if text.startswith("Peer helper") and not new.startswith("Companion")
    ] == []
    assert terms.of_visitor(network.site, claire(network), "en") == {}
    with pytest.raises(NotAcceptable):
        terms.proposals(network.site, claire(network), "en", "peer_helper", "<i>", "")


def test_a_po_file_goes_out_and_comes_back(network: Network):
    terms.replace(network.site, claire(network), "nl", {"Déconnexion": "Tot straks"}, say(network, "nl").mark)
    content = terms.export(network.site, "SER", "nl")
    terms.replace(network.site, claire(network), "nl", {"Déconnexion": ""}, say(network, "nl").mark)
    changed = terms.take(network.site, Actor("sysadmin", None), "SER", "nl", content)

    assert changed == 1
    assert terms.of_visitor(network.site, claire(network), "nl") == {"Déconnexion": "Tot straks"}
    assert terms.take(network.site, Actor("sysadmin", None), "SER", "nl", content) == 0
    with pytest.raises(NotAcceptable):
        terms.take(network.site, Actor("sysadmin", None), "SER", "nl", b"\xff\xfe not a catalog")
    with pytest.raises(NotFound):
        terms.export(network.site, "NIX", "nl")


def test_only_the_coordination_says_how_a_network_speaks(network: Network):
    for role, name in (("peer_helper", "Ana"), ("person", "Yann"), ("professional", "Paul")):
        client = network.signed_in(role, name)
        for page in ("/reglages", PAGE, "/reglages/poids"):
            assert client.get(page).status_code == 403


def test_every_message_has_a_text_and_can_be_checked_against_itself():
    for lang in ("fr", "nl", "de", "en"):
        assert len(messages(lang)) > 1000
        for one in messages(lang):
            for msgid, text in zip(one.ids, one.texts, strict=True):
                terms.check(lang, msgid, text)


def test_french_is_set_with_spaces_that_do_not_break():
    fr, nl = translator("fr"), translator("nl")

    assert (
        fr.shown("Pourquoi ? « Oui » : 14 h 30 !")
        == "Pourquoi\u00a0? «\u00a0Oui\u00a0»\u00a0: 14\u00a0h\u00a030\u00a0!"
    )
    assert nl.shown("Waarom ?") == "Waarom ?"
    assert fr.gettext("Réseau de %(name)s", name="https://a.b/?c : d") == "Réseau de https://a.b/?c : d"
