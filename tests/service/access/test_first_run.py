"""An empty installation: one page, one code, one network."""

from __future__ import annotations

import re
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from sqlmodel import select

from service import first_network, invitations_to_join
from service.access_attempts import TooManyTries
from service.errors import NotAcceptable, NotFound, SignInFailed
from service.first_network import NewNetwork
from service.settings import Settings
from service.site import Site
from service.tables.access import Account
from service.tables.territory import Territory, Theme
from tests import sites
from tests.service.access.builders import BASE, HERE, PASSWORD, Visitor, at, code_at, words_of
from tests.service.web.servers import server

NETWORK = NewNetwork(
    name="Pays de Locminé",
    country="FR",
    zone="Europe/Paris",
    languages=("fr", "en"),
    lat=47.88,
    lon=-2.83,
    school_calendar="FR-B",
    max_travel_km=25,
    coordinator="Maud",
    email="maud@example.org",
)
FILLED = {
    "name": "Seraing",
    "country": "BE",
    "zone": "Europe/Brussels",
    "languages": ["fr", "nl"],
    "lat": "50,61",
    "lon": "5.51",
    "school_calendar": "BE-FWB",
    "max_travel_km": "8",
    "coordinator": "Claire",
    "email": "claire@example.org",
}


@pytest.fixture
def empty(site: Site) -> Site:
    """On either engine."""
    return replace(site, settings=Settings(demo=False, base_url=BASE))


@pytest.fixture
def new(sqlite_site: Site) -> Site:
    return replace(sqlite_site, settings=Settings(demo=False, base_url=BASE, database_url=sites.IN_MEMORY))


def test_the_code_of_the_terminal_creates_the_network_and_its_coordinator(empty: Site):
    code = first_network.new_code(empty, clock=at())
    token = first_network.create(empty, code.lower(), NETWORK, HERE, clock=at())
    invited = invitations_to_join.joining(empty, token, clock=at())

    assert (invited.name, invited.role, invited.territory) == ("Maud", "coordinator", "Pays de Locminé")
    assert not first_network.is_open(empty)
    with empty.db() as tx:
        territory = tx.exec(select(Territory)).one()
        assert (territory.ref, territory.default_language, territory.demo) == ("FR-PAY", "fr", False)
        assert len(tx.exec(select(Theme)).all()) >= 10


def test_the_page_is_gone_afterwards(empty: Site):
    code = first_network.new_code(empty, clock=at())
    first_network.create(empty, code, NETWORK, HERE, clock=at())
    again = first_network.new_code(empty, clock=at())

    with pytest.raises(NotFound):
        first_network.create(empty, again, NETWORK, HERE, clock=at())


def test_of_ten_who_create_at_once_one_does(empty: Site):
    code = first_network.new_code(empty, clock=at())

    def come(number: int) -> bool:
        try:
            first_network.create(empty, code, NETWORK, f"192.0.2.{number}", clock=at())
        except (NotFound, SignInFailed, TooManyTries):
            return False
        return True

    with ThreadPoolExecutor(10) as pool:
        created = list(pool.map(come, range(10)))

    assert created.count(True) == 1
    with empty.db() as tx:
        assert len(tx.exec(select(Territory)).all()) == 1
        assert len(tx.exec(select(Account)).all()) == 1


def test_a_new_start_prints_a_new_code_and_the_old_one_is_dead(new: Site):
    old = first_network.new_code(new, clock=at())
    first_network.new_code(new, clock=at())

    with pytest.raises(SignInFailed):
        first_network.create(new, old, NETWORK, HERE, clock=at())
    assert first_network.is_open(new)


def test_the_code_cannot_be_tried_out(new: Site):
    code = first_network.new_code(new, clock=at())
    for number in range(5):
        with pytest.raises(SignInFailed):
            first_network.create(new, f"0000-0000-0000-000{number}", NETWORK, f"192.0.2.{number}", clock=at())

    with pytest.raises(TooManyTries):
        first_network.create(new, code, NETWORK, "192.0.2.9", clock=at())


@pytest.mark.parametrize(
    ("field", "change"),
    [
        ("name", {"name": " "}),
        ("zone", {"zone": "Mars/Olympus"}),
        ("languages", {"languages": ()}),
        ("lat", {"lat": 91.0}),
        ("max_travel_km", {"max_travel_km": 0.0}),
        ("coordinator", {"coordinator": ""}),
        ("email", {"email": "maud"}),
    ],
)
def test_what_makes_no_network_is_said_and_nothing_is_kept(new: Site, field: str, change: dict[str, object]):
    code = first_network.new_code(new, clock=at())
    with pytest.raises(NotAcceptable) as refused:
        first_network.create(new, code, replace(NETWORK, **change), HERE, clock=at())  # type: ignore[arg-type]

    assert refused.value.field == field
    assert first_network.is_open(new)
    assert first_network.create(new, code, NETWORK, HERE, clock=at())


def test_the_demonstration_has_no_such_page(sqlite_site: Site):
    assert not first_network.is_open(replace(sqlite_site, settings=Settings(demo=True)))


def test_from_the_empty_page_to_the_first_page_of_the_coordinator(new: Site):
    code = first_network.new_code(new)
    visitor = Visitor(server(new))
    doors = [visitor.read(path).headers["location"] for path in ("/", "/entrer", "/demandes")]
    wrong = visitor.fill("/creer-le-reseau/envoyer", "/creer-le-reseau", code="0000", **FILLED)
    made = visitor.fill("/creer-le-reseau/envoyer", "/creer-le-reseau", code=code, **FILLED)
    joining = made.headers["location"]
    page = visitor.read(joining)
    secret = re.search(r'<code class="secret">([A-Z2-7 ]+)</code>', page.text)
    assert secret is not None
    first_code = code_at(secret[1].replace(" ", ""), datetime.now(UTC))
    token = joining.rsplit("/", 1)[-1]
    done = visitor.fill("/rejoindre", joining, token=token, password=PASSWORD, code=first_code)

    assert doors == ["/creer-le-reseau", "/creer-le-reseau", "/entrer"]
    assert wrong.status_code == 403
    assert 'value="Seraing"' in wrong.text
    assert "Claire" in words_of(page)
    assert len(re.findall(r"<code>[0-9A-Z]{4}-[0-9A-Z]{4}-[0-9A-Z]{4}</code>", done.text)) == 10
    assert visitor.read("/demandes").status_code == 200
    assert visitor.read("/creer-le-reseau").status_code == 404
