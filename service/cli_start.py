"""
Where the command `lefil` begins: a subcommand that needs no database starts without loading what does.

Loading everything takes seconds, most of it for the server and the database; somebody's program may call `lefil busy`
for one file after the other.
"""

from __future__ import annotations

import gc
import os
import sys
from importlib import import_module
from types import ModuleType

import click

from locales import translator
from service.cli_busy import busy_times
from service.cli_help import language_of_help, speaking
from service.cli_reader import Reader

ALONE = {"busy": busy_times}
"""Subcommands that stand by themselves."""
WITHOUT_SERVER = ("migrate", "key", "link", "audit", "check", "demo", "import", "export", "routing", "mail")
"""Subcommands of `service/cli.py`; all others, and the list of all, need the server (`service/cli_serve.py`)."""


def main(arguments: list[str] | None = None) -> None:
    """The entry point."""
    words = sys.argv[1:] if arguments is None else arguments
    if words and words[0] in ALONE:
        carry_out(click.Group("lefil", commands=ALONE), words)
    quick = words and words[0] in WITHOUT_SERVER
    command = loaded("service.cli" if quick else "service.cli_serve")
    command.main(words)


def loaded(name: str) -> ModuleType:
    """A module and all that it loads, without looking for garbage meanwhile: almost everything that comes stays."""
    gc.disable()
    module = import_module(name)
    gc.freeze()
    gc.enable()
    return module


def carry_out(command: click.Command, arguments: list[str]) -> None:
    """Do what was asked, and end with its number; a fault is one sentence."""
    reader = Reader()
    try:
        spoken = speaking(command, translator(language_of_help(arguments, os.environ)))
        sys.exit(spoken.main(arguments, prog_name="lefil", standalone_mode=False, obj=reader) or 0)
    except click.ClickException as error:
        error.show()
        sys.exit(error.exit_code)
    except (KeyboardInterrupt, click.Abort):
        sys.exit(130)
    except Exception as error:
        # Faults of the database are among those it knows: loaded only once there is one to tell.
        said = import_module("service.cli_faults").sentence(error, reader.texts)
        if said is None:
            raise
        click.echo(said, err=True)
        sys.exit(1)
