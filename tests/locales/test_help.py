"""The command's help is there in each of the four languages."""

from __future__ import annotations

import click
import pytest

from locales import LANGS, translator
from locales.typography import french
from service.cli_help import language_of_help, speaking
from service.cli_serve import cli


def helps(command: click.Command) -> list[str]:
    own = [command.help or "", *(one.help or "" for one in command.params if isinstance(one, click.Option))]
    below = command.commands.values() if isinstance(command, click.Group) else ()
    return own + [text for one in below for text in helps(one)]


@pytest.mark.parametrize("lang", LANGS)
def test_help_is_in_the_readers_language(lang: str):
    spoken = speaking(cli, translator(lang))

    assert helps(spoken) == [translator(lang).gettext(text) if text else "" for text in helps(cli)]
    assert ([french(text) for text in helps(cli)] == helps(spoken)) == (lang == "fr")


@pytest.mark.parametrize(
    ("words", "environment", "language"),
    [
        (["demo", "--language", "nl", "--help"], {"LANG": "de_DE.UTF-8"}, "nl"),
        (["demo", "--language=de", "--help"], {}, "de"),
        (["--help"], {"LANG": "nl_BE.UTF-8"}, "nl"),
        (["--help"], {"LANG": "nl_BE.UTF-8", "LC_ALL": "en_GB.UTF-8"}, "en"),
        (["--help"], {"LANG": "C.UTF-8"}, "fr"),
        (["demo", "--language"], {}, "fr"),
        (["--help"], {"LANG": "it_IT.UTF-8"}, "fr"),
    ],
)
def test_the_language_asked_for_comes_before_the_machines(words: list[str], environment: dict[str, str], language: str):
    assert language_of_help(words, environment) == language
