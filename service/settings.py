"""Everything an operator may choose, read once at start-up from ``LEFIL_*``."""

from __future__ import annotations

from pathlib import Path

from pydantic_settings import BaseSettings, SettingsConfigDict


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
    log_level: str = "INFO"
    """Level of the log on standard error."""
