"""What the operator sets, and a provider that fails."""

from __future__ import annotations

import logging
from dataclasses import replace
from pathlib import Path

import pytest
from pydantic import ValidationError

from service import provider, provider_trips
from service.cli_serve import main
from service.errors import SignInFailed
from service.settings import Settings
from tests.identity_provider import SECRET, SUBJECT, Claims, IdentityProvider
from tests.service.access.builders import HERE, House, at
from tests.service.access.identity_provider.builders import a_house, but, come_in, linked, refusal, trip

FAULTS: list[tuple[str, dict[str, tuple[int, bytes]], Claims]] = [
    ("the description fails", {"/.well-known/openid-configuration": (500, b"")}, {}),
    ("it says that it is another", {}, {"issuer": "https://evil.example"}),
    ("its token is asked for in clear", {}, {"token_endpoint": "http://localhost/token"}),
    ("its keys lie inside another network", {}, {"jwks_uri": "https://127.0.0.1:1/keys"}),
    ("its keys are too many", {"/keys": (200, b'{"keys": ["' + b"k" * 300_000 + b'"]}')}, {}),
    ("it leads elsewhere", {"/token": (302, b"")}, {}),
    ("it speaks another language", {"/token": (200, b"<html>")}, {}),
    ("it nests without end", {"/token": (200, b"[" * 100_000)}, {}),
]


@pytest.mark.parametrize(("broken", "says"), [fault[1:] for fault in FAULTS], ids=[fault[0] for fault in FAULTS])
def test_a_provider_that_fails_opens_nothing_and_is_said_to_be_away(
    house: House, cpas: IdentityProvider, broken: dict[str, tuple[int, bytes]], says: Claims
):
    linked(house)
    browser, answer = trip(house, cpas)
    cpas.broken |= broken
    cpas.says |= says

    assert refusal(house, browser, answer) == provider_trips.AWAY


def test_a_certificate_that_nobody_knows_is_refused(cpas: IdentityProvider):
    house = a_house(cpas, oidc_ca_file="")
    with pytest.raises(SignInFailed) as refused:
        provider_trips.leave(house.site, "sign_in", HERE, clock=at())

    assert str(refused.value) == provider_trips.AWAY


def test_the_log_says_why_and_nothing_of_what_was_sent(
    house: House, cpas: IdentityProvider, caplog: pytest.LogCaptureFixture
):
    linked(house)
    browser, answer = trip(house, cpas)
    cpas.bend = but(aud="canary", email="canary@example.org")
    with caplog.at_level(logging.DEBUG):
        refusal(house, browser, answer)
        refusal(house, *trip(house, cpas)[:1], replace(trip(house, cpas)[1], code="", error="canary <b>"))

    assert "refused: CLAIMS" in caplog.text
    assert not any(word in caplog.text for word in ("canary", SUBJECT, SECRET, answer.code, answer.state))


@pytest.mark.parametrize(
    "other",
    [
        {"oidc_issuer": "http://localhost"},
        {"oidc_issuer": "https://cpas.example/?a=b"},
        {"oidc_client_id": ""},
        {"oidc_client_secret": ""},
        {"oidc_client_secret_file": "also.txt"},
        {"oidc_factors": "password"},
    ],
    ids=str,
)
def test_half_a_provider_is_no_setting(cpas: IdentityProvider, other: dict[str, str]):
    with pytest.raises(ValidationError):
        Settings(**(cpas.settings | other))  # type: ignore[arg-type]


def test_the_secret_may_lie_in_a_file(cpas: IdentityProvider, tmp_path: Path):
    kept = tmp_path / "secret"
    kept.write_text(SECRET + "\n", encoding="utf-8")
    house = a_house(cpas, oidc_client_secret="", oidc_client_secret_file=str(kept))
    linked(house)

    assert house.is_in(come_in(house, cpas).session)
    assert SECRET not in repr(house.site.settings) + repr(provider.of(house.site))


def test_the_server_does_not_start_without_the_secret(
    cpas: IdentityProvider, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    missing = {"oidc_client_secret": "", "oidc_client_secret_file": str(tmp_path / "missing")}
    for name, value in (cpas.settings | missing).items():
        monkeypatch.setenv(f"LEFIL_{name.upper()}", value)
    with pytest.raises(SystemExit) as ended:
        main(["serve"])

    assert ended.value.code == 1
    assert "LEFIL_OIDC_CLIENT_SECRET_FILE" in capsys.readouterr().err


def test_a_provider_may_want_the_secret_in_the_form(house: House, cpas: IdentityProvider):
    linked(house)
    cpas.says["token_endpoint_auth_methods_supported"] = ["client_secret_post"]

    assert house.is_in(come_in(house, cpas).session)
