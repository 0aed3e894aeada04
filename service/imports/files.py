"""The files of a territory, in the order in which their rows are written."""

from __future__ import annotations

from service.imports.columns import File
from service.imports.files_ground import COMMON, GROUND
from service.imports.files_network import LIFE, NETWORK
from service.imports.files_people import PEOPLE
from service.imports.files_work import WORK

FILES: tuple[File, ...] = COMMON + GROUND + PEOPLE + WORK + NETWORK + LIFE
BY_NAME = {file.name: file for file in FILES}
"""A row stands after the rows it points to: writing in this order meets every reference."""
