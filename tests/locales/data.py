"""What may stand outside of the catalogs: what people entered, and what CLDR says. Nothing else."""

from __future__ import annotations

import re

from babel import Locale
from sqlmodel import SQLModel, select

from service.imports.files import FILES
from service.site import Site
from service.web.marks import initials
from service.web.speech import LANGUAGES
from tests.locales.brackets import LANG

NAMING = {"display_name", "pseudonym", "name", "locality", "ref", "street", "title", f"label_{LANG}", "own_words"}
"""Columns that hold names or words of people."""
