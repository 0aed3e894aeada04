"""The files that `lefil demo` leaves: equal to the byte for equal input (`issues 2`, point 9)."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Mapping, Sequence

from matching.pairing.answer import Answer as PairingAnswer
from matching.pairing.instance import DEFAULT_WEIGHTS
from service.imports.values import neutralised
from service.pairing_words import Speaker, change_sentence

PROPOSALS = ("person_id", "rank", "peer_helper_id", "score", "when_free", *DEFAULT_WEIGHTS)
UNMATCHED = ("person_id", "rules", "smallest_change")
Files = dict[str, bytes]
Row = Sequence[object]


def table(header: Sequence[str], rows: Iterable[Row]) -> bytes:
    """CSV in the partners' format, without a cell that a spreadsheet would run."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(header)
    writer.writerows([[neutralised(_cell(value)) for value in row] for row in rows])
    return out.getvalue().encode()


def document(value: Mapping[str, object]) -> bytes:
    return (json.dumps(value, ensure_ascii=False, indent=2) + "\n").encode()


def proposals(answer: PairingAnswer) -> bytes:
    """Everybody's shortlist, rank 1 first, with the raw points of each criterion."""
    return table(
        PROPOSALS,
        (
            [
                shortlist.person,
                rank,
                offer.helper,
                offer.score,
                offer.when_free,
                *(offer.criteria[name] for name in DEFAULT_WEIGHTS),
            ]
            for shortlist in sorted(answer.shortlists, key=lambda one: one.person)
            for rank, offer in enumerate(shortlist.offers, 1)
        ),
    )


def unmatched(answer: PairingAnswer, speaker: Speaker) -> bytes:
    """Whom nobody suits: what stands in the way, and the smallest change."""
    return table(
        UNMATCHED,
        (
            [one.person, "|".join(one.rules), change_sentence(speaker, one.change)]
            for one in sorted(answer.unmatched, key=lambda one: one.person)
        ),
    )


def _cell(value: object) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return f"{round(value, 2):g}"
    return "" if value is None else str(value)
