"""Everything an operator may choose, read once at start-up from ``LEFIL_*``."""

from __future__ import annotations

from pathlib import Path

from pydantic import Field, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from calendars.addresses import mail_address
from service.mail_server import mail_server


class Settings(BaseSettings):
    """One field a choice; the manual (`docs/settings.md`) lists every one, a test checks it."""

    model_config = SettingsConfigDict(env_prefix="LEFIL_", frozen=True, extra="forbid")

    database_url: str = "sqlite:///var/lefil.db"
    """`sqlite:///PATH` (embedded) or `postgresql+psycopg://…` (server)."""
    key_file: Path = Path("var/lefil.key")
    """File that holds the master key; made with mode 0600 in demo mode, required otherwise."""
    base_url: str = "http://localhost:8000"
    """Address under which people reach the service; links are made from it."""
    demo: bool = False
    """Demo mode: shifted domain clock, banner, http on localhost only."""
    proxies: str = ""
    """Addresses of reverse proxies, with commas: only these are believed when they say who called; empty: none."""
    port: int = 8000
    """TCP port of the server."""
    solver_seconds: float = 120.0
    """Longest a calculation may take before its process is ended, in seconds."""
    solver_workers: int = 2
    """Calculations at the same time on this machine."""
    runs_an_hour: int = 30
    """Calculations that one account may ask for within an hour."""
    tile_url: str = ""
    """Map tiles (`https://host/{z}/{x}/{y}.png`); empty: the drawn map only."""
    travel_file: str = ""
    """File of travel times (`docs/travel.md`), read when the server starts; empty: none."""
    routing_tiles: str = ""
    """Folder of streets that `lefil routing build` made; empty: travel times do not follow streets."""
    smtp_url: str = Field(default="", repr=False)
    """Mail server (`smtp://user:password@host:587`, `smtps://…`; `docs/mail.md`); empty: no mail is sent."""
    smtp_ca_file: str = ""
    """Certificates (PEM) that the mail server is checked against; empty: those of the system."""
    sms_command: str = ""
    """Command that sends one SMS: number as its last argument, text on its standard input; empty: no SMS is sent."""
    mail_from: str = ""
    """The network's address for mail; answers to invitations come back to it with `+…` added (`docs/mail.md`)."""
    log_level: str = "INFO"
    """Level of the log on standard error."""

    @field_validator("smtp_url")
    @classmethod
    def _names_a_mail_server(cls, url: str) -> str:
        if url:
            mail_server(url)
        return url

    @field_validator("mail_from")
    @classmethod
    def _is_an_address(cls, address: str) -> str:
        return mail_address(address) if address else address
