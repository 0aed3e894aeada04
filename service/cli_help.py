"""What `--help` says, in the reader's language; click's own words (Usage, Options) stay as they are."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from copy import copy

import click

from locales import LANGS, Texts


def language_of_help(arguments: Sequence[str], environment: Mapping[str, str]) -> str:
    """The language asked for by `--language`, else the machine's if it is one of ours, else French."""
    words = " ".join(arguments).replace("=", " ").split()
    asked = words[words.index("--language") + 1 :][:1] if "--language" in words else []
    machine = environment.get("LC_ALL") or environment.get("LANG") or ""
    return next((code for code in (*asked, machine[:2]) if code in LANGS), "fr")


def speaking(command: click.Command, texts: Texts) -> click.Command:
    """The same command with every text of its help, and of those below it, in one language."""
    spoken = copy(command)
    spoken.help = _said(command.help, texts)
    spoken.params = [_parameter(one, texts) for one in command.params]
    if isinstance(spoken, click.Group):
        spoken.commands = {name: speaking(one, texts) for name, one in spoken.commands.items()}
    return spoken


def _parameter(parameter: click.Parameter, texts: Texts) -> click.Parameter:
    spoken = copy(parameter)
    spoken.metavar = _said(parameter.metavar, texts)
    if isinstance(spoken, click.Option):
        spoken.help = _said(spoken.help, texts)
    return spoken


def _said(text: str | None, texts: Texts) -> str | None:
    return texts.gettext(text) if text else text
