"""
To the identity provider and back: authorisation code with PKCE, state and nonce (OpenID Connect Core 1.0, RFC 9700).

One secret of the browser's stands behind a trip. Nonce and verifier are made of it and of a key that is not in the
database, where only hashes lie: whoever reads it can finish nobody's trip, and whoever stole a code cannot use it in
another browser.
"""

from __future__ import annotations

import hashlib
import hmac
import logging
import secrets
from base64 import urlsafe_b64encode
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement
from sqlmodel import Session, col, select, update

from locales import N_
from service import access, access_attempts, audit, invitations_to_join, provider, provider_links, provider_tokens
from service.clock import Clock, RealClock
from service.errors import LinkNotValid, NotFound, SignInFailed
from service.hashes import hashed
from service.provider import Provider
from service.provider_calls import NotReached
from service.provider_tokens import Expected, Identity, TokenRefused
from service.remote_wire import Deadline
from service.site import Actor, Site
from service.tables.access import Account, ProviderTrip, WebSession

REAL = RealClock()
TRIP_LIVES = timedelta(minutes=10)
AUTHENTICATED_WITHIN = timedelta(hours=12)
"""How long ago the provider may have seen somebody prove who they are: as long as a session of staff lasts."""
OWN = ("link", "confirm")
"""Purposes of whoever is signed in here."""
ASKED_ANEW = ("join", *OWN)
"""Purposes for which the provider asks again who somebody is, whatever session it has in this browser."""

AWAY = N_("Le service de connexion ne répond pas pour l’instant. Réessayez plus tard, ou prenez une autre manière.")
LOST = N_("Cet aller-retour n’est plus valable : il sert une fois, dix minutes, dans le même navigateur. Recommencez.")
TOO_LONG = N_("C’était trop long : il s’est passé plus de cinq minutes. Confirmez que c’est vous, puis recommencez.")
DENIED = N_("La connexion n’a pas été confirmée. Recommencez, ou prenez une autre manière.")
REFUSED = N_("La réponse du service de connexion n’est pas valable : elle n’ouvre rien. Recommencez.")
ONE_FACTOR = N_("Il faut deux preuves pour entrer, et le service de connexion n’en confirme qu’une.")
UNKNOWN = N_("Cette identité n’ouvre rien ici. Entrez d’une autre manière, puis liez-la depuis « Mon compte ».")

log = logging.getLogger("lefil.provider")


@dataclass(frozen=True)
class Departure:
    """Where a browser goes, and the secret that it keeps until it is back."""

    address: str
    browser: str


@dataclass(frozen=True)
class Answer:
    """What a browser brings back from the provider; whoever wrote it is not known yet."""

    state: str
    code: str = ""
    error: str = ""
    issuer: str = ""
    """Empty when the provider does not say who answers (RFC 9207)."""


@dataclass(frozen=True)
class Arrival:
    """Who came back, and what for; `session` is new for whoever signs in or joins, else empty."""

    purpose: str
    account: Account
    session: str = ""
    back: str = ""


def leave(
    site: Site,
    purpose: str,
    came_from: str,
    *,
    account_id: int | None = None,
    invitation: str = "",
    back: str = "",
    language: str = "fr",
    clock: Clock = REAL,
) -> Departure:
    """
    Begin a trip: to sign in, to join by an `invitation`, to link one's account or to prove again who one is.

    Raises
    ------
    NotFound
        When there is no provider.
    LinkNotValid
        When the invitation is unknown, used or too old, or somebody's who needs no two factors.
    SignInFailed
        When the provider does not answer.
    TooManyTries
        When too many left from this address.
    """
    named = _named(site)
    now = clock.now()
    access_attempts.take(site, "provider", came_from, now)
    if purpose == "join":
        _check_invitation(site, invitation, now)
    try:
        where = provider.known(named, Deadline(provider.SECONDS))
    except NotReached as error:
        log.warning("the identity provider was not reached: %s", error.code)
        raise SignInFailed(AWAY, away=True) from error
    state, browser = secrets.token_urlsafe(32), secrets.token_urlsafe(32)
    with site.db.begin() as tx:
        tx.add(
            ProviderTrip(
                state_hash=hashed(state),
                browser_hash=hashed(browser),
                purpose=purpose,
                account_id=account_id,
                invitation_hash=hashed(invitation) if invitation else None,
                back=back,
                made_at=now,
                ends_at=now + TRIP_LIVES,
            )
        )
    question = {
        "response_type": "code",
        "scope": "openid",
        "client_id": named.client_id,
        "redirect_uri": provider.back_address(site),
        "state": state,
        "nonce": _made(site, "nonce", browser),
        "code_challenge": _challenge(_made(site, "verifier", browser)),
        "code_challenge_method": "S256",
        "ui_locales": language,
        "max_age": str(int((access.FRESH if purpose in ASKED_ANEW else AUTHENTICATED_WITHIN).total_seconds())),
    }
    if purpose in ASKED_ANEW:
        question["prompt"] = "login"
    if named.factors.acr:
        question["acr_values"] = " ".join(named.factors.acr)
    return Departure(provider.leading_to(where, question), browser)


def come_back(
    site: Site,
    browser: str,
    answer: Answer,
    came_from: str,
    *,
    actor: Actor | None = None,
    session_token: str = "",
    is_fresh: bool = False,
    kind: str = "",
    clock: Clock = REAL,
) -> Arrival:
    """
    End a trip, whatever becomes of it: it is used up by the first who comes back with it.

    Parameters
    ----------
    browser
        The secret that the browser kept.
    actor, session_token
        Whoever is signed in in this browser, for whom an account is linked or a session confirmed.
    is_fresh
        Whether they have just proved who they are: without that no account is linked (`security.md` A6).
    kind
        What kind of browser it is, in words.

    Raises
    ------
    NotFound
        When there is no provider.
    SignInFailed
        When it opens nothing; `purpose` among its facts says what it was for, where that is known.
    TooManyTries
        When too many came back in vain.
    """
    named = _named(site)
    now = clock.now()
    access_attempts.take(site, "provider_back", came_from, now)
    trip = _used_up(site, browser, answer.state, now)
    if trip is None or (trip.purpose in OWN and (actor is None or actor.account_id != trip.account_id)):
        raise SignInFailed(LOST)
    if trip.purpose == "link" and not is_fresh:
        raise SignInFailed(TOO_LONG)
    try:
        identity = _identity(site, named, browser, answer, trip, now)
        arrival = _arrived(site, trip, identity, actor, session_token, kind, now)
    except LinkNotValid as error:
        raise SignInFailed(str(error), purpose=trip.purpose) from error
    except SignInFailed as error:
        raise SignInFailed(str(error), **(error.facts | {"purpose": trip.purpose})) from error
    for guard in ("provider", "provider_back"):
        access_attempts.give_back(site, guard, came_from, now)
    return arrival


def _named(site: Site) -> Provider:
    named = provider.of(site)
    if named is None:
        raise NotFound
    return named


def _check_invitation(site: Site, invitation: str, now: datetime) -> None:
    with site.db() as tx:
        found = access.find_link(tx, invitation, "invitation", now)
    if found is None or found[1].role in access.LINK_ROLES:
        raise LinkNotValid(N_("Ce lien ne marche plus."))


def _used_up(site: Site, browser: str, state: str, now: datetime) -> ProviderTrip | None:
    """The trip, for the first who comes back in its browser in time."""
    with site.db.begin() as tx:
        unused: ColumnElement[bool] = col(ProviderTrip.used_at).is_(None)
        this = (
            col(ProviderTrip.state_hash) == hashed(state),
            col(ProviderTrip.browser_hash) == hashed(browser),
            col(ProviderTrip.ends_at) > now,
        )
        if tx.exec(update(ProviderTrip).where(*this, unused).values(used_at=now)).rowcount != 1:
            return None
        return tx.exec(select(ProviderTrip).where(ProviderTrip.state_hash == hashed(state))).one()


def _identity(site: Site, named: Provider, browser: str, answer: Answer, trip: ProviderTrip, now: datetime) -> Identity:
    """Whom the provider speaks of, once everything that it says holds."""
    if answer.issuer not in ("", named.issuer):
        log.warning("an answer named another identity provider")
        raise SignInFailed(REFUSED)
    if answer.error or not answer.code:
        away = answer.error in ("server_error", "temporarily_unavailable")
        log.warning("the identity provider let nobody in: %s", _code(answer.error))
        raise SignInFailed(AWAY if away else DENIED, away=away)
    deadline = Deadline(provider.SECONDS)
    try:
        where = provider.known(named, deadline)
        verifier = _made(site, "verifier", browser)
        token, keys = provider.token_for(named, where, answer.code, verifier, provider.back_address(site), deadline)
    except NotReached as error:
        log.warning("the identity provider was not reached: %s", error.code)
        if error.code == "REFUSED":
            raise SignInFailed(REFUSED) from error
        raise SignInFailed(AWAY, away=True) from error
    expected = Expected(
        issuer=named.issuer,
        client_id=named.client_id,
        nonce_hash=hashed(_made(site, "nonce", browser)),
        asked_at=trip.made_at,
        authenticated_after=trip.made_at if trip.purpose in ASKED_ANEW else now - AUTHENTICATED_WITHIN,
    )
    try:
        identity = provider_tokens.checked(token, keys, expected, now)
    except TokenRefused as error:
        log.warning("a token of the identity provider was refused: %s", error.code)
        raise SignInFailed(REFUSED) from error
    wanted = named.factors
    if not (wanted.vouched or identity.acr in wanted.acr or set(identity.amr) & set(wanted.amr)):
        log.warning("the identity provider did not tell of two factors")
        raise SignInFailed(ONE_FACTOR)
    return identity


def _arrived(
    site: Site,
    trip: ProviderTrip,
    identity: Identity,
    actor: Actor | None,
    session_token: str,
    kind: str,
    now: datetime,
) -> Arrival:
    with site.db.begin() as tx:
        if trip.purpose == "join":
            account = invitations_to_join.joined_by_link(tx, site, str(trip.invitation_hash), now)
            provider_links.keep(tx, account, identity, now)
            return Arrival("join", account, access.begin_session(tx, site, account, kind, now))
        if trip.purpose == "link" and actor is not None:
            provider_links.add(tx, site, actor, session_token, identity, now)
            return Arrival("link", tx.get_one(Account, actor.account_id), back=trip.back)
        account = provider_links.account_of(tx, identity, now)
        if account is None or account.role in access.LINK_ROLES:
            raise SignInFailed(UNKNOWN)
        if trip.purpose == "confirm":
            return _confirmed(tx, site, trip, account, actor, session_token, identity)
        session = access.begin_session(tx, site, account, kind, now, confirmed_at=identity.authenticated_at)
        return Arrival("sign_in", account, session)


def _confirmed(
    tx: Session,
    site: Site,
    trip: ProviderTrip,
    account: Account,
    actor: Actor | None,
    session_token: str,
    identity: Identity,
) -> Arrival:
    """Its owner, and nobody else whom the provider knows, has just proved who they are."""
    if actor is None or account.id != actor.account_id:
        raise SignInFailed(UNKNOWN)
    mine = (col(WebSession.token_hash) == hashed(session_token), col(WebSession.account_id) == account.id)
    tx.exec(update(WebSession).where(*mine).values(confirmed_at=identity.authenticated_at))
    audit.note(tx, site, actor, "session.confirmed", "account", account.public_id)
    return Arrival("confirm", account, back=trip.back)


def _made(site: Site, what: str, browser: str) -> str:
    """A word of 256 bits that belongs to one browser's trip."""
    made = hmac.new(site.seals.derive("provider-trip"), f"{what}:{browser}".encode(), "sha256").digest()
    return urlsafe_b64encode(made).rstrip(b"=").decode()


def _challenge(verifier: str) -> str:
    return urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()


def _code(error: str) -> str:
    """An error of RFC 6749 as it may stand in the log; what else was sent may be anything."""
    return error if error.isascii() and error.replace("_", "").isalpha() and len(error) <= 40 else "unknown"
