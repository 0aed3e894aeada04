"""
Sheets: what a form of the coordination asks of one kind of record, and reading what was typed into it.

A sheet is data: the page draws it, the use case reads by it, and what two people wrote is compared by it. Nothing that
was typed is lost: until it can be taken as it is, the form shows it again with a sentence beside each field at fault.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Literal

from calendars.addresses import NotAnAddress, mail_address
from locales import N_

Said = Mapping[str, str | list[str]]
"""What a form holds, as it was typed."""
Value = str | int | float | bool | date | list[str] | None
Kind = Literal["line", "text", "whole", "number", "degrees", "day", "one", "several", "yes", "email", "phone"]
LISTS = ("several",)
CHOICES = ("one", "several")
COARSE = 3
"""Decimals of a degree that are kept (≈ 100 m): nobody's door is found by them."""


@dataclass(frozen=True)
class Field:
    """
    One question.

    `choices` are codes with their words; None when they come from the records of the territory. `low` and `high` bound
    a number, `longest` a text. An empty answer is None, or the empty text.
    """

    name: str
    label: str
    kind: Kind = "line"
    needed: bool = False
    hint: str = ""
    choices: Mapping[str, str] | None = None
    low: float = 0
    high: float = 0
    longest: int = 80


@dataclass(frozen=True)
class Part:
    """Fields that belong together, under their heading."""

    heading: str
    fields: tuple[Field, ...]


Sheet = tuple[Part, ...]
Offered = Mapping[str, Mapping[str, str]]
"""What can be chosen from the records, with names in the reader's language: by field, then by code or public id."""


@dataclass(frozen=True)
class Twin:
    """Somebody or something that may be the same."""

    public_id: str
    name: str
    kind: str


@dataclass(frozen=True)
class Difference:
    """One field that somebody else filled in otherwise in the meantime; both as forms write them."""

    field: Field
    theirs: str | list[str]
    mine: str | list[str]


@dataclass(frozen=True)
class Outcome:
    """
    What became of a form that was sent.

    `public_id` is the record written, None when nothing was: then `wrong` says why by field, `twins` who may be the
    same, or `differences` what somebody else wrote since; `revision` is the record's one now.
    """

    public_id: str | None = None
    wrong: Mapping[str, str] = field(default_factory=dict[str, str])
    twins: tuple[Twin, ...] = ()
    differences: tuple[Difference, ...] = ()
    revision: int = 0


def fields_of(sheet: Sheet) -> tuple[Field, ...]:
    return tuple(one for part in sheet for one in part.fields)


def allowed(one: Field, offered: Offered) -> Mapping[str, str]:
    return one.choices if one.choices is not None else offered.get(one.name, {})


def read(sheet: Sheet, said: Said, offered: Offered) -> tuple[dict[str, Value], dict[str, str]]:
    """What was typed, as values by field, and a sentence for each field that cannot be taken."""
    values: dict[str, Value] = {}
    wrong: dict[str, str] = {}
    for one in fields_of(sheet):
        given = said.get(one.name, [] if one.kind in LISTS else "")
        if isinstance(given, list):
            value, fault = _several(one, given, allowed(one, offered))
        else:
            value, fault = _single(one, given.strip(), allowed(one, offered))
        if fault:
            wrong[one.name] = fault
        else:
            values[one.name] = value
    return values, wrong


def differences(sheet: Sheet, theirs: Said, mine: Said) -> tuple[Difference, ...]:
    """The fields in which two fillings differ."""
    found: list[Difference] = []
    for one in fields_of(sheet):
        empty: str | list[str] = [] if one.kind in LISTS else ""
        held, typed = theirs.get(one.name, empty), mine.get(one.name, empty)
        if _plain(held) != _plain(typed):
            found.append(Difference(one, held, typed))
    return tuple(found)


def written(value: Value) -> str | list[str]:
    """A value as forms write it."""
    if isinstance(value, list):
        return list(value)
    if value is None or value is False:
        return ""
    if value is True:
        return "yes"
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, float):
        return f"{value:g}" if value == round(value, 6) and abs(value) < 1e5 else str(value)
    return str(value)


def _plain(value: str | list[str]) -> object:
    return sorted(value) if isinstance(value, list) else value.strip().replace(",", ".")


def _several(one: Field, given: Sequence[str], choices: Mapping[str, str]) -> tuple[Value, str]:
    chosen = list(dict.fromkeys(code for code in given if code))
    if any(code not in choices for code in chosen):
        return None, N_("Choisissez dans la liste.")
    if one.needed and not chosen:
        return None, N_("Cochez au moins une réponse.")
    return chosen, ""


def _single(one: Field, given: str, choices: Mapping[str, str]) -> tuple[Value, str]:
    if one.kind == "yes":
        return bool(given), ""
    if not given:
        if one.needed:
            return None, N_("Choisissez dans la liste.") if one.kind == "one" else N_("Il manque cette réponse.")
        return ("" if one.kind in ("line", "text", "email", "phone") else None), ""
    if one.kind == "one":
        return (given, "") if given in choices else (None, N_("Choisissez dans la liste."))
    if one.kind == "day":
        return _day(given)
    if one.kind in ("whole", "number", "degrees"):
        return _number(one, given)
    return _words(one, given)


def _words(one: Field, given: str) -> tuple[Value, str]:
    if len(given) > one.longest:
        return None, N_("C’est trop long. Raccourcissez.")
    if one.kind != "text" and "\n" in given:
        return None, N_("Écrivez sur une seule ligne.")
    if one.kind == "email":
        try:
            return mail_address(given), ""
        except NotAnAddress:
            return None, N_("Cette adresse e-mail n’est pas complète.")
    if one.kind == "phone" and not re.fullmatch(r"\+?[0-9 ()./-]{6,}", given):
        return None, N_("Ce numéro n’est pas complet. Par exemple 04 000 00 00.")
    return given, ""


def _day(given: str) -> tuple[Value, str]:
    try:
        return date.fromisoformat(given), ""
    except ValueError:
        return None, N_("Cette date n’existe pas. Par exemple 2027-01-31.")


def _number(one: Field, given: str) -> tuple[Value, str]:
    typed = given.replace(",", ".").replace("\u202f", "").replace("\u00a0", "").replace(" ", "")
    if not re.fullmatch(r"-?[0-9]{1,6}(\.[0-9]{1,12})?", typed):
        return None, N_("Écrivez un nombre.")
    number = float(typed)
    if one.kind == "whole":
        if number != int(number):
            return None, N_("Écrivez un nombre entier.")
        number = int(number)
    if one.kind == "degrees" and len(typed.partition(".")[2].rstrip("0")) > COARSE:
        return None, N_("Trois décimales suffisent : elles disent l’endroit à cent mètres près.")
    if not one.low <= number <= one.high:
        return None, N_("Ce nombre est trop petit ou trop grand.")
    return number, ""
