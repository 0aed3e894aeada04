"""
Passwords: 12 to 128 characters as typed, no rule on their composition, none that everybody tries first
(`security.md` A2).

`common_passwords.txt.gz` holds 65,000 entries without accents, in small letters: the most used passwords of the world,
and the most used words and first names of French, Dutch, German and English, taken from the dictionaries of zxcvbn-ts
(MIT, `common_passwords_licence.txt`).
"""

from __future__ import annotations

import gzip
import re
import threading
import unicodedata
from collections.abc import Iterable
from functools import cache
from pathlib import Path

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from locales import N_
from service.errors import NotAcceptable

SHORTEST, LONGEST = 12, 128
COMMON = Path(__file__).parent / "common_passwords.txt.gz"
HASHER = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)
AT_ONCE = 4
"""Hashes at the same time in this process: each holds 19 MiB and a core."""
SERVICE_WORDS = ("lefil", "fil", "pairaidance", "pairaidant", "coordination", "coordinateur", "coordinatrice", "reseau")
LEFT_OVER = 8
"""Characters that must remain when the words that everybody here would try are taken out."""
ROWS = ("abcdefghijklmnopqrstuvwxyz", "0123456789", "azertyuiop", "qsdfghjklm", "wxcvbn", "qwertyuiop", "asdfghjkl")
LEET = str.maketrans("013457@$!€", "oieastasie")

_places = threading.BoundedSemaphore(AT_ONCE)


def hash_of(password: str) -> str:
    """Argon2id with its parameters and salt."""
    with _places:
        return HASHER.hash(password)


def verify(kept: str | None, given: str) -> bool:
    """Whether it is the one; without one to compare with, as much work is done as with one (`security.md` A4)."""
    with _places:
        try:
            HASHER.verify(_nobodys() if kept is None else kept, given[:1024])
        except (VerificationError, InvalidHashError):
            return False
    return kept is not None


def is_outdated(kept: str) -> bool:
    """Whether it was made with other parameters than today's."""
    return HASHER.check_needs_rehash(kept)


def check(password: str, words: Iterable[str] = ()) -> None:
    """
    Refuse a password that others would try early.

    `words` are those around its owner: names of person and territory, parts of the address.

    Raises
    ------
    NotAcceptable
        With a sentence that says what is wrong.
    """
    if len(password) < SHORTEST:
        raise NotAcceptable(N_("Le mot de passe doit avoir au moins 12 caractères."), "password")
    if len(password) > LONGEST:
        raise NotAcceptable(N_("Le mot de passe peut avoir au plus 128 caractères."), "password")
    plain = simplified(password)
    if _is_common(plain) or _is_a_pattern(plain):
        raise NotAcceptable(
            N_("Ce mot de passe est trop connu. Prenez par exemple quatre mots qui ne vont pas ensemble."), "password"
        )
    rest = plain
    around = {part for word in (*words, *SERVICE_WORDS) for part in _parts(word)}
    for word in sorted(around, key=len, reverse=True):
        rest = rest.replace(word, "")
    if rest != plain and (len(rest) < LEFT_OVER or _is_common(rest) or _is_a_pattern(rest)):
        raise NotAcceptable(
            N_("Ce mot de passe contient le nom du service, du réseau ou le vôtre. Prenez autre chose."), "password"
        )


def simplified(text: str) -> str:
    """Small letters without accents and blanks, as the list of common passwords has them."""
    letters = unicodedata.normalize("NFKD", text.casefold())
    return "".join(sign for sign in letters if not unicodedata.combining(sign) and not sign.isspace())


def _parts(word: str) -> list[str]:
    return [part for part in re.split(r"[^a-z0-9]+", simplified(word.replace(" ", "-"))) if len(part) >= 3]


def _is_common(plain: str) -> bool:
    """One common word, whatever digits and signs stand around it or in it, or one said again and again."""
    for text in (plain, plain.translate(LEET)):
        core = re.sub(r"^[^a-z]+|[^a-z]+$", "", text)
        again = re.fullmatch(r"(.+?)\1+", re.sub(r"[^a-z]", "", text))
        if text in common() or core in common() or (again is not None and again[1] in common()):
            return True
    return False


def _is_a_pattern(plain: str) -> bool:
    """Few different signs, a short piece again and again, or a row of the alphabet or the keyboard."""
    if len(set(plain)) < 5:
        return True
    if re.fullmatch(r"(.{1,6}?)\1+.{0,5}", plain):
        return True
    pairs = {row[i : i + 2] for row in ROWS for i in range(len(row) - 1)}
    pairs |= {pair[::-1] for pair in pairs}
    steps = [plain[i : i + 2] in pairs for i in range(len(plain) - 1)]
    return sum(steps) > 0.7 * len(steps)


@cache
def common() -> frozenset[str]:
    """The list, read when the first password is chosen."""
    return frozenset(gzip.decompress(COMMON.read_bytes()).decode().split("\n"))


@cache
def _nobodys() -> str:
    return HASHER.hash("the password of nobody")
