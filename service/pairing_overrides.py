"""Rules and wishes that the coordinator sets aside for one pair, each with a reason, a log and a way back."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from sqlmodel import Session, col, select

from locales import N_
from matching.pairing.instance import OVERRIDABLE_RULES, OVERRIDABLE_WISHES
from service import audit
from service.errors import RuleBroken, StepNotAllowed
from service.pairing_known import Page
from service.pairing_why_words import RULES
from service.pairing_words import CRITERIA
from service.pairings import ChosenPair, chosen_pair
from service.site import Actor, Site
from service.tables.access import Account
from service.tables.pairings import Override
from service.tables.people import Person, Professional
from service.tables.work import AuditEntry

OVERRIDE_REASONS = {
    "person_wishes": N_("La personne le souhaite"),
    "both_agree": N_("Les deux sont d’accord"),
    "arranged": N_("Une solution pratique est trouvée"),
    "for_a_time": N_("Pour un temps seulement"),
}
NAMES = RULES | CRITERIA
"""A rule or a wish in words."""
ENTRIES_SHOWN = 20


@dataclass(frozen=True)
class OverrideView:
    """Something set aside for one pair."""

    helper: str
    name: str
    rule: str
    label: str
    reason: str
    on: date
    by: str


@dataclass(frozen=True)
class LogLine:
    """What happened to the rules for one person, in words."""

    on: date
    by: str
    says: str


def override(site: Site, actor: Actor, person: str, helper: str, rule: str, reason: str) -> None:
    """
    Set aside one soft wish, or one of the hard rules 2, 3, 7, 8, 9, 11, for this pair only (`settled.md` 10).

    Raises
    ------
    RuleBroken
        For the rules that are never set aside.
    """
    if rule not in OVERRIDABLE_RULES + OVERRIDABLE_WISHES:
        raise RuleBroken(N_("Cette règle ne peut pas être levée."), rules=(rule,))
    if reason not in OVERRIDE_REASONS:
        raise StepNotAllowed(N_("Choisissez une raison dans la liste."))
    with site.db.begin() as tx:
        pair = chosen_pair(tx, site, actor, person, helper)
        if _row(tx, pair, rule) is None:
            tx.add(
                Override(
                    person_id=pair.person.id,
                    peer_helper_id=pair.helper.id,
                    rule=rule,
                    reason=reason,
                    at=site.clock.now(),
                    by=actor.account_id,
                )
            )
            audit.note(tx, site, actor, f"rule.overridden.{rule}", "person", pair.person.public_id)


def take_back(site: Site, actor: Actor, person: str, helper: str, rule: str) -> None:
    """
    Let a rule or a wish count again for this pair.

    Raises
    ------
    StepNotAllowed
        While the two have a proposal or a pairing: it was made without this rule.
    """
    with site.db.begin() as tx:
        pair = chosen_pair(tx, site, actor, person, helper)
        row = _row(tx, pair, rule)
        if row is None:
            return
        live = any(
            one.person_id == pair.person.id and one.peer_helper_id == pair.helper.id for one in pair.records.live
        )
        if live and rule in OVERRIDABLE_RULES:
            raise StepNotAllowed(N_("Un binôme ou une proposition repose sur cette règle levée. Terminez-le d’abord."))
        tx.delete(row)
        audit.note(tx, site, actor, f"rule.restored.{rule}", "person", pair.person.public_id)


def overrides(page: Page, person: Person) -> tuple[OverrideView, ...]:
    """What is set aside for somebody now, the latest first."""
    rows = page.tx.exec(
        select(Override).where(Override.person_id == person.id).order_by(col(Override.at).desc(), col(Override.id))
    ).all()
    zone = ZoneInfo(page.records.territory.timezone)
    return tuple(
        OverrideView(
            helper=page.records.helpers[row.peer_helper_id].public_id,
            name=page.records.helpers[row.peer_helper_id].display_name,
            rule=row.rule,
            label=page.texts.gettext(NAMES[row.rule]),
            reason=page.texts.gettext(OVERRIDE_REASONS.get(row.reason, row.reason)),
            on=_day(row.at, zone),
            by=_name(page.tx, row.by),
        )
        for row in rows
        if row.peer_helper_id in page.records.helpers
    )


def log(page: Page, person: Person) -> tuple[LogLine, ...]:
    """Who set what aside and took it back for somebody, the latest first, from the log that nobody can change."""
    entries = page.tx.exec(
        select(AuditEntry)
        .where(
            AuditEntry.record_kind == "person",
            AuditEntry.record_id == person.public_id,
            col(AuditEntry.action).startswith("rule."),
        )
        .order_by(col(AuditEntry.id).desc())
        .limit(ENTRIES_SHOWN)
    ).all()
    zone = ZoneInfo(page.records.territory.timezone)
    lines: list[LogLine] = []
    for entry in entries:
        _, did, rule = entry.action.split(".", 2)
        sentence = N_("Règle levée : %(rule)s.") if did == "overridden" else N_("Règle remise : %(rule)s.")
        says = page.texts.gettext(sentence, rule=page.texts.gettext(NAMES.get(rule, rule)))
        lines.append(LogLine(_day(entry.at, zone), _name(page.tx, entry.account_id), says))
    return tuple(lines)


def _row(tx: Session, pair: ChosenPair, rule: str) -> Override | None:
    return tx.exec(
        select(Override).where(
            Override.person_id == pair.person.id, Override.peer_helper_id == pair.helper.id, Override.rule == rule
        )
    ).first()


def _day(at: datetime, zone: ZoneInfo) -> date:
    return at.astimezone(zone).date()


def _name(tx: Session, account_id: int | None) -> str:
    account = tx.get(Account, account_id) if account_id is not None else None
    row = tx.get(Professional, account.party_id) if account is not None and account.party_id is not None else None
    return row.display_name if row is not None else ""
