"""
All that Le Fil says, in a language of brackets: whatever stands outside of them is translated nowhere.

What may stand there is told in `data.py` alone; a text put together of pieces is found as well.
"""

from __future__ import annotations

import html
import re
import shutil
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from icalendar import Calendar

from locales import translator
from service import codes, notices, provider, visits
from service.database import Database
from service.imports.files import FILES
from service.message_texts import REMINDERS, WORDS, Facts, message
from service.notices import NoticeView
from service.site import Site
from service.web import notice_words
from service.web.speech import LANGUAGE_COOKIE, Speech
from tests import sites
from tests.browser import atlas, served, situations
from tests.browser.situations import ROLES, Reader, Situation
from tests.identity_provider import identity_provider
from tests.locales import brackets
from tests.locales.data import Data
from tests.service.access.builders import BASE as OWN_HOST
from tests.service.access.builders import EMAIL, PASSWORD, Visitor
from tests.service.access.every_route import records
from tests.service.access.every_route.forms import sent
from tests.service.access.identity_provider.builders import a_house
from tests.service.web.calculating import Calculation
from tests.service.web.network import BASE, Network, make_site
from tests.service.web.servers import server

ADDRESSES_OF_A_PAGE = 2
"""Looked at, of those that differ in what they are about."""
REACHED_OTHERWISE = {
    "/creer-le-reseau": "an empty database, below",
    "/appariements/calculs/{public_id}": "leads on to the suggestions",
    "/semaine/replanifications/{run}/etat": "leads on to the whole page",
    "/semaine/visites/{visit}/essai": "asked by the form of a visit, below",
    "/entrer/fournisseur/retour": "an identity provider, below",
    "/compte/fournisseur": "an identity provider, below",
}
IN_FILES = {"souvent"}.union(*({one.name, *one.codes} for file in FILES for one in file.columns))
"""Columns and codes, which the report on files says as the files have them."""


@pytest.fixture(scope="module", autouse=True)
def spoken(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    with brackets.spoken(tmp_path_factory.mktemp("catalogs")):
        yield


@contextmanager
def _copied(shared_folder: Path, folder: Path) -> Iterator[tuple[Site, Situation]]:
    made, situation = situations.busy(shared_folder)
    shutil.copy(made, folder / "lefil.db")
    site = served.site_on(folder / "lefil.db", 8000)
    yield site, situation
    site.db.close()


@pytest.fixture(scope="module")
def day(shared_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Site, Situation]]:
    """Seraing on a day on which a lot goes on."""
    with _copied(shared_folder, tmp_path_factory.mktemp("untranslated")) as copied:
        yield copied


@pytest.fixture(scope="module")
def known(day: tuple[Site, Situation]) -> list[atlas.Template]:
    return atlas.templates(server(day[0]))


@pytest.fixture(scope="module")
def data(day: tuple[Site, Situation]) -> Data:
    return Data(day[0], [situations.DRAFTED])


class Findings:
    """What was found, and where it was met first."""

    def __init__(self, data: Data) -> None:
        self.data = data
        self.of_files = data.and_also(IN_FILES)
        self.outside: dict[str, str] = {}
        self.glued: dict[str, str] = {}

    def look(self, texts: Iterable[str], where: str) -> None:
        data = self.of_files if "/import/" in where else self.data
        for text in texts:
            for piece in brackets.outside(text):
                if left := data.left_of(piece):
                    self.outside.setdefault(left, where)
            if brackets.glued(text):
                self.glued.setdefault(text, where)

    def page(self, client: Reader, address: str, role: str = "coordinator") -> atlas.Look:
        """Look at what stands at an address."""
        return client.look(address, lambda text: self.look(brackets.said(text), f"{role} {address}"))

    @property
    def told(self) -> list[str]:
        outside = [f"not translated at {where}: {text}" for text, where in self.outside.items()]
        return [*outside, *(f"glued at {where}: {text}" for text, where in self.glued.items())]


def test_every_page_of_every_role_is_translated(day: tuple[Site, Situation], known: list[atlas.Template], data: Data):
    site, situation = day
    found = Findings(data)
    reached: set[str] = set()
    for role in ROLES:
        client = situations.entered(site, role, **{LANGUAGE_COOKIE: brackets.LANG}, **situation.cookies_of(role))
        told = atlas.explore(
            role,
            site.settings.base_url,
            known,
            lambda address, role=role, client=client: found.page(client, address, role),
            situation.begin[role],
            most=ADDRESSES_OF_A_PAGE,
        )
        reached |= {*told.pages, *told.ways}

    pages = {one.path for one in known}
    assert found.told == []
    assert sorted(pages - reached - set(REACHED_OTHERWISE)) == [], "no link leads there"
    assert sorted(set(REACHED_OTHERWISE) - pages) == [], "these pages are gone"


@pytest.mark.parametrize("end", ["tell_first", "end", "stopped", "fail"])
def test_each_state_of_a_calculation_is_translated(end: str, shared_folder: Path, tmp_path: Path, data: Data):
    with _copied(shared_folder, tmp_path) as (site, _):
        found = Findings(data)
        client = situations.entered(site, "coordinator", **{LANGUAGE_COOKIE: brackets.LANG})
        calculation = Calculation(site)
        getattr(calculation, end)()
        asked = visits.ask_for_plan(site, served.coordinator(site), served.MONDAY)
        for address in ("/appariements", "/appariements/etat-du-calcul", f"/calculs/{asked}", "/semaine/2027-01-11"):
            found.page(client, address)

    assert found.told == []


def test_a_move_and_a_question_without_sense_are_refused_in_the_reader_s_language(
    day: tuple[Site, Situation], data: Data
):
    found = Findings(data)
    client = situations.entered(day[0], "coordinator", **{LANGUAGE_COOKIE: brackets.LANG})
    week = html.unescape(client.get("/semaine/2027-01-11").text)
    visit = next(iter(re.findall(r'href="(/semaine/visites/[^"?]+)"', week)))
    found.page(client, f"{visit}/essai?day=2027-01-12&hour=23:00")
    chosen = {"revision": "1", "slot": "autre", "day": "2027-01-12", "hour": "23:00"}
    page = "/appariements/et-si"
    for refused in (
        client.fill(f"{visit}/deplacer", visit, **chosen),
        client.fill(f"{page}/demander", page, newcomer="1", weekday="9", start="1:00", hours="1,2,3"),
    ):
        assert refused.status_code == 422
        found.look(brackets.said(refused.text), str(refused.url))

    assert found.told == []


def test_the_first_page_of_an_empty_database_is_translated(schema_in_memory: Database, data: Data):
    with sites.copied(schema_in_memory) as db:
        client = Visitor(server(sites.a_site(db, base_url=OWN_HOST)))
        client.cookies.set(LANGUAGE_COOKIE, brackets.LANG)
        found = Findings(data)
        found.look(brackets.said(client.get("/creer-le-reseau").text), "/creer-le-reseau")
        refused = client.fill("/creer-le-reseau/envoyer", "/creer-le-reseau", code="none", zone="Europe/Brussels")
        found.look(brackets.said(refused.text), "POST /creer-le-reseau")

    assert refused.status_code == 422
    assert found.told == []


def test_the_pages_of_an_identity_provider_are_translated(tmp_path: Path):
    with identity_provider(tmp_path) as cpas:
        house = a_house(cpas)
        account, visitor = house.really_joined(), house.visitor()
        visitor.cookies.set(LANGUAGE_COOKIE, brackets.LANG)
        found = Findings(Data(house.site).and_also([house.site.settings.oidc_name]))
        for way in ("/entrer", "/entrer/mot-de-passe"):
            found.look(brackets.said(visitor.get(way).text), way)
        found.look(brackets.said(visitor.fill("/entrer/fournisseur", "/entrer").text), "leaves")
        found.look(brackets.said(visitor.get(provider.BACK, params={"state": "a", "code": "b"}).text), provider.BACK)
        failed = visitor.fill("/entrer/fournisseur/terminer", "/entrer", state="a", code="b")
        found.look(brackets.said(failed.text), "fails")
        visitor.fill("/entrer/mot-de-passe/verifier", "/entrer/mot-de-passe", email=EMAIL, password=PASSWORD)
        visitor.fill("/entrer/second/verifier", "/entrer/second", code=account.code_now())
        for page in ("/compte", "/compte/confirmer", "/compte/fournisseur"):
            answer = visitor.get(page)
            assert answer.status_code == 200, page
            found.look(brackets.said(answer.text), page)

    assert failed.status_code == 403
    assert found.told == []


@pytest.fixture(scope="module")
def network() -> Network:
    return Network(make_site())


def untold(page: str) -> list[str]:
    """What a form that was refused does not say to whoever listens: in its title, and at its fields."""
    errors = [one for one in re.findall(r"<\w+ [^>]*\berrmsg\b[^>]*>", page) if 'role="alert"' not in one]
    described = {one for ids in re.findall(r'aria-describedby="([^"]*)"', page) for one in ids.split()}
    wrong = [one for one in errors if not described & set(re.findall(r'\bid="([^"]+)"', one))]
    if (errors or 'class="errsum' in page) and not re.search(r"<title>\s*⟦Erreur :⟧", page):
        wrong.append(str(re.search(r"<title>(.*?)</title>", page, re.DOTALL)))
    return wrong


def test_what_is_refused_is_translated_and_told_to_whoever_listens(network: Network):
    """Each form is sent with nothing in it, and then as if it was filled in."""
    ids = records.make(network)["SER"].ids
    before = Data(network.site)
    answers: list[tuple[str, str]] = []
    statuses: set[int] = set()
    for route, answer in sent(network, ids, brackets.LANG):
        statuses.add(answer.status_code)
        if answer.headers.get("content-type", "").startswith("text/html"):
            answers.append((answer.text, f"POST {route.path} {answer.status_code}"))
    found = Findings(before.and_also(Data(network.site).names))
    for page, where in answers:
        found.look(brackets.said(page), where)

    assert found.told == []
    assert [(where, wrong) for page, where in answers if where.endswith("422") if (wrong := untold(page))] == []
    assert statuses >= {200, 303, 400, 404, 409, 422}
    assert max(statuses) < 500


MORNING = datetime(2027, 1, 12, 9, 30)  # noqa: DTZ001 - local to the territory, as messages have it
FACTS = Facts(count=2, before=MORNING, after=MORNING, spans=((MORNING, MORNING),), ref="2027-R014")


@pytest.mark.parametrize("code", sorted({*WORDS, *REMINDERS, *codes.NOTICES_TO_PARTIES, "visits"}))
def test_a_mail_and_an_sms_are_translated(code: str, data: Data):
    said = message(translator(brackets.LANG), BASE, code, FACTS)
    found = Findings(data.and_also([FACTS.ref]))
    found.look([said.subject, said.button, said.sms, *said.mail.splitlines()], code)

    assert found.told == []


@pytest.mark.parametrize("code", sorted(notice_words.SENTENCES))
def test_a_notice_is_translated(code: str, data: Data):
    day = date(2027, 1, 12)
    notice = NoticeView(
        "0", code, None, "Ana", MORNING, "", MORNING, MORNING, names=("Ana", "Yann"), first=day, last=day
    )
    found = Findings(data.and_also(["Ana", "Yann"]))
    speech = Speech(brackets.LANG, ZoneInfo("Europe/Brussels"))
    ways = [notices.Reached("Yann", "person", how, "") for how in notice_words.CHANNELS]
    told = [notice_words.told(notice, speech), notice_words.told(replace(notice, last=date(2027, 1, 13)), speech)]
    found.look([*told, notice_words.whom(ways, speech)], code)

    assert found.told == []


SHOWN_IN_CALENDARS = ("SUMMARY", "LOCATION", "DESCRIPTION", "X-WR-CALNAME", "X-WR-CALDESC", "COMMENT")


@pytest.mark.parametrize("role", ["peer_helper", "person", "professional"])
def test_a_calendar_is_translated(role: str, day: tuple[Site, Situation], data: Data):
    site = day[0]
    found = Findings(data)
    client = situations.entered(site, role, **{LANGUAGE_COOKIE: brackets.LANG})
    levels = re.findall(r'name="level" value="(\w+)"', client.get("/abonnement").text)
    for level in levels:
        made = client.fill("/abonnement/creer", "/abonnement", level=level)
        [address] = set(re.findall(r"https?://[^\"<]+/f/[^\"<]+?\.ics", made.text))
        calendar = Calendar.from_ical(client.get("/" + address.split("/", 3)[3]).content)
        texts = [str(one[name]) for one in calendar.walk() for name in SHOWN_IN_CALENDARS if name in one]
        found.look([line for text in texts for line in text.splitlines()], f"{role} {level}")
        assert texts

    assert len(levels) > 1
    assert found.told == []


def test_what_no_catalog_holds_is_found(data: Data):
    page = (
        "<p>⟦Bonjour ⟪Nadia⟫⟧ <b>Déplacer</b></p><a aria-label='Fermer'>12</a>"
        "<p>⟦État : ⟪waiting⟫⟧</p><p translate=no>secret</p><p lang=fr>Bonjour</p>"
    )
    found = Findings(data)
    found.look(brackets.said(page), "here")

    assert sorted(found.outside) == ["Déplacer", "Fermer", "waiting"]


@pytest.mark.parametrize(
    ("page", "is_glued"),
    [
        ("<p>⟦Proposé par⟧ Nadia</p>", True),
        ("<p>⟦Proposé par⟧ <b>Nadia</b></p>", True),
        ("<p>⟦Une visite⟧ ⟦est prévue⟧</p>", True),
        ("<p>Nadia ⟦a dit oui⟧</p>", True),
        ("<p>⟦Proposé par ⟪<b>Nadia</b>⟫⟧</p>", False),
        ("<p>⟦C’est fait.⟧ ⟦Vous pouvez fermer.⟧</p>", False),
        ("<p><b>Nadia</b> ⟦a dit oui⟧</p>", False),
        ("<li><a>⟦Agenda⟧</a> <a>⟦Aide⟧</a></li>", False),
        ("<p>⟦deuil⟧, ⟦migration⟧ and ⟦logement⟧</p>", False),
        ("<p>Nadia · ⟦en pause⟧ (⟦depuis ⟪mardi⟫⟧)</p>", False),
    ],
)
def test_a_text_of_pieces_is_told_from_a_sentence(page: str, is_glued: bool):
    assert any(map(brackets.glued, brackets.said(page))) is is_glued
