"""The subcommands that serve pages, and the whole command with them."""

from __future__ import annotations

import click

from locales import N_
from service import demo_server, first_network, process, provider, serving
from service.cli import cli, main
from service.cli_faults import Fault
from service.cli_reader import Reader, language
from service.cli_site import demo_settings, is_demo, opened
from service.settings import Settings
from service.site import Site
from service.worker import working

__all__ = ["main"]


@cli.command(help=N_("Met à jour la base de données et sert les pages."))
@click.option("--port", type=int, help=N_("Port TCP (LEFIL_PORT)."))
@click.option("--host", default=serving.LOOPBACK, show_default=True, help=N_("Adresse sur laquelle écouter."))
@language
@click.pass_obj
def serve(reader: Reader, port: int | None, host: str) -> None:
    settings = Settings()
    settings = settings.model_copy(update={"demo": False, "port": settings.port if port is None else port})
    _check_secret(settings)
    process.write_log(settings.log_level)
    process.be_private()
    process.stop_in_order()
    with serving.bind(host, settings.port) as listener, opened(settings, migrate=True) as site:
        with site.db() as tx:
            if is_demo(tx):
                raise Fault(N_("Cette base de données contient la démonstration. Démarrez-la avec « lefil run »."))
        _tell_setup_code(site, reader)
        with working(site):
            serving.serve(site, listener)


def _check_secret(settings: Settings) -> None:
    """A secret that cannot be read is met when the server starts, not when somebody wants to come in."""
    named = provider.configured(settings)
    try:
        if named is not None:
            named.secret()
    except (OSError, ValueError) as error:
        raise Fault(
            N_("Le secret du fournisseur d’identité ne se lit pas : vérifiez LEFIL_OIDC_CLIENT_SECRET_FILE.")
        ) from error


def _tell_setup_code(site: Site, reader: Reader) -> None:
    """Where there is no network yet, whoever reads this terminal may create it."""
    if first_network.is_open(site):
        address = site.settings.base_url.rstrip("/") + "/creer-le-reseau"
        reader.say(N_("Aucun réseau encore. Ouvrez %(address)s"), address=address)
        reader.say(N_("et tapez ce code : %(code)s"), code=first_network.new_code(site))


@cli.command("run", help=N_("Démarre la démonstration sur cette machine, avec le territoire de Seraing."))
@click.option("--port", type=int, help=N_("Port TCP (LEFIL_PORT)."))
@language
@click.pass_obj
def run_demo(reader: Reader, port: int | None) -> None:
    settings = Settings()
    settings = demo_settings(settings, settings.port if port is None else port)
    process.write_log("WARNING" if settings.log_level == "INFO" else settings.log_level)
    process.be_private()
    process.stop_in_order()
    with serving.bind(serving.LOOPBACK, settings.port) as listener, opened(settings, migrate=True) as site:
        demo_server.start(site, listener, reader.texts, reader.say)
