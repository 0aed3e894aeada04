"""Everything an operator may choose, read once at start-up from ``LEFIL_*``."""

from __future__ import annotations

from pathlib import Path

from pydantic import Field, ValidationInfo, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from calendars.addresses import mail_address
from service.mail_server import mail_server
from service.provider_address import factors_of, issuer_of


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
    oidc_issuer: str = ""
    """Identity provider that staff may sign in with (`https://…`; `docs/identity_provider.md`); empty: none."""
    oidc_client_id: str = Field(default="", validate_default=True)
    """What the provider knows this service by."""
    oidc_client_secret: str = Field(default="", repr=False)
    """The secret that goes with it; or in a file:"""
    oidc_client_secret_file: str = Field(default="", validate_default=True)
    """File that holds the secret, read at each sign-in."""
    oidc_name: str = ""
    """Name of the provider, as people know it; empty: its host."""
    oidc_factors: str = "amr:mfa"
    """What tells that the provider asked for two factors: `amr:…` or `acr:…`, with commas, or `provider`."""
    oidc_ca_file: str = ""
    """Certificates (PEM) that the provider is checked against; empty: those of the system."""
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

    @field_validator("oidc_issuer")
    @classmethod
    def _is_an_issuer(cls, url: str) -> str:
        return issuer_of(url) if url else url

    @field_validator("oidc_client_id")
    @classmethod
    def _goes_with_an_issuer(cls, client_id: str, known: ValidationInfo) -> str:
        if known.data.get("oidc_issuer") and not client_id:
            raise ValueError("the provider knows this service by no name")
        return client_id

    @field_validator("oidc_client_secret_file")
    @classmethod
    def _is_one_secret(cls, path: str, known: ValidationInfo) -> str:
        if known.data.get("oidc_issuer") and bool(path) == bool(known.data.get("oidc_client_secret")):
            raise ValueError("neither a secret nor a file, or both")
        return path

    @field_validator("oidc_factors")
    @classmethod
    def _tells_of_two_factors(cls, text: str) -> str:
        factors_of(text)
        return text
