"""
Short messages about a request, each with the audience that its writer chose (`security.md` C2, C4).

Who reads is decided by `Scope.messages` alone, from relations as they are now: a pairing that ends takes them from the
helper at the next request. What goes out by mail is a link and nothing else.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlmodel import Session, col, func, or_, select

from locales import N_, translator
from service import audit, codes, letters, mail_addresses, outbox
from service.access_scope import scope
from service.account_names import name_of
from service.errors import NotAcceptable, NotAllowed, NotFound, StepNotAllowed
from service.imports.checks.people import identifies
from service.site import Actor, Site
from service.tables.access import Account
from service.tables.follow import MessageMark, RequestMessage
from service.tables.pairings import Pairing, Request
from service.tables.people import DataKey, Person

LENGTH = 280
AN_HOUR = 30
"""Messages that one account may write within an hour."""
NOT_AFTER = ("redirected", "closed")
AUDIENCES: Mapping[str, Mapping[str, tuple[bool, bool]]] = {
    "professional": {"coordination": (True, False), "coordination_helper": (True, True)},
    "coordinator": {"professional": (True, False), "professional_helper": (True, True), "helper": (False, True)},
    "peer_helper": {"coordination": (False, True), "coordination_professional": (True, True)},
}
"""What each side may choose: whether the professional and the helper read; the coordination always does."""
SUBJECT = N_("Un message sur une demande")
TEXT = N_("Un message vous attend dans Le Fil. Pour le lire : %(link)s")
"""No word of it, and nobody's name (`security.md` F2)."""


@dataclass(frozen=True)
class Message:
    """A message as its reader sees it; `audience` is a code of `AUDIENCES`, seen from its writer."""

    public_id: str
    side: str
    writer: str
    audience: str
    text: str
    at: datetime
    is_new: bool
    is_mine: bool


@dataclass(frozen=True)
class Thread:
    """
    The messages about one request, the oldest first; `audiences` are those that the reader may choose now.

    `request` and `pairing` are public ids, `person` the pseudonym, for those who know it anyway.
    """

    request: str
    ref: str
    person: str
    pairing: str
    messages: tuple[Message, ...]
    audiences: tuple[str, ...]

    @property
    def unread(self) -> int:
        return sum(one.is_new for one in self.messages)


def thread(site: Site, actor: Actor, request_id: str = "", *, pairing_id: str = "") -> Thread:
    """
    What the actor may read about a request, found by itself or by the helper's pairing; that they looked is noted.

    Raises
    ------
    NotFound
        When there is none that they may see.
    """
    with site.db.begin() as tx:
        request, pairing = _found(tx, actor, request_id, pairing_id)
        rows = tx.exec(
            select(RequestMessage)
            .where(scope(actor).of(RequestMessage), RequestMessage.request_id == request.id)
            .order_by(col(RequestMessage.id))
        ).all()
        if rows:
            audit.note(tx, site, actor, "messages.read", "request", request.public_id)
        person = tx.get_one(Person, request.person_id)
        return Thread(
            request=request.public_id,
            ref=request.ref,
            person=person.pseudonym,
            pairing=pairing.public_id if pairing is not None else "",
            messages=_opened(tx, site, actor, request, rows),
            audiences=_offered(actor, request, pairing),
        )


def write(
    site: Site,
    actor: Actor,
    request_id: str = "",
    *,
    pairing_id: str = "",
    audience: str,
    text: str,
    now: datetime,
) -> str:
    """
    Write a message to an audience that is chosen each time; its public id. Whoever has nothing unread is told by mail.

    `now` is the machine's time, by which mails leave.

    Raises
    ------
    NotAcceptable
        When it is empty, too long, or holds a number or an address; when the audience is none of those there are now.
    StepNotAllowed
        When the request has ended.
    """
    said = text.strip()
    if not said:
        raise NotAcceptable(N_("Écrivez d’abord votre message."), "text")
    if len(said) > LENGTH:
        raise NotAcceptable(N_("Raccourcissez ce texte : 280 signes au plus"), "text")
    if identifies(said):
        raise NotAcceptable(N_("Enlevez le numéro ou l’adresse de ce texte"), "text")
    with site.db.begin() as tx:
        request, pairing = _found(tx, actor, request_id, pairing_id)
        offered = _offered(actor, request, pairing)
        if not offered:
            raise StepNotAllowed(N_("Cette demande est terminée : plus rien ne s’écrit ici."))
        if audience not in offered:
            raise NotAcceptable(N_("Choisissez à qui vous écrivez."), "audience")
        _not_too_many(tx, site, actor)
        for_professional, for_helper = AUDIENCES[actor.role][audience]
        reading = _readers(tx, request, pairing if for_helper else None, for_professional=for_professional)
        told = [one for one in reading if one.id != actor.account_id and not _has_unread(tx, request, one)]
        row = RequestMessage(
            public_id=site.ids.new(),
            territory_id=request.territory_id,
            request_id=request.id or 0,
            pairing_id=pairing.id if for_helper and pairing is not None else None,
            author_side=actor.role,
            author_id=actor.account_id,
            for_professional=for_professional,
            for_helper=for_helper,
            content_sealed=b"",
            at=site.clock.now(),
        )
        row.content_sealed = site.seals.seal(tx, request.person_id, _place(row.public_id), said)
        tx.add(row)
        tx.flush()
        _mark(tx, actor, request, row.id or 0)
        for account in told:
            tell(tx, site, account, _page_of(account, request, pairing), f"message:{request.public_id}", now)
        audit.note(tx, site, actor, "message.written", "request", request.public_id)
        return row.public_id


def mark_read(site: Site, actor: Actor, request_id: str = "", *, pairing_id: str = "") -> None:
    """Everything that can be read of this request now was read."""
    with site.db.begin() as tx:
        request, _ = _found(tx, actor, request_id, pairing_id)
        last = tx.exec(
            select(func.max(RequestMessage.id)).where(
                scope(actor).of(RequestMessage), RequestMessage.request_id == request.id
            )
        ).one()
        if last is not None:
            _mark(tx, actor, request, last)


def unread(tx: Session, actor: Actor, requests: Iterable[int]) -> dict[int, int]:
    """How many messages of each of these requests the actor has not read, by the request's number; one question."""
    marks = (col(MessageMark.request_id) == RequestMessage.request_id) & (
        col(MessageMark.account_id) == actor.account_id
    )
    rows = tx.exec(
        select(RequestMessage.request_id, func.count())
        .outerjoin(MessageMark, marks)
        .where(
            scope(actor).of(RequestMessage),
            col(RequestMessage.request_id).in_(sorted(set(requests))),
            or_(col(MessageMark.last_id).is_(None), col(RequestMessage.id) > col(MessageMark.last_id)),
            or_(col(RequestMessage.author_id).is_(None), col(RequestMessage.author_id) != actor.account_id),
        )
        .group_by(col(RequestMessage.request_id))
    )
    return dict(rows.all())


def unread_requests(site: Site, actor: Actor) -> dict[str, int]:
    """The same of every request at once, by the request's public id: for a list or a figure in the navigation."""
    with site.db() as tx:
        of = select(RequestMessage.request_id).where(scope(actor).of(RequestMessage)).distinct()
        named = dict(tx.exec(select(Request.id, Request.public_id).where(col(Request.id).in_(of))).all())
        return {named[number]: count for number, count in unread(tx, actor, [one for one in named if one]).items()}


def tell(tx: Session, site: Site, account: Account, path: str, about: str, now: datetime) -> None:
    """Send somebody the link to a page and nothing else; without mail they see it there."""
    sender, to = site.settings.mail_from, mail_addresses.of(tx, site, account)
    if not (to and sender and site.settings.smtp_url):
        return
    texts = translator(account.language)
    link = site.settings.base_url.rstrip("/") + path
    letter = letters.Letter(
        to=to, sender=sender, answers_to=sender, subject=texts.gettext(SUBJECT), text=texts.gettext(TEXT, link=link)
    )
    thread_of = f"{about}:{account.public_id}"
    outbox.put(tx, site, letter, kind="account", thread=thread_of, now=now, territory=account.territory_id)


def coordinators(tx: Session, territory_id: int) -> list[Account]:
    """The accounts that coordinate a territory."""
    return list(
        tx.exec(
            select(Account)
            .where(Account.role == "coordinator", Account.territory_id == territory_id, col(Account.active))
            .order_by(col(Account.id))
        )
    )


def _found(tx: Session, actor: Actor, request_id: str, pairing_id: str) -> tuple[Request, Pairing | None]:
    """A request that the actor may write about, and the pairing of it that goes on."""
    seen = scope(actor)
    if actor.role == "peer_helper":
        pairing = tx.exec(
            select(Pairing).where(
                seen.of(Pairing), Pairing.public_id == pairing_id, col(Pairing.status).in_(codes.GOING_ON)
            )
        ).first()
        request = tx.get(Request, pairing.request_id) if pairing is not None and pairing.request_id else None
        if request is None:
            raise NotFound(N_("Ce binôme n’existe pas."))
        return request, pairing
    if actor.role not in AUDIENCES:
        raise NotAllowed
    request = tx.exec(select(Request).where(seen.of(Request), Request.public_id == request_id)).first()
    if request is None:
        raise NotFound(N_("Cette demande n’existe pas."))
    going_on = select(Pairing).where(Pairing.request_id == request.id, col(Pairing.status).in_(codes.GOING_ON))
    return request, tx.exec(going_on).first()


def _offered(actor: Actor, request: Request, pairing: Pairing | None) -> tuple[str, ...]:
    if request.status in NOT_AFTER:
        return ()
    return tuple(
        code
        for code, (for_professional, for_helper) in AUDIENCES[actor.role].items()
        if (pairing is not None or not for_helper) and (request.professional_id is not None or not for_professional)
    )


def _opened(
    tx: Session, site: Site, actor: Actor, request: Request, rows: Iterable[RequestMessage]
) -> tuple[Message, ...]:
    held = tx.get(DataKey, request.person_id)  # as long as it is held, opening each asks for it no more
    if held is None:
        return ()
    read = _last_read(tx, request, actor.account_id)
    writers = {row.author_id for row in rows}
    accounts = {row.id: row for row in tx.exec(select(Account).where(col(Account.id).in_(writers)))}
    names = {number: name_of(tx, account) for number, account in accounts.items()}
    return tuple(
        Message(
            public_id=row.public_id,
            side=row.author_side,
            writer=names.get(row.author_id, ""),
            audience=f"{row.author_side}_{_audience(row)}",
            text=site.seals.open(tx, request.person_id, _place(row.public_id), row.content_sealed),
            at=row.at,
            is_new=(row.id or 0) > read and row.author_id != actor.account_id,
            is_mine=row.author_id is not None and row.author_id == actor.account_id,
        )
        for row in rows
    )


def _audience(row: RequestMessage) -> str:
    chosen = (row.for_professional, row.for_helper)
    return next(code for code, who in AUDIENCES[row.author_side].items() if who == chosen)


def _readers(tx: Session, request: Request, pairing: Pairing | None, *, for_professional: bool) -> list[Account]:
    """The accounts that may read a message of this audience now."""
    parties = [request.professional_id] if for_professional else []
    parties += [pairing.peer_helper_id] if pairing is not None else []
    named = select(Account).where(
        col(Account.party_id).in_(parties), col(Account.role).in_(("professional", "peer_helper")), col(Account.active)
    )
    return [*coordinators(tx, request.territory_id), *tx.exec(named.order_by(col(Account.id)))]


def _page_of(account: Account, request: Request, pairing: Pairing | None) -> str:
    if account.role == "peer_helper" and pairing is not None:
        return f"/mes-binomes/{pairing.public_id}/messages"
    here = "/demandes" if account.role == "coordinator" else "/mes-demandes"
    return f"{here}/{request.public_id}/messages"


def _has_unread(tx: Session, request: Request, account: Account) -> bool:
    reader = Actor(account.role, account.territory_id, account.id, account.party_id)
    return bool(unread(tx, reader, [request.id or 0]))


def _last_read(tx: Session, request: Request, account_id: int | None) -> int:
    wanted = select(MessageMark.last_id).where(
        MessageMark.request_id == request.id, MessageMark.account_id == account_id
    )
    return tx.exec(wanted).first() or 0


def _mark(tx: Session, actor: Actor, request: Request, last: int) -> None:
    if actor.account_id is None:
        return
    row = tx.exec(
        select(MessageMark).where(MessageMark.request_id == request.id, MessageMark.account_id == actor.account_id)
    ).first()
    if row is None:
        row = MessageMark(account_id=actor.account_id, request_id=request.id or 0, last_id=last)
    row.last_id = max(row.last_id, last)
    tx.add(row)


def _not_too_many(tx: Session, site: Site, actor: Actor) -> None:
    since = site.clock.now() - timedelta(hours=1)
    lately = select(func.count()).where(RequestMessage.author_id == actor.account_id, col(RequestMessage.at) > since)
    if tx.exec(lately).one() >= AN_HOUR:
        raise StepNotAllowed(N_("Vous avez écrit beaucoup de messages en une heure. Appelez plutôt la coordination."))


def _place(public_id: str) -> str:
    return f"request_message.content_sealed:{public_id}"
