"""Which kind of record the address of a route leads to, held against who reaches that kind (`security.md` C1, C2)."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

from litestar.exceptions import ImproperlyConfiguredException

from service.access_matrix import MATRIX
from service.tables.access import Account, Letter, Passkey, Subscription, WebSession
from service.tables.calendars import OtherCalendar
from service.tables.duties import CoordinatorDuty
from service.tables.emergencies import EmergencyOpening
from service.tables.follow import PartnerLink
from service.tables.mail import MailReply, OutboxMessage
from service.tables.pairings import Notice, Pairing, Request, Visit
from service.tables.people import Absence, PeerHelper, Person, Place, Professional
from service.tables.requests import RequestDraft
from service.tables.rights import RightRequest
from service.tables.territory import Neighbourhood, Organisation, Theme
from service.tables.work import ImportReport, Run

RECORDS: Mapping[str, type[Any]] = {
    "/absences/{absence}": Absence,
    "/abonnement/{public_id}": Subscription,
    "/accords/{person}": Person,
    "/agenda/visites/{visit}": Visit,
    "/api/pairings/runs/{run}": Run,
    "/api/pairings/runs/{run}/shortlists/{person}": Person,
    "/api/pairings/what-ifs/{run}": Run,
    "/appariements/calculs/{public_id}": Run,
    "/appariements/et-si/{run}": Run,
    "/appariements/{person}": Person,
    "/appariements/{person}/propositions/{pairing}": Pairing,
    "/binomes/{pairing}": Pairing,
    "/binomes/{pairing}/visites/{visit}": Visit,
    "/calculs/{public_id}": Run,
    "/compte/cles/{public_id}": Passkey,
    "/compte/sessions/{public_id}": WebSession,
    "/comptes/messages/{public_id}": Letter,
    "/comptes/personnes/{person_id}": Person,
    "/comptes/{public_id}": Account,
    "/courriels/reponses/{reply}": MailReply,
    "/courriels/{mail}": OutboxMessage,
    "/demandes/{public_id}": Request,
    "/droits/{right}": RightRequest,
    "/import/{public_id}": ImportReport,
    "/lieux/{owner}": Place,
    "/ma-page/binomes/{pairing}": Pairing,
    "/ma-page/rencontres/{visit}": Visit,
    "/mes-absences/{absence}": Absence,
    "/mes-binomes/visites/{visit}": Visit,
    "/mes-binomes/{pairing}": Pairing,
    "/mes-demandes/brouillons/{draft_id}": RequestDraft,
    "/mes-demandes/{public_id}": Request,
    "/mes-donnees/demandes/{right}": RightRequest,
    "/messages/{notice}": Notice,
    "/mon-autre-agenda/{public_id}": OtherCalendar,
    "/pairs-aidants/{helper}": PeerHelper,
    "/pairs-aidants/{owner}": PeerHelper,
    "/partenaires/lieux/{partner}": Place,
    "/partenaires/organisations/{partner}": Organisation,
    "/partenaires/professionnels/{partner}": Professional,
    "/personnes/{owner}": Person,
    "/personnes/{person}": Person,
    "/personnes/{person}/doublons/{other}": Person,
    "/professionnels/{owner}": Professional,
    "/propositions/{public_id}": Pairing,
    "/reglages/calendriers/adresses/{public_id}": Subscription,
    "/reglages/coordination/{duty}": CoordinatorDuty,
    "/reglages/liens-partenaires/{public_id}": PartnerLink,
    "/reglages/poids/essais/{run}": Run,
    "/reglages/quartiers/{area}": Neighbourhood,
    "/reglages/themes/{code}": Theme,
    "/retards/{visit}": Visit,
    "/semaine/calculs/{run}": Run,
    "/semaine/replanifications/{run}": Run,
    "/semaine/visites/{visit}": Visit,
    "/urgences/{opening}": EmergencyOpening,
}
"""What the last value of the longest beginning of an address names."""
VALUES = frozenset(
    ("answer", "day", "how", "kind", "monday", "outcome", "reason", "rule", "said", "side", "step"),
)
"""Names of values in addresses that are no record: a day, a choice of a list."""
OF_ONES_ACCOUNT = (Passkey, WebSession)
"""Every role has these, and reaches those of its own account alone."""
_VALUE = re.compile(r"{(\w+)}")


def begins(path: str) -> str | None:
    """
    The longest beginning in the table that an address has; None where it names no record.

    Raises
    ------
    ImproperlyConfiguredException
        When the address holds a value of which nothing says what it names.
    """
    if VALUES.issuperset(_VALUE.findall(path)):
        return None
    fitting = [start for start in RECORDS if path == start or path.startswith(f"{start}/")]
    longest = max(fitting, key=len, default="")
    if not VALUES.issuperset(_VALUE.findall(path[len(longest) :])):
        raise ImproperlyConfiguredException(f"nothing says which record {path} is about")
    return longest


def check_record(path: str, methods: Iterable[str], roles: frozenset[str]) -> None:
    """
    No start with a route about a record that lets in a role to which the table of access gives no such record.

    `roles` empty means that nobody need sign in: then a secret in the address decides, never the id of a record.
    """
    if not roles:
        if any(path == start or path.startswith(f"{start}/") for start in RECORDS):
            raise ImproperlyConfiguredException(f"{path} is about a record and open to everybody")
        return
    start = begins(path)
    if start is None or RECORDS[start] in OF_ONES_ACCOUNT:
        return
    reach = MATRIX[RECORDS[start]]
    changes = not {"GET", "HEAD", "OPTIONS"}.issuperset(methods)
    for role in sorted(roles):
        if role not in reach or (changes and not reach[role].changes):
            raise ImproperlyConfiguredException(
                f"{sorted(methods)} {path} lets in {role}, who may not {'change' if changes else 'see'} "
                f"a {RECORDS[start].__tablename__}"
            )
