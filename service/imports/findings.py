"""What an import can find: one table of codes drives checks, messages and tests (`domain.md`, section 11)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Literal

from locales import N_

Severity = Literal["error", "warning", "info"]

LISTED_PER_CODE = 1000
"""Findings of one code in one file that are listed; further ones only leave their row out and are counted."""


@dataclass(frozen=True)
class Kind:
    """
    A code: how grave it is and what is said.

    `message` uses the facts by name; `trips` says what makes it appear, for the manual.
    """

    severity: Severity
    message: str
    trips: str


def _error(message: str, trips: str) -> Kind:
    return Kind("error", message, trips)


def _warning(message: str, trips: str) -> Kind:
    return Kind("warning", message, trips)


def _info(message: str, trips: str) -> Kind:
    return Kind("info", message, trips)


KINDS: Mapping[str, Kind] = {
    # File
    "EMPTY_FILE": _error(N_("Le fichier est vide."), "no character but blanks"),
    "HEADER_ONLY": _warning(N_("Le fichier ne contient que la ligne des titres."), "no row after the header"),
    "NOT_TEXT": _error(
        N_("Ce n’est pas un fichier de texte. Enregistrez le tableau au format CSV."), "bytes that are no text"
    ),
    "ENCODING_NOT_UTF8": _warning(
        N_("Le fichier est lu en %(encoding)s. Vérifiez les accents."), "UTF-16 or cp1252 instead of UTF-8"
    ),
    "BOM": _info(N_("Le fichier commence par une marque d’ordre des octets. Elle est passée."), "UTF-8 with BOM"),
    "DELIMITER": _info(N_("Les colonnes sont séparées par « %(delimiter)s »."), "semicolon or tab instead of comma"),
    "EXCEL_SEP_LINE": _info(
        N_("La première ligne indique le séparateur. Elle est passée."), "a line sep=; before the header"
    ),
    "MISSING_COLUMN": _error(
        N_("Il manque la colonne « %(column)s ». Le fichier n’est pas repris."), "a column that is not optional"
    ),
    "DUPLICATE_COLUMN": _error(
        N_("La colonne « %(column)s » est présente deux fois. Le fichier n’est pas repris."), "one title twice"
    ),
    "UNKNOWN_COLUMN": _warning(
        N_("La colonne « %(column)s » n’est pas connue. Elle n’est pas reprise."), "a title that no file has"
    ),
    # Row
    "RAGGED_ROW": _error(
        N_("La ligne a %(found)s colonnes au lieu de %(expected)s."), "more or fewer cells than the header"
    ),
    "UNCLOSED_QUOTE": _error(N_("Un guillemet ouvert sur cette ligne n’est pas fermé."), "a quote that never closes"),
    "CONTROL_CHARACTER": _error(
        N_("La cellule contient un caractère de commande invisible."), "a control or direction character"
    ),
    "NUL_CHARACTER": _error(N_("La cellule contient un caractère nul."), "a NUL character"),
    "DUPLICATE_ID": _error(
        N_("La référence « %(value)s » est déjà à la ligne %(first_line)s."), "one id twice, blanks and case aside"
    ),
    "DUPLICATE_ROW": _error(N_("Cette ligne répète la ligne %(first_line)s."), "two rows that say the same"),
    "UNTRIMMED_ID": _warning(
        N_("La référence « %(value)s » a des espaces autour. Ils sont enlevés."), "blanks around an id"
    ),
    "MISSING_VALUE": _error(N_("Il manque une valeur dans la colonne « %(column)s »."), "an empty cell that is needed"),
    "UNKNOWN_REFERENCE": _error(
        N_("La référence « %(value)s » n’existe pas dans %(target)s."), "an id that no file and no record has"
    ),
    "UNKNOWN_CODE": _error(N_("« %(value)s » n’est pas un des mots prévus : %(allowed)s."), "a word outside the list"),
    "UNKNOWN_THEME": _error(N_("Le thème « %(value)s » n’existe pas."), "a theme that themes.csv does not have"),
    "UNKNOWN_LANGUAGE": _error(
        N_("« %(value)s » n’est pas un code de langue connu, comme fr ou nl."), "a tag that is no language"
    ),
    "BAD_NUMBER": _error(N_("« %(value)s » n’est pas un nombre."), "letters, nan, inf, a fraction of a person"),
    "OUT_OF_RANGE": _error(
        N_("« %(value)s » sort de ce qui est permis : %(allowed)s."), "too small, too large or too long"
    ),
    "DECIMAL_COMMA": _info(N_("Les nombres à virgule sont lus."), "a decimal comma"),
    "BAD_DATE": _error(N_("« %(value)s » n’est pas une date."), "a day that is not in the calendar"),
    "DATE_FORMAT": _info(N_("Les dates au format jour/mois/année sont lues."), "DD/MM/YYYY"),
    "AMBIGUOUS_DATE": _warning(
        N_("« %(value)s » est lu comme le jour, puis le mois : %(read)s."), "day and month both up to 12"
    ),
    "BAD_TIME": _error(N_("« %(value)s » n’est pas une heure de ce jour."), "25:00, or the hour that spring skips"),
    "TIME_FORMAT": _info(N_("Les heures comme 9h30 sont lues."), "9h30 or 9:30"),
    "BAD_WEEKDAY": _error(N_("« %(value)s » n’est pas un jour de 1 (lundi) à 7 (dimanche)."), "0, 8 or a name"),
    "END_BEFORE_START": _error(
        N_("« %(column)s » (%(end)s) vient avant « %(start_column)s » (%(start)s)."),
        "an end that is not after its start",
    ),
    "OVERLAP": _error(
        N_("Ce moment chevauche celui de la ligne %(first_line)s, pour la même personne ou le même lieu."),
        "two windows, or two absences, of one owner",
    ),
    "MISSING_COORDINATES": _warning(
        N_("Il manque la position. Le lieu de rencontre ou le centre du quartier la remplace."),
        "no latitude and longitude",
    ),
    "COORDINATES_SWAPPED": _error(
        N_("La latitude et la longitude semblent échangées."), "the two fit the territory only the other way round"
    ),
    "COORDINATES_OUTSIDE_TERRITORY": _error(
        N_("La position est à %(km)s km du centre du territoire."), "more than 40 km from the centre"
    ),
    "TOO_PRECISE": _warning(
        N_("« %(value)s » est trop précis. La position est arrondie, le numéro de maison n’est pas repris."),
        "more than 3 decimals, or a house number",
    ),
    "MOJIBAKE": _warning(N_("Les accents de « %(value)s » sont abîmés. Enregistrez le fichier en UTF-8."), "Ã© for é"),
    "FORMULA_INJECTION": _warning(
        N_("La cellule commence comme une formule. Le texte est gardé, et rendu inoffensif à chaque export."),
        "a text that starts with = + - @ | %",
    ),
    "DIRECT_IDENTIFIER": _error(
        N_("Le pseudonyme contient un numéro ou une adresse. Choisissez un autre pseudonyme."),
        "a national number, mail address or phone number in a pseudonym",
    ),
    "CONSENT_MISSING": _error(
        N_("L’accord de %(person)s pour « %(scope)s » manque ou n’est plus valable."),
        "a live pairing, outcomes or a concertation without that consent",
    ),
    "MERGED_RECORD": _warning(
        N_(
            "« %(value)s » a été réunie avec « %(kept)s ». Cette ligne n’est pas reprise ; "
            "ce qui y renvoie est repris chez « %(kept)s »."
        ),
        "the reference of a record that was made one with another",
    ),
    "SECOND_LIVE_PAIRING": _error(
        N_("%(person)s a déjà un appariement en cours : %(other)s."), "two live pairings of one person"
    ),
    "HARD_RULE": _error(
        N_("Une règle n’est pas respectée : %(rule)s."), "a rule of section 5, or an invariant of sections 3 and 4"
    ),
}


@dataclass(frozen=True)
class Finding:
    """One thing found; line 0 is the whole file, line 1 its header."""

    file: str
    line: int
    column: str
    code: str
    severity: Severity
    facts: Mapping[str, object] = field(default_factory=dict)

    def message(self, translate: Callable[[str], str]) -> str:
        """The sentence, in the language of `translate`."""
        said = {
            name: translate(str(value)) if name in TRANSLATED and value else value for name, value in self.facts.items()
        }
        return translate(KINDS[self.code].message) % {"column": self.column, **said}


TRANSLATED = ("rule", "target", "allowed")
"""Facts that are texts of ours, marked where they are made."""


@dataclass
class Findings:
    """Collects findings; knows which rows are left out."""

    listed: list[Finding] = field(default_factory=list)
    unlisted: Counter[tuple[str, str]] = field(default_factory=Counter)
    faulty: set[tuple[str, int]] = field(default_factory=set)
    left_out_files: set[str] = field(default_factory=set)
    _counts: Counter[tuple[str, str]] = field(default_factory=Counter)

    def add(
        self, file: str, line: int, column: str, code: str, *, severity: Severity | None = None, **facts: object
    ) -> None:
        """Add a finding; an error on line 0 or 1 leaves the file out, elsewhere its row. An info is said once."""
        grave = severity or KINDS[code].severity
        seen = self._counts[(file, code)]
        self._counts[(file, code)] += 1
        if grave == "error":
            if line <= 1:
                self.left_out_files.add(file)
            else:
                self.faulty.add((file, line))
        if grave == "info" and seen:
            return
        if seen >= LISTED_PER_CODE:
            self.unlisted[(file, code)] += 1
            return
        self.listed.append(Finding(file, line, column, code, grave, facts))

    def is_out(self, file: str, line: int) -> bool:
        """The row is left out for an error of its own or of its file."""
        return file in self.left_out_files or (file, line) in self.faulty
