"""What every subcommand shares: whoever reads it, their language, dates and folders."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from pathlib import Path
from typing import Any

import click

from locales import LANGS, N_, Texts, translator


class Reader:
    """Whoever reads what a command says."""

    def __init__(self) -> None:
        self.texts: Texts = translator("fr")

    @property
    def language(self) -> str:
        return self.texts.lang

    def say(self, message: str, /, **values: object) -> None:
        """A sentence on standard output."""
        click.echo(self.texts.gettext(message, **values))

    def note(self, message: str, /, **values: object) -> None:
        """A sentence on standard error, out of the way of what a program reads."""
        click.echo(self.texts.gettext(message, **values), err=True)


def _choose_language(context: click.Context, _option: click.Parameter, code: str) -> str:
    context.find_object(Reader).texts = translator(code)  # pyright: ignore[reportOptionalMemberAccess]
    return code


def _as_date(_context: click.Context, _option: click.Parameter, given: datetime | None) -> date | None:
    return None if given is None else given.date()


DATE = click.DateTime(["%Y-%m-%d"])
FOLDER = click.Path(path_type=Path)


def date_option(name: str, text: str) -> Callable[..., Any]:
    return click.option(name, type=DATE, callback=_as_date, metavar=N_("AAAA-MM-JJ"), help=text)


today_option = date_option("--today", N_("Le jour qu’il est pour Le Fil."))
language = click.option(
    "--language",
    type=click.Choice(LANGS),
    default="fr",
    callback=_choose_language,
    is_eager=True,
    expose_value=False,
    help=N_("Langue des phrases."),
)
