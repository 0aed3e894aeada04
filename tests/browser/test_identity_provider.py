"""There and back to an identity provider in a real browser, under the content policy."""

from __future__ import annotations

import socket
from datetime import UTC, datetime
from pathlib import Path

import pytest
import uvicorn
from playwright.sync_api import Browser
from sqlmodel import select

from service.app import create_app
from service.tables.access import Account, ProviderLink
from tests.browser.served import running
from tests.browser.visitor import Visitor
from tests.identity_provider import SUBJECT, identity_provider
from tests.service.web.network import make_site


@pytest.mark.parametrize("script", [True, False], ids=["script", "plain"])
def test_a_coordinator_goes_to_the_provider_and_comes_back_signed_in(chromium: Browser, tmp_path: Path, script: bool):
    listener = socket.socket()
    listener.bind(("127.0.0.1", 0))
    with identity_provider(tmp_path) as cpas:
        base = f"http://localhost:{listener.getsockname()[1]}"
        site = make_site(demo=False, base_url=base, database_url=f"sqlite:///{tmp_path}/lefil.db", **cpas.settings)
        with site.db.begin() as tx:
            claire = tx.exec(select(Account.id).where(Account.role == "coordinator")).first() or 0
            tx.add(ProviderLink(account_id=claire, issuer=cpas.issuer, subject=SUBJECT, made_at=datetime.now(UTC)))
        config = uvicorn.Config(create_app(site), access_log=False, log_config=None, lifespan="on")
        choices = {"ignore_https_errors": True, "java_script_enabled": script}
        with running(uvicorn.Server(config), listener), Visitor(chromium, site, 320, **choices) as visitor:
            visitor.open("/entrer")
            visitor.fits()
            visitor.page.get_by_role("button", name="Se connecter avec CPAS de Seraing").click()
            visitor.page.wait_for_url(f"{cpas.issuer}/authorize?**")
            visitor.follow("Je suis Claire")
            if not script:
                visitor.press("Continuer")
            visitor.page.wait_for_url("**/aujourdhui?fait=entered")

            assert "Aujourd’hui" in visitor.page.title()
            visitor.open("/compte/fournisseur")
            assert visitor.page.get_by_role("button", name="Retirer ce lien").is_visible()
            if script:
                visitor.looks_right()
            visitor.page.context.clear_cookies()
            visitor.open("/entrer/fournisseur/retour?state=a&code=b")
            if not script:
                visitor.press("Continuer")
            visitor.page.wait_for_url("**/entrer/fournisseur/terminer")
            assert "n’est plus valable" in visitor.page.locator(".errsum").inner_text()
            if script:
                visitor.looks_right()
            visitor.complaints = [one for one in visitor.complaints if "403" not in one]
        site.db.close()
