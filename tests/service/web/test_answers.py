"""What stands on every answer, and what never does."""

from __future__ import annotations

import logging
import subprocess
import sys

import pytest
from sqlalchemy import select
from sqlmodel import SQLModel

from service import access
from service.errors import Refused
from service.problems import HELP, STATUS, TITLES
from service.site import Site
from tests.service.web.network import BASE, Network, make_site


def test_every_refusal_has_its_status_title_and_help():
    assert set(Refused.__subclasses__()) == set(STATUS) == set(TITLES) == set(HELP)


def test_a_bug_is_a_page_without_details(network: Network, monkeypatch: pytest.MonkeyPatch):
    client = network.signed_in("coordinator")

    def broken(*_: object, **__: object) -> None:
        raise RuntimeError("Rose lives at 12 rue X")

    monkeypatch.setattr("service.web.requests.request_search.search", broken)
    answer = client.read("/demandes")

    assert answer.status_code == 500
    assert "Rose" not in answer.text
    assert "Quelque chose n’a pas marché" in answer.text


def test_programs_get_a_problem_document(network: Network):
    answer = network.client().get("/nothing-here", headers={"accept": "application/json"})

    assert answer.headers["content-type"].startswith("application/problem+json")
    assert answer.json()["status"] == 404


def test_on_plain_http_the_browser_is_not_told_to_stay_on_https(network: Network):
    assert "strict-transport-security" not in network.client().get("/health").headers


def test_the_configured_tile_host_joins_the_images_allowed():
    network = Network(make_site(tile_url="https://tiles.example/{z}/{x}/{y}.png"))

    policy = network.client().get("/health").headers["content-security-policy"]
    assert "img-src 'self' data: https://tiles.example;" in policy


@pytest.mark.parametrize("host", ["elsewhere.example", "127.0.0.1.elsewhere.example", "elsewhere.example:8000", ""])
def test_another_host_is_refused_and_never_repeated(network: Network, host: str):
    answer = network.client().get("/entrer", headers={"host": host, "x-forwarded-host": "elsewhere.example"})

    assert answer.status_code == 400
    assert "elsewhere" not in answer.text


def test_signed_in_pages_are_not_kept_by_the_browser(network: Network):
    assert network.signed_in("coordinator").read("/demandes").headers["cache-control"] == "no-store"


def test_there_is_no_explorer_of_the_interface(network: Network):
    for path in ("/schema", "/schema/openapi.json", "/docs"):
        assert network.client().get(path).status_code == 404


def test_reading_pages_changes_nothing(network: Network):
    def digest(site: Site) -> dict[str, list[object]]:
        kept = {"audit_entry", "web_session"}  # reading a record is noted, and a session that is used stays awake
        with site.db() as tx:
            return {
                name: [tuple(row) for row in tx.connection().execute(select(table)).all()]
                for name, table in SQLModel.metadata.tables.items()
                if name not in kept
            }

    clients = [network.signed_in(role) for role in ("coordinator", "peer_helper", "professional", "person")]
    before = digest(network.site)
    paths = sorted(
        route.path
        for route in network.app.routes
        if "GET" in getattr(route, "methods", ()) and "{" not in route.path and route.path != "/static"
    )
    assert len(paths) >= 6
    for client in clients:
        for path in paths:
            client.read(path)

    assert digest(network.site) == before


def test_no_secret_and_no_name_reaches_the_log(network: Network, caplog: pytest.LogCaptureFixture):
    caplog.set_level(logging.DEBUG)
    link = access.new_link(network.site, "coordinator")
    client = network.client()
    client.read(link.removeprefix(BASE))
    client.enter(link)
    client.read("/demandes")
    client.read("/f/a-secret-address.ics")
    written = " ".join(
        f"{record.getMessage()} {vars(record)}" for record in caplog.records if record.name.startswith("lefil")
    )

    assert "GET /entrer/{token} 200" in written
    for secret in (link.rsplit("/", 1)[-1], client.cookies["lefil"], "a-secret-address", "Rose", "Claire"):
        assert secret not in written


def test_the_server_never_loads_a_solver():
    code = "import sys, service.app; print([name for name in ('ortools', 'numba', 'valhalla') if name in sys.modules])"
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert found.stdout.strip() == "[]"


def test_a_form_that_is_too_large_is_refused_before_it_is_read(network: Network):
    client = network.signed_in("coordinator")
    answer = client.post("/sortir", data={"csrf": "x" * (3 * 1024 * 1024)}, follow_redirects=False)

    assert answer.status_code == 413
    assert "C’est trop grand" in answer.text
