"""All tables, by noun; importing this package registers every one in `SQLModel.metadata`."""

from service.tables import access, mail, network, pairings, people, territory, travel, work

__all__ = ["access", "mail", "network", "pairings", "people", "territory", "travel", "work"]
