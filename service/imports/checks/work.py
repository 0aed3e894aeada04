"""Requests, pairings, visits and meetings: what their state asks for (`domain.md`, sections 3 and 4)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator
from datetime import date

from locales import N_
from service import codes
from service.imports.findings import Findings
from service.imports.merged import Entry, Merged

BOTH_SAID_YES = ("accepted", "trial", "active", "paused")


def requests_say_by_whom_and_why(merged: Merged, findings: Findings, today: date) -> None:
    """MISSING_VALUE: the professional who asked; HARD_RULE: a closed request without a reason."""
    for entry in merged.all("requests"):
        values = entry.values
        if values.get("requested_by") == "professional" and not values.get("professional_id"):
            merged.say(findings, entry, "professional_id", "MISSING_VALUE")
        if values.get("status") == "closed" and values.get("reason") is None:
            _broken(merged, findings, entry, "reason", N_("une demande close a un motif"))


def pairings_are_in_a_possible_state(merged: Merged, findings: Findings, today: date) -> None:
    """HARD_RULE: what a pairing's state asks for is not there; what ended before the import needs its reason only."""
    for entry in merged.all("pairings"):
        values = entry.values
        status = values.get("status")
        if status == "ended":
            for name in ("reason", "ended_on"):
                if values.get(name) is None:
                    _broken(merged, findings, entry, name, N_("un appariement terminé a un motif et une date"))
        elif status in BOTH_SAID_YES:
            for name in ("person_answer", "helper_answer"):
                if values.get(name) != "accepted":
                    _broken(merged, findings, entry, name, N_("un appariement commence quand les deux ont dit oui"))
        answers = (values.get("person_answer"), values.get("helper_answer"))
        if status in ("proposed", "declined") and ("declined" in answers) != (status == "declined"):
            _broken(merged, findings, entry, "status", N_("un appariement est refusé quand l’un des deux refuse"))
        needed = {"trial": "trial_start", "active": "active_from", "paused": "paused_from"}.get(status or "")
        if needed and values.get(needed) is None:
            _broken(merged, findings, entry, needed, N_("un essai, un appariement actif ou une pause a un début"))


def visits_have_the_reason_of_their_state(merged: Merged, findings: Findings, today: date) -> None:
    """HARD_RULE: cancelled by whom, not held because of whose absence; moved only to another visit."""
    reasons = {"cancelled": codes.VISIT_CANCEL_REASONS, "not_held": codes.VISIT_NOT_HELD_REASONS}
    for entry in merged.all("visits"):
        values = entry.values
        allowed = reasons.get(values.get("status") or "")
        if allowed and values.get("reason") not in allowed:
            _broken(merged, findings, entry, "reason", N_("une visite annulée ou non tenue a le motif de son état"))
        if values.get("moved_to_visit_id") and values.get("status") != "moved":
            _broken(merged, findings, entry, "moved_to_visit_id", N_("seule une visite déplacée en a une autre"))
        helper = values.get("peer_helper_id") or _helper_of(merged, entry)
        second = values.get("second_helper_id")
        if second and helper and second.casefold() == helper.casefold():
            _broken(merged, findings, entry, "second_helper_id", N_("deux personnes différentes font la visite"))


def nobody_is_at_two_visits(merged: Merged, findings: Findings, today: date) -> None:
    """HARD_RULE: somebody, or a room booked by one at a time, in two visits to come at once."""
    taken: dict[tuple[str, date], list[Entry]] = defaultdict(list)
    for entry in sorted(_to_come(merged, findings), key=lambda one: one.line):
        start, end = entry.values["start"], entry.values["end"]
        for party in sorted(_parties(merged, entry)):
            others = taken[(party, entry.values["date"])]
            if any(other.values["start"] < end and start < other.values["end"] for other in others):
                _broken(merged, findings, entry, "start", N_("personne n’est à deux visites au même moment"))
                break
        else:
            for party in _parties(merged, entry):
                taken[(party, entry.values["date"])].append(entry)


def closed_people_have_no_visit(merged: Merged, findings: Findings, today: date) -> None:
    """HARD_RULE: a visit to come of somebody whose accompaniment is closed."""
    for entry in _to_come(merged, findings):
        pairing = merged.get("pairings", entry.values["pairing_id"])
        person = merged.get("persons", pairing.values["person_id"]) if pairing else None
        if person is not None and person.values["status"] == "closed":
            closed_on = person.values.get("closed_on")
            if closed_on is None or entry.values["date"] >= closed_on:
                _broken(merged, findings, entry, "date", N_("une personne qui a clos n’a pas de visite à venir"))


def goals_are_set_with_the_person(merged: Merged, findings: Findings, today: date) -> None:
    """HARD_RULE: a goal that was not set with the person."""
    for entry in merged.all("goals"):
        if entry.values.get("set_with_person") is False:
            _broken(merged, findings, entry, "set_with_person", N_("un objectif est fixé avec la personne"))


def members_and_situations_are_named(merged: Merged, findings: Findings, today: date) -> None:
    """MISSING_VALUE: a member who is not a relative has an id; a concertation has its situation."""
    for entry in merged.all("situation_network"):
        if entry.values.get("member_type") in ("professional", "peer_helper") and not entry.values.get("member_id"):
            merged.say(findings, entry, "member_id", "MISSING_VALUE")
    for entry in merged.all("meetings"):
        if entry.values.get("kind") == "concertation" and not entry.values.get("situation_id"):
            merged.say(findings, entry, "situation_id", "MISSING_VALUE")


def concertations_list_agreed_members(merged: Merged, findings: Findings, today: date) -> None:
    """HARD_RULE: somebody at a concertation to whom the person did not agree."""
    agreed: dict[str, set[str]] = defaultdict(set)
    for entry in merged.sound("situation_network", findings):
        if entry.values["person_agreed"] and entry.values["member_id"]:
            member = f"{entry.values['member_type']}:{entry.values['member_id']}"
            agreed[entry.values["situation_id"].casefold()].add(member.casefold())
    for entry in merged.sound("meetings", findings):
        situation = merged.get("situations", entry.values["situation_id"])
        if entry.values["kind"] != "concertation" or situation is None:
            continue
        allowed = agreed[situation.key] | {f"professional:{situation.values['coordinator_professional_id']}".casefold()}
        if any(member.casefold() not in allowed for member in entry.values["participants"]):
            rule = N_("une concertation réunit les membres que la personne accepte")
            _broken(merged, findings, entry, "participants", rule)


def homes_follow_a_selection(merged: Merged, findings: Findings, today: date) -> None:
    """HARD_RULE: housed without having been selected."""
    for entry in merged.all("housing_first_selection"):
        housed = entry.values.get("housed_on") is not None
        if housed and entry.values.get("decision") not in ("selected", "waiting_list"):
            _broken(merged, findings, entry, "housed_on", N_("un logement suit une sélection"))


def rounds_go_to_one_target(merged: Merged, findings: Findings, today: date) -> None:
    """MISSING_VALUE: an outreach round to nowhere; HARD_RULE: to an area and a place at once."""
    for entry in merged.all("outreach_rounds"):
        area, place = entry.values.get("neighbourhood_id"), entry.values.get("place_id")
        if not area and not place:
            merged.say(findings, entry, "neighbourhood_id", "MISSING_VALUE")
        if area and place:
            _broken(merged, findings, entry, "place_id", N_("une tournée va vers un quartier ou vers un lieu"))


def alerts_name_who_raised_them(merged: Merged, findings: Findings, today: date) -> None:
    """MISSING_VALUE: a kind of person without the reference, or the other way round."""
    for entry in merged.all("alerts"):
        for name, other in (("raised_by_type", "raised_by_id"), ("raised_by_id", "raised_by_type")):
            if not entry.values.get(name) and entry.values.get(other):
                merged.say(findings, entry, name, "MISSING_VALUE")


def uids_are_unique(merged: Merged, findings: Findings, today: date) -> None:
    """DUPLICATE_ID: two events with one calendar UID."""
    seen: dict[str, int] = {}
    for file in ("visits", "open_sessions", "meetings"):
        for entry in sorted(merged.sound(file, findings), key=lambda one: one.line):
            uid = entry.values.get("uid")
            if uid in seen:
                merged.say(findings, entry, "uid", "DUPLICATE_ID", value=uid, first_line=seen[uid])
            elif uid:
                seen[uid] = entry.line


def _to_come(merged: Merged, findings: Findings) -> Iterator[Entry]:
    for entry in merged.sound("visits", findings):
        if entry.values["status"] in codes.LIVE_VISIT_STATES:
            yield entry


def _helper_of(merged: Merged, visit: Entry) -> str | None:
    pairing = merged.get("pairings", visit.values.get("pairing_id"))
    return pairing.values.get("peer_helper_id") if pairing else None


def _parties(merged: Merged, visit: Entry) -> set[str]:
    """Whom and what a visit takes, case aside."""
    values = visit.values
    pairing = merged.get("pairings", values["pairing_id"])
    room = merged.get("places", values["place"])
    taken = {
        values.get("peer_helper_id") or _helper_of(merged, visit),
        values.get("second_helper_id"),
        values["joint_professional_id"],
        pairing.values["person_id"] if pairing else None,
        values["place"] if room and room.values["kind"] in codes.SINGLE_BOOKING_PLACES else None,
    }
    return {party.casefold() for party in taken if party}


def _broken(merged: Merged, findings: Findings, entry: Entry, column: str, rule: str) -> None:
    merged.say(findings, entry, column, "HARD_RULE", rule=rule)


CHECKS: tuple[Callable[[Merged, Findings, date], None], ...] = (
    requests_say_by_whom_and_why,
    pairings_are_in_a_possible_state,
    visits_have_the_reason_of_their_state,
    goals_are_set_with_the_person,
    members_and_situations_are_named,
    homes_follow_a_selection,
    rounds_go_to_one_target,
    alerts_name_who_raised_them,
    uids_are_unique,
    concertations_list_agreed_members,
    closed_people_have_no_visit,
    nobody_is_at_two_visits,
)
