"""
What is sent to an account, in the transaction of what caused it: a mail, or a letter that the coordinator hands over.

It becomes a letter where no mail server is set or the account has no address. A letter holds the code of its text and
sealed values, since these may be a link that lets somebody in.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import or_
from sqlmodel import Session, col, delete, select

from locales import N_
from service import access, audit, letters, outbox
from service.access_scope import scope
from service.account_names import name_of
from service.clock import Clock, RealClock
from service.errors import NotFound
from service.site import Actor, Site
from service.tables.access import Account, Letter
from service.terms import texts_of

REAL = RealClock()
TEXTS: dict[str, str] = {
    "invitation": N_("Une invitation à rejoindre Le Fil vous attend. Ouvrez ce lien dans les 7 jours : %(link)s"),
    "sign_in": N_("Pour entrer dans Le Fil, ouvrez ce lien dans les 10 minutes : %(link)s Ou tapez ce code : %(code)s"),
    "reset": N_("Pour choisir un nouveau mot de passe, ouvrez ce lien dans les 10 minutes : %(link)s"),
    "password_changed": N_("Le mot de passe de votre compte a changé. Si ce n’est pas vous, prévenez la coordination."),
    "factor_changed": N_(
        "La manière d’entrer dans votre compte a changé. Si ce n’est pas vous, prévenez la coordination."
    ),
    "email_changed": N_("L’adresse de votre compte a changé. Si ce n’est pas vous, prévenez la coordination."),
}
"""No name, place or theme: a letter may be read by anybody (`security.md` F2)."""
SHORT_LIVED = ("sign_in", "reset")
KEPT = timedelta(days=30)
"""How long a letter waits at most (`security.md` G1)."""


@dataclass(frozen=True)
class Waiting:
    """A letter that waits to be handed over."""

    public_id: str
    template: str
    name: str
    made_at: datetime


def leaves(site: Site, address: str) -> bool:
    """Whether a text goes by mail: there is an address, and a server that sends; else somebody hands it over."""
    return bool(address and site.settings.smtp_url and site.settings.mail_from)


def send(
    tx: Session, site: Site, to: Account, template: str, values: Mapping[str, str], *, address: str, now: datetime
) -> None:
    """Send a text to an account; `address` is where mail would go: the old one, when it has just changed."""
    if leaves(site, address):
        _mail(tx, site, to, template, values, address, now)
        return
    letter = Letter(
        public_id=site.ids.new(), territory_id=to.territory_id, account_id=to.id or 0, template=template, made_at=now
    )
    kept = {**values, "to": address}
    letter.values_sealed = site.seals.seal_shared(tx, _place(letter), kept)
    tx.add(letter)


def _mail(
    tx: Session, site: Site, to: Account, template: str, values: Mapping[str, str], address: str, now: datetime
) -> None:
    texts = texts_of(tx, to.territory_id, to.language)
    sender = site.settings.mail_from
    mail = letters.Letter(
        to=address,
        sender=sender,
        answers_to=sender,
        subject=texts.gettext(N_("Votre accès à Le Fil")),
        text=letters.apart(texts.gettext(TEXTS[template], **values), values.get("link", "")),
    )
    useful = access.INVITATION_LIVES if template not in SHORT_LIVED else access.MAILED_LINK_LIVES
    outbox.put(
        tx,
        site,
        mail,
        kind="account",
        thread=f"account:{to.public_id}:{template}",
        now=now,
        territory=to.territory_id,
        expires=now + useful,
    )


def waiting(site: Site, actor: Actor, *, clock: Clock = REAL) -> list[Waiting]:
    """Letters of the territory that nobody has handed over yet, the newest first."""
    with site.db() as tx:
        # Links that opened for ten minutes are of no use any more.
        useful = or_(
            col(Letter.template).not_in(SHORT_LIVED), col(Letter.made_at) > clock.now() - access.MAILED_LINK_LIVES
        )
        here = (scope(actor).of(Letter), col(Letter.handed_at).is_(None), useful)
        rows = tx.exec(select(Letter, Account).join(Account).where(*here).order_by(col(Letter.id).desc()).limit(100))
        return [
            Waiting(letter.public_id, letter.template, name_of(tx, account), letter.made_at)
            for letter, account in rows.all()
        ]


def hand_over(site: Site, actor: Actor, public_id: str, *, clock: Clock = REAL) -> tuple[str, dict[str, str]]:
    """
    Code and values of a letter, once: it then counts as handed over, and the log says by whom.

    Raises
    ------
    NotFound
        When the territory has no such letter, or it was handed over.
    """
    with site.db.begin() as tx:
        letter = tx.exec(select(Letter).where(Letter.public_id == public_id, scope(actor).of(Letter))).first()
        if letter is None or letter.handed_at is not None or letter.values_sealed is None:
            raise NotFound(N_("Ce message n’attend plus."))
        values: dict[str, str] = site.seals.open_shared(tx, _place(letter), letter.values_sealed)
        letter.handed_at, letter.values_sealed = clock.now(), None
        audit.note(tx, site, actor, "letter.handed_over", "letter", letter.public_id)
        return letter.template, values


def sweep(site: Site, *, clock: Clock = REAL) -> None:
    """Letters that waited too long go, and those that were handed over as well."""
    with site.db.begin() as tx:
        tx.exec(delete(Letter).where(col(Letter.made_at) <= clock.now() - KEPT))


def _place(letter: Letter) -> str:
    return f"letter.values_sealed:{letter.public_id}"
