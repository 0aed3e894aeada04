"""The doors in a real browser: from an empty database to the first page, passkeys, paper; and how the pages look."""

from __future__ import annotations

import os
import re
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import uvicorn
from playwright.sync_api import Browser, Page
from pyotp.totp import TOTP
from sqlmodel import select

from service import database, first_network
from service.app import create_app
from service.clock import FixedClock
from service.database import Database
from service.ids import SystemIds
from service.sealing import Seals
from service.settings import Settings
from service.site import Site
from service.tables.access import WebSession
from service.tables.people import Party, Person
from tests.browser.conftest import EVERY
from tests.browser.served import running
from tests.browser.visitor import Visitor

PASSWORD = "girafe violon tunnel citron"


@pytest.fixture
def empty(tmp_path: Path) -> Iterator[Site]:
    """A real server on an empty database, not the demonstration."""
    with serving(tmp_path) as site:
        yield site


@contextmanager
def serving(folder: Path) -> Iterator[Site]:
    listener = socket.socket()
    listener.bind(("127.0.0.1", 0))
    port = listener.getsockname()[1]
    settings = Settings(
        database_url=f"sqlite:///{folder}/lefil.db", demo=False, port=port, base_url=f"http://localhost:{port}"
    )
    clock = FixedClock.at_eight(datetime(2027, 1, 4, tzinfo=UTC).date(), "Europe/Brussels")
    site = Site(Database(settings.database_url), clock, SystemIds(), Seals(b"k" * 32), settings)
    database.upgrade(site.db)
    config = uvicorn.Config(create_app(site), access_log=False, log_config=None, server_header=False, lifespan="on")
    server = uvicorn.Server(config)
    with running(server, listener):
        yield site
    site.db.close()


def fill_in_the_network(page: Page, code: str) -> None:
    for label, value in (
        ("Code affiché dans le terminal au démarrage", code),
        ("Nom du territoire", "Seraing"),
        ("Latitude", "50,61"),
        ("Longitude", "5,51"),
        ("Son nom", "Claire"),
        ("Son adresse e-mail", "claire@example.org"),
    ):
        page.get_by_label(label).fill(value)


def created(visitor: Visitor, site: Site) -> None:
    """The network of the first page, up to where its coordinator joins."""
    visitor.open("/")
    fill_in_the_network(visitor.page, first_network.new_code(site))
    visitor.press("Créer le réseau")


def secret_on(page: Page) -> str:
    page.get_by_text("Je ne peux pas viser le carré").click()
    return page.locator("code.secret").first.inner_text().replace(" ", "")


def code_of(secret: str) -> str:
    return TOTP(secret).at(datetime.now(UTC))


def joined_with_password(visitor: Visitor) -> str:
    """The secret of their application of codes."""
    secret = secret_on(visitor.page)
    visitor.page.get_by_label("Mot de passe", exact=True).fill(PASSWORD)
    visitor.page.get_by_label("Le code à 6 chiffres").fill(code_of(secret))
    visitor.press("Créer mon compte")
    return secret


def virtual_key(visitor: Visitor) -> None:
    """A phone's own authenticator, whose owner says yes."""
    cdp = visitor.context.new_cdp_session(visitor.page)
    cdp.send("WebAuthn.enable")
    options = {
        "protocol": "ctap2",
        "transport": "internal",
        "hasResidentKey": True,
        "hasUserVerification": True,
        "isUserVerified": True,
        "automaticPresenceSimulation": True,
    }
    cdp.send("WebAuthn.addVirtualAuthenticator", {"options": options})


@pytest.mark.parametrize("script", [True, False], ids=["script", "plain"])
def test_from_the_empty_database_to_the_first_page(chromium: Browser, empty: Site, width: int, script: bool):
    with Visitor(chromium, empty, width, java_script_enabled=script) as visitor:
        created(visitor, empty)
        secret = secret_on(visitor.page)
        assert visitor.page.get_by_role("button", name="Créer une clé d’accès").is_visible() is script
        visitor.page.get_by_label("Mot de passe", exact=True).fill(PASSWORD)
        visitor.page.get_by_label("Le code à 6 chiffres").fill(code_of(secret))
        visitor.press("Créer mon compte")
        assert visitor.page.locator(".papercodes code").count() == 10
        paper = visitor.page.locator(".papercodes code").first.inner_text()
        visitor.follow("C’est fait, continuer")
        assert visitor.page.get_by_role("heading", level=1).inner_text() == "Aujourd’hui"
        visitor.press("Déconnexion")

        visitor.follow("Je coordonne, ou je suis professionnel")
        visitor.page.get_by_label("Adresse e-mail").fill("claire@example.org")
        visitor.page.get_by_label("Mot de passe", exact=True).fill(PASSWORD)
        visitor.press("Continuer")
        visitor.page.get_by_label("Code", exact=True).fill(paper)
        visitor.press("Entrer")

        assert visitor.page.url.endswith("/aujourdhui?fait=entered")


def test_a_passkey_is_made_opens_confirms_and_is_taken_away(chromium: Browser, empty: Site, width: int):
    with Visitor(chromium, empty, width) as visitor:
        virtual_key(visitor)
        created(visitor, empty)
        visitor.press("Créer une clé d’accès")
        visitor.page.wait_for_url("**/aujourdhui?fait=joined")
        visitor.press("Déconnexion")
        visitor.open("/entrer/mot-de-passe")
        visitor.press("Entrer avec une clé d’accès")
        visitor.page.wait_for_url("**/aujourdhui?fait=entered")
        with empty.db.begin() as tx:
            for session in tx.exec(select(WebSession)).all():
                session.confirmed_at -= timedelta(minutes=6)
        visitor.open("/compte/cles")
        assert "Confirmez que c’est vous" in visitor.page.title()
        visitor.press("Confirmer avec une clé d’accès")
        visitor.page.wait_for_url("**/compte/cles?fait=confirmed")
        visitor.press("Retirer")

        assert "C’est votre seule manière d’entrer" in visitor.page.locator(".errsum").inner_text()
        visitor.complaints = [one for one in visitor.complaints if "422" not in one]


def a_person(site: Site) -> str:
    """The public id of somebody accompanied."""
    with site.db.begin() as tx:
        party = Party(kind="person", territory_id=1)
        tx.add(party)
        tx.flush()
        person = Person(
            id=party.id or 0,
            public_id=site.ids.new(),
            ref="SER-P001",
            territory_id=1,
            pseudonym="Rose",
            languages=["fr"],
            living_environment="home",
            contact_channel="phone",
            visit_frequency="weekly",
            visit_minutes=60,
            changed_at=site.clock.now(),
            status="consent_pending",
        )
        tx.add(person)
    return person.public_id


def test_paper_goes_from_the_coordinator_s_printer_to_the_person_s_page(chromium: Browser, empty: Site, width: int):
    with Visitor(chromium, empty, width) as visitor:
        created(visitor, empty)
        joined_with_password(visitor)
        a_person(empty)
        visitor.open("/comptes")
        visitor.looks_right()
        visitor.press("Code sur papier Rose")
        visitor.looks_right()
        code = visitor.page.locator("code.secret.big").inner_text()
        visitor.open("/compte")
        visitor.looks_right()
        visitor.press("Déconnexion")
        visitor.page.get_by_label("Collez le lien, ou tapez le code").fill(code.lower())
        visitor.press("Entrer", exact=True)

        assert visitor.page.url.endswith("/ma-page?fait=entered")
        visitor.open("/compte")
        visitor.looks_right()
        visitor.page.get_by_label("Code secret", exact=True).fill("2580")
        visitor.page.get_by_role("button", name="Garder").first.click()
        visitor.page.wait_for_url("**/compte?fait=pin_set")
        assert visitor.said == "Code secret gardé."


OPEN_PAGES = ("/entrer", "/entrer/courriel", "/entrer/mot-de-passe", "/mot-de-passe/oublie", "/mot-de-passe/nouveau/x")
OWN_PAGES = ("/compte", "/compte/mot-de-passe", "/compte/codes", "/compte/cles", "/compte/adresse", "/compte/confirmer")


SCREENS = [(320, "sombre"), (1280, "clair"), (390, "sombre"), (320, "clair"), (390, "clair"), (1280, "sombre")]


@pytest.mark.parametrize(("wide", "theme"), SCREENS if os.environ.get(EVERY) else SCREENS[:1])
def test_every_page_of_the_doors_looks_right(chromium: Browser, empty: Site, wide: int, theme: str):
    with Visitor(chromium, empty, wide) as visitor:
        visitor.open(f"/theme/{theme}?retour=/creer-le-reseau")
        visitor.looks_right()
        created(visitor, empty)
        visitor.looks_right()
        joined_with_password(visitor)
        visitor.looks_right()
        for path in OWN_PAGES:
            visitor.open(path)
            visitor.looks_right()
        visitor.context.clear_cookies(name=re.compile("lefil"))
        for path in OPEN_PAGES:
            visitor.open(path)
            visitor.looks_right()
