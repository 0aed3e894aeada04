"""
Links by which people of a partner ask without an account (`security.md` A3-A5).

The coordinator makes one for an organisation and hands it over; only its hash is kept. Whoever has it fills in the same
four steps, kept for seven days for their browser alone. The request comes in when a link in a mail is confirmed; the
same link then tells how far it is, and no name. Whose address it is changes nothing of what is answered.
"""

from __future__ import annotations

import re
import secrets
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlmodel import Session, col, func, select

from locales import N_, translator
from service import access, access_attempts, audit, letters, mail_addresses, network_texts, outbox, request_drafts
from service.access_scope import only_coordinator, scope
from service.clock import Clock, RealClock
from service.database import check_revision
from service.errors import LinkNotValid, NotAcceptable, NotFound, StepNotAllowed
from service.hashes import hashed
from service.request_drafts import LinkVisitor
from service.site import Actor, Site
from service.tables.follow import PartnerLink, PartnerRequest
from service.tables.pairings import Request
from service.tables.people import Professional
from service.tables.requests import RequestDraft
from service.tables.territory import Organisation, Territory

REAL = RealClock()
LIVES = timedelta(days=180)
CONFIRMED_WITHIN = timedelta(hours=24)
FOLLOWED_DAYS = 180
MOST_A_DAY = 100
MOST_DRAFTS = 200
"""Drafts that one link may have open at once, whoever writes them."""
PHONE = re.compile(r"[0-9+ ()/.\-\u00a0]{0,30}")
ADDRESS = re.compile(r"[^@\s<>\"(),:;]+@[^@\s<>\"(),:;]+\.[^@\s<>\"(),:;]{2,}")
SUBJECT = N_("Votre envoi à confirmer")
TEXT = N_(
    "Pour confirmer votre envoi, ouvrez ce lien dans les 24 heures : %(link)s Ensuite, le même lien dit où il en est. "
    "Si vous n’avez rien envoyé, ne faites rien."
)
GONE = N_("Ce lien ne marche plus.")


@dataclass(frozen=True)
class LinkView:
    """A link as the coordinator sees it; `state` is `open`, `expired` or `stopped`, `today` how many asked in a day."""

    public_id: str
    revision: int
    organisation: str
    professional: str
    phone: str
    per_day: int
    made_at: datetime
    expires_at: datetime
    state: str
    today: int


@dataclass(frozen=True)
class Choice:
    """Somebody of a partner who can carry its requests."""

    public_id: str
    name: str
    organisation: str


@dataclass(frozen=True)
class Door:
    """What whoever opens a link sees first, and who they are from then on."""

    organisation: str
    territory: str
    phone: str
    can_be_mailed: bool
    visitor: LinkVisitor


@dataclass(frozen=True)
class Progress:
    """A request by a link: to be confirmed, or how far it is; nobody's name."""

    organisation: str
    confirmed: bool
    ref: str = ""
    status: str = ""
    received_on: date | None = None


def links(site: Site, actor: Actor, *, clock: Clock = REAL) -> list[LinkView]:
    """The links of the territory, the last one first."""
    only_coordinator(actor)
    now = clock.now()
    with site.db() as tx:
        rows = tx.exec(
            select(PartnerLink, Organisation.name, Professional)
            .join(Organisation, col(PartnerLink.organisation_id) == Organisation.id)
            .join(Professional, col(PartnerLink.professional_id) == Professional.id)
            .where(scope(actor).of(PartnerLink))
            .order_by(col(PartnerLink.id).desc())
        ).all()
        counted = dict(
            tx.exec(
                select(PartnerRequest.link_id, func.count())
                .where(
                    col(PartnerRequest.link_id).in_(select(PartnerLink.id).where(scope(actor).of(PartnerLink))),
                    col(PartnerRequest.made_at) > now - timedelta(days=1),
                )
                .group_by(col(PartnerRequest.link_id))
            ).all()
        )
        return [
            LinkView(
                public_id=row.public_id,
                revision=row.revision,
                organisation=organisation,
                professional=professional.display_name,
                phone=row.phone,
                per_day=row.per_day,
                made_at=row.made_at,
                expires_at=row.expires_at,
                state="stopped"
                if row.ended_at is not None or not _carries(professional, row)
                else "open"
                if now < row.expires_at
                else "expired",
                today=counted.get(row.id or 0, 0),
            )
            for row, organisation, professional in rows
        ]


def choices(site: Site, actor: Actor) -> list[Choice]:
    """Professionals of the territory who work for a partner."""
    only_coordinator(actor)
    with site.db() as tx:
        rows = tx.exec(
            select(Professional, Organisation.name)
            .join(Organisation, col(Professional.organisation_id) == Organisation.id)
            .where(scope(actor).of(Professional), Professional.status == "active")
            .order_by(Organisation.name, Professional.display_name)
        ).all()
        return [Choice(row.public_id, row.display_name, name) for row, name in rows]


def make(site: Site, actor: Actor, professional: str, phone: str, per_day: int, *, clock: Clock = REAL) -> str:
    """
    Make a link for the organisation of a professional, who carries its requests; its address, shown this once.

    Raises
    ------
    NotAcceptable
        When the professional, the phone or the number a day makes no sense.
    """
    only_coordinator(actor)
    token = secrets.token_urlsafe(32)
    with site.db.begin() as tx:
        who = tx.exec(
            select(Professional).where(
                Professional.public_id == professional,
                scope(actor).of(Professional),
                Professional.status == "active",
            )
        ).first()
        if who is None or who.organisation_id is None:
            raise NotAcceptable(N_("Choisissez qui porte les demandes de ce partenaire."), "professional")
        if not PHONE.fullmatch(phone):
            raise NotAcceptable(N_("Ce numéro de téléphone n’est pas complet."), "phone")
        if not 1 <= per_day <= MOST_A_DAY:
            raise NotAcceptable(N_("Choisissez un nombre entre 1 et 100."), "per_day")
        row = PartnerLink(
            public_id=site.ids.new(),
            territory_id=who.territory_id,
            organisation_id=who.organisation_id,
            professional_id=who.id,
            token_hash=hashed(token),
            phone=phone.strip(),
            per_day=per_day,
            made_by=actor.account_id,
            made_at=clock.now(),
            expires_at=clock.now() + LIVES,
        )
        tx.add(row)
        audit.note(tx, site, actor, "partner_link.made", "partner_link", row.public_id)
    return access.address(site, "demander", token)


def renew(site: Site, actor: Actor, public_id: str, revision: int, *, clock: Clock = REAL) -> str:
    """
    Give a link another address; the one before opens nothing any more.

    Raises
    ------
    StepNotAllowed
        When whoever carried its requests left, or works for another partner now.
    """
    token = secrets.token_urlsafe(32)
    with site.db.begin() as tx:
        row = _own(tx, actor, public_id, revision)
        if not _carries(tx.get_one(Professional, row.professional_id), row):
            raise StepNotAllowed(
                N_("Cette personne ne travaille plus pour ce partenaire. Faites un lien porté par quelqu’un d’autre.")
            )
        row.token_hash, row.ended_at, row.expires_at = hashed(token), None, clock.now() + LIVES
        tx.add(row)
        audit.note(tx, site, actor, "partner_link.renewed", "partner_link", row.public_id)
    return access.address(site, "demander", token)


def stop(site: Site, actor: Actor, public_id: str, revision: int, *, clock: Clock = REAL) -> None:
    """End a link at once, also for requests that nobody has confirmed yet."""
    with site.db.begin() as tx:
        row = _own(tx, actor, public_id, revision)
        row.ended_at = row.ended_at or clock.now()
        tx.add(row)
        audit.note(tx, site, actor, "partner_link.stopped", "partner_link", row.public_id)


def enter(site: Site, token: str, cookie: str, came_from: str, *, clock: Clock = REAL) -> Door:
    """
    Open a link; `cookie` is what the browser keeps.

    Raises
    ------
    LinkNotValid
        When it is unknown, stopped or too old.
    TooManyTries
        When too many wrong ones came from there.
    """
    now = clock.now()
    access_attempts.check(site, "partner", came_from, now)
    with site.db() as tx:
        row = tx.exec(select(PartnerLink).where(PartnerLink.token_hash == hashed(token))).first()
        if row is not None and _is_open(tx, row, now):
            return Door(
                organisation=tx.get_one(Organisation, row.organisation_id).name,
                territory=tx.get_one(Territory, row.territory_id).name,
                phone=row.phone or network_texts.texts_of(tx, row.territory_id).phone,
                can_be_mailed=can_be_mailed(site),
                visitor=_visitor(row, hashed(cookie)),
            )
    access_attempts.count(site, "partner", came_from, now)
    raise LinkNotValid(GONE)


def begin(site: Site, visitor: LinkVisitor) -> str:
    """Begin a request by a link; the draft's public id."""
    with site.db() as tx:
        open_ones = select(func.count()).where(
            RequestDraft.link_id == visitor.link_id, col(RequestDraft.request_id).is_(None)
        )
        if tx.exec(open_ones).one() >= MOST_DRAFTS:
            raise StepNotAllowed(N_("Trop de demandes sont commencées par ce lien. Appelez la coordination."))
    return request_drafts.start(site, visitor)


def ask_to_confirm(
    site: Site,
    visitor: LinkVisitor,
    draft: str,
    email: str,
    came_from: str,
    language: str,
    *,
    clock: Clock = REAL,
) -> None:
    """
    Mail the link that confirms a request; earlier ones of the same draft open nothing any more.

    Raises
    ------
    NotAcceptable
        When it is no address.
    StepNotAllowed
        When no mail can leave, an answer is missing, or this link's number for a day is reached.
    TooManyTries
        When too many were asked for.
    """
    to, now = email.strip(), clock.now()
    if len(to) > 254 or not ADDRESS.fullmatch(to):
        raise NotAcceptable(N_("Cette adresse e-mail n’est pas complète."), "email")
    if not can_be_mailed(site):
        raise StepNotAllowed(N_("Les e-mails ne partent pas pour le moment. Ce que vous avez écrit est gardé 7 jours."))
    access_attempts.take(site, "partner_mail", came_from, now, whom=mail_addresses.guarded(site, to))
    token = secrets.token_urlsafe(32)
    with site.db.begin() as tx:
        link = tx.exec(select(PartnerLink).where(PartnerLink.id == visitor.link_id).with_for_update()).one()
        lately = select(func.count()).where(
            PartnerRequest.link_id == link.id, col(PartnerRequest.made_at) > now - timedelta(days=1)
        )
        if tx.exec(lately).one() >= link.per_day:
            raise StepNotAllowed(
                N_("Ce lien a assez servi pour aujourd’hui. Revenez demain : ce que vous avez écrit est gardé 7 jours.")
            )
        held = request_drafts.ready(site, tx, visitor, draft)
        for before in tx.exec(select(PartnerRequest).where(PartnerRequest.draft_id == held.id)):
            before.expires_at, before.email_sealed = min(before.expires_at, now), None
            tx.add(before)
        row = PartnerRequest(
            public_id=site.ids.new(),
            territory_id=link.territory_id,
            link_id=link.id or 0,
            draft_id=held.id,
            token_hash=hashed(token),
            made_at=now,
            expires_at=now + CONFIRMED_WITHIN,
        )
        row.email_sealed = site.seals.seal_shared(tx, _place(row), to)
        tx.add(row)
        _mail(tx, site, row, to, access.address(site, "confirmer", token), language, now)
        audit.note(tx, site, visitor, "partner_request.asked", "partner_link", link.public_id)


def progress(site: Site, token: str, came_from: str, *, clock: Clock = REAL) -> Progress:
    """
    Where a request by a link stands; nothing is used up by looking, since scanners open links.

    Raises
    ------
    LinkNotValid
        When it is unknown or too old.
    """
    now = clock.now()
    access_attempts.check(site, "partner", came_from, now)
    with site.db() as tx:
        row = tx.exec(select(PartnerRequest).where(PartnerRequest.token_hash == hashed(token))).first()
        link = tx.get(PartnerLink, row.link_id) if row is not None else None
        if row is not None and link is not None:
            name = tx.get_one(Organisation, link.organisation_id).name
            if row.confirmed_at is not None and now < row.confirmed_at + timedelta(days=FOLLOWED_DAYS):
                request = tx.get_one(Request, row.request_id)
                return Progress(name, True, request.ref, request.status, request.received_on)
            if row.confirmed_at is None and now < row.expires_at and _is_open(tx, link, now):
                return Progress(name, False)
    access_attempts.count(site, "partner", came_from, now)
    raise LinkNotValid(GONE)


def confirm(site: Site, token: str, came_from: str, *, clock: Clock = REAL) -> None:
    """
    Let a request come in, once.

    Raises
    ------
    LinkNotValid
        When the link is unknown, used or too old, or the partner's link was stopped.
    """
    now = clock.now()
    access_attempts.check(site, "partner", came_from, now)
    with site.db.begin() as tx:
        row = tx.exec(
            select(PartnerRequest).where(PartnerRequest.token_hash == hashed(token)).with_for_update()
        ).first()
        link = tx.get(PartnerLink, row.link_id) if row is not None else None
        held = tx.get(RequestDraft, row.draft_id) if row is not None and row.draft_id is not None else None
        if (
            row is not None
            and link is not None
            and held is not None
            and held.request_id is None
            and row.confirmed_at is None
            and now < row.expires_at
            and _is_open(tx, link, now)
        ):
            visitor = _visitor(link, held.cookie_hash or "")
            request = request_drafts.become_request(site, tx, visitor, held)
            row.request_id, row.confirmed_at = request.id, now
            if row.email_sealed is not None:
                email = site.seals.open_shared(tx, _place(row), row.email_sealed)
                row.email_sealed = site.seals.seal(tx, request.person_id, _place(row), email)
            tx.add(row)
            audit.note(tx, site, visitor, "partner_request.confirmed", "request", request.public_id)
            return
    access_attempts.count(site, "partner", came_from, now)
    raise LinkNotValid(GONE)


def can_be_mailed(site: Site) -> bool:
    return bool(site.settings.smtp_url and site.settings.mail_from)


def forget(site: Site) -> int:
    """Throw away what nobody confirmed in time, with the address; how many."""
    now = REAL.now()
    with site.db.begin() as tx:
        late = select(PartnerRequest).where(
            col(PartnerRequest.confirmed_at).is_(None), col(PartnerRequest.expires_at) <= now - timedelta(days=1)
        )
        rows = tx.exec(late).all()
        for row in rows:
            tx.delete(row)
        return len(rows)


def _mail(tx: Session, site: Site, row: PartnerRequest, to: str, link: str, language: str, now: datetime) -> None:
    texts, sender = translator(language), site.settings.mail_from
    letter = letters.Letter(
        to=to,
        sender=sender,
        answers_to=sender,
        subject=texts.gettext(SUBJECT),
        text=letters.apart(texts.gettext(TEXT, link=link), link),
        button=(texts.gettext(N_("Confirmer et envoyer")), link),
    )
    thread = f"partner:{row.public_id}"
    territory, expires = row.territory_id, now + CONFIRMED_WITHIN
    outbox.put(tx, site, letter, kind="account", thread=thread, now=now, territory=territory, expires=expires)


def _visitor(row: PartnerLink, cookie_hash: str) -> LinkVisitor:
    return LinkVisitor(
        "professional", row.territory_id, party_id=row.professional_id, link_id=row.id or 0, cookie_hash=cookie_hash
    )


def _is_open(tx: Session, row: PartnerLink, now: datetime) -> bool:
    carrier = tx.get_one(Professional, row.professional_id)
    return row.ended_at is None and now < row.expires_at and _carries(carrier, row)


def _carries(who: Professional, row: PartnerLink) -> bool:
    """Whoever left or works elsewhere now gets no more requests of this partner (`security.md` C4)."""
    return who.status == "active" and who.organisation_id == row.organisation_id


def _own(tx: Session, actor: Actor, public_id: str, revision: int) -> PartnerLink:
    row = tx.exec(select(PartnerLink).where(PartnerLink.public_id == public_id, scope(actor).of(PartnerLink))).first()
    if row is None:
        raise NotFound(N_("Ce lien n’existe pas."))
    check_revision(row, revision)
    return row


def _place(row: PartnerRequest) -> str:
    return f"partner_request.email_sealed:{row.public_id}"
