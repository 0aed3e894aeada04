"""
The identity provider of the operator, if there is one: who it is, and what is asked of it (OpenID Connect Core 1.0).

Nothing of what it answers is kept between two sign-ins: keys that it has taken back open nothing from that moment on.
"""

from __future__ import annotations

import base64
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import quote_plus, urlencode, urlsplit

from service import provider_calls
from service.provider_address import Factors, factors_of
from service.provider_calls import Endpoint, NotReached, endpoint_of
from service.remote_wire import Deadline
from service.settings import Settings
from service.site import Site

BACK = "/entrer/fournisseur/retour"
"""Where the provider sends people back to; it is registered there, letter by letter."""
SECONDS = 10.0
"""For all questions of one step together."""
DISCOVERY = "/.well-known/openid-configuration"


@dataclass(frozen=True)
class Provider:
    issuer: str
    client_id: str
    name: str
    """As people read it on the button."""
    factors: Factors
    secret_given: str = field(default="", repr=False)
    secret_file: str = ""
    ca_file: str = ""

    def secret(self) -> str:
        """Read each time, so that a new one needs no new start; raises OSError or ValueError when there is none."""
        found = Path(self.secret_file).read_text(encoding="utf-8").strip() if self.secret_file else self.secret_given
        if not found:
            raise ValueError("the secret is empty")
        return found


@dataclass(frozen=True)
class Known:
    """Where the provider answers, as it says itself at this moment (OpenID Connect Discovery 1.0)."""

    authorization: str
    token: Endpoint
    keys: Endpoint
    secret_in_form: bool


def of(site: Site) -> Provider | None:
    """None when the operator named none, and in the demonstration, where everybody comes in by a printed link."""
    return None if site.settings.demo else configured(site.settings)


def configured(settings: Settings) -> Provider | None:
    if not settings.oidc_issuer:
        return None
    return Provider(
        issuer=settings.oidc_issuer,
        client_id=settings.oidc_client_id,
        name=settings.oidc_name or urlsplit(settings.oidc_issuer).hostname or "",
        factors=factors_of(settings.oidc_factors),
        secret_given=settings.oidc_client_secret,
        secret_file=settings.oidc_client_secret_file,
        ca_file=settings.oidc_ca_file,
    )


def name_of(site: Site) -> str:
    """As the button says it; empty when there is no provider."""
    named = of(site)
    return named.name if named is not None else ""


def back_address(site: Site) -> str:
    return site.settings.base_url.rstrip("/") + BACK


def known(provider: Provider, deadline: Deadline) -> Known:
    """
    Ask the provider where it answers.

    Raises
    ------
    NotReached
        When it does not say, or says that it is another one.
    """
    home = endpoint_of(provider.issuer)
    said = provider_calls.get(endpoint_of(provider.issuer.rstrip("/") + DISCOVERY), home, provider.ca_file, deadline)
    if said.get("issuer") != provider.issuer:
        raise NotReached("OTHER_ISSUER")
    ways = said.get("token_endpoint_auth_methods_supported")
    authorization = str(said.get("authorization_endpoint", ""))
    endpoint_of(authorization)
    return Known(
        authorization=authorization,
        token=endpoint_of(str(said.get("token_endpoint", ""))),
        keys=endpoint_of(str(said.get("jwks_uri", ""))),
        secret_in_form=isinstance(ways, list) and "client_secret_basic" not in ways,
    )


def leading_to(where: Known, question: dict[str, str]) -> str:
    """The address that a browser is sent to."""
    return where.authorization + ("&" if "?" in where.authorization else "?") + urlencode(question)


def token_for(
    provider: Provider, where: Known, code: str, verifier: str, back: str, deadline: Deadline
) -> tuple[str, list[Any]]:
    """
    The ID token for a code, and the keys that the provider signs with now.

    Raises
    ------
    NotReached
        When the provider does not take the code (`REFUSED`), or does not answer as it should.
    """
    try:
        secret = provider.secret()
    except (OSError, ValueError) as error:
        raise NotReached("NO_SECRET") from error
    form = {"grant_type": "authorization_code", "code": code, "redirect_uri": back, "code_verifier": verifier}
    headers: dict[str, str] = {}
    if where.secret_in_form:
        form |= {"client_id": provider.client_id, "client_secret": secret}
    else:
        # Both parts are written as in a form before they are put together (RFC 6749, 2.3.1).
        pair = f"{quote_plus(provider.client_id)}:{quote_plus(secret)}"
        headers["Authorization"] = "Basic " + base64.b64encode(pair.encode()).decode()
    home = endpoint_of(provider.issuer)
    said = provider_calls.post(where.token, home, provider.ca_file, deadline, urlencode(form), headers)
    token = said.get("id_token")
    if not isinstance(token, str):
        raise NotReached("NO_TOKEN")
    keys = provider_calls.get(where.keys, home, provider.ca_file, deadline).get("keys")
    return token, keys if isinstance(keys, list) else []
