"""Live pairings: consent, one at a time, and the pair rules of section 5, asked of `matching.pairing.rules`."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from datetime import date

from locales import N_
from matching.pairing.rules import broken
from service import codes
from service.imports.findings import Findings
from service.imports.merged import Entry, Merged
from service.imports.scratch import scratch
from service.pairing_data import instance_of_live, read_records

LARGEST_SHORTLIST = 3
SAYINGS: Mapping[str, str] = {
    "LANGUAGE": N_("les deux ont une langue en commun"),
    "THEME": N_("le pair-aidant couvre un thème de la demande"),
    "GENDER": N_("le genre demandé est respecté"),
    "CONFLICT": N_("aucun conflit n’est déclaré pour ces deux personnes"),
    "REFUSED": N_("aucun des deux n’a refusé l’autre"),
    "ENVIRONMENT": N_("le pair-aidant peut se rendre dans ce milieu de vie"),
    "DISTANCE": N_("la distance reste dans ce que le pair-aidant parcourt"),
    "AVAILABILITY": N_("une disponibilité commune dure le temps d’une visite"),
    "HELPER_STATUS": N_("le pair-aidant est actif, formé et supervisé depuis moins de 62 jours"),
    "CASELOAD": N_("la file active et les heures du pair-aidant ne sont pas dépassées"),
    "SAME_HELPER": N_("deux personnes à tenir séparées n’ont pas le même pair-aidant"),
}


def consents_cover_what_is_live(merged: Merged, findings: Findings, today: date) -> None:
    """CONSENT_MISSING: a live pairing, an outcome or a concertation to come without the consent that it needs."""
    for entry in _live(merged, findings):
        day = max(today, entry.values["proposed_on"])
        _needs(merged, findings, entry, "person_id", entry.values["person_id"], "pairing", day)
    for entry in merged.sound("outcomes", findings):
        _needs(merged, findings, entry, "person_id", entry.values["person_id"], "outcomes", None)
    for entry in merged.sound("meetings", findings):
        situation = merged.get("situations", entry.values["situation_id"])
        to_come = entry.values["status"] in ("planned", "invited")
        if entry.values["kind"] == "concertation" and to_come and situation is not None:
            _needs(merged, findings, entry, "situation_id", situation.values["person_id"], "network", None)


def _needs(
    merged: Merged, findings: Findings, entry: Entry, column: str, ref: str, scope: str, day: date | None
) -> None:
    person = merged.get("persons", ref)
    if person is None:
        return
    values = person.values
    last = values.get("consent_expires_on")
    if (
        values.get("consent_status") != "given"
        or scope not in (values.get("consent_scope") or ())
        or (day is not None and (last is None or last < day))
    ):
        merged.say(findings, entry, column, "CONSENT_MISSING", person=ref, scope=scope)


def one_live_pairing_a_person(merged: Merged, findings: Findings, today: date) -> None:
    """SECOND_LIVE_PAIRING: several proposals of one shortlist go together, nothing else."""
    by_person: dict[str, list[Entry]] = defaultdict(list)
    for entry in sorted(_live(merged, findings), key=lambda one: one.line):
        earlier = by_person[entry.values["person_id"].casefold()]
        together = [*earlier, entry]
        proposals = all(one.values["status"] == "proposed" for one in together)
        helpers = {one.values["peer_helper_id"].casefold() for one in together}
        if earlier and not (proposals and len(helpers) == len(together) <= LARGEST_SHORTLIST):
            person, other = entry.values["person_id"], earlier[0].values["pairing_id"]
            merged.say(findings, entry, "person_id", "SECOND_LIVE_PAIRING", person=person, other=other)
            continue
        earlier.append(entry)


def pair_rules(merged: Merged, findings: Findings, today: date) -> None:
    """HARD_RULE: a live pair that breaks a rule of section 5 which no override sets aside."""
    live = {
        (entry.values["person_id"], entry.values["peer_helper_id"]): entry
        for entry in _live(merged, findings)
        if entry.line
    }
    if not live or not any(merged.sound("territory", findings)):
        return
    with scratch(merged, findings) as (tx, territory_id):
        instance = instance_of_live(tx, read_records(tx, territory_id, today))
    for pairing in instance.live:
        entry = live.get((pairing.person, pairing.helper))
        person, helper = instance.person_by_id.get(pairing.person), instance.helper_by_id.get(pairing.helper)
        if entry is None or person is None or helper is None:
            continue
        for code in broken(instance, person, helper):
            if code in SAYINGS:  # CONSENT has a code of its own
                merged.say(findings, entry, "peer_helper_id", "HARD_RULE", rule=SAYINGS[code])


def _live(merged: Merged, findings: Findings) -> Iterator[Entry]:
    for entry in merged.sound("pairings", findings):
        if entry.values["status"] in codes.LIVE_PAIRING_STATES:
            yield entry


CHECKS: tuple[Callable[[Merged, Findings, date], None], ...] = (
    consents_cover_what_is_live,
    one_live_pairing_a_person,
    pair_rules,
)
