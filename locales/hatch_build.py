"""Build hook of the wheel: compiled catalogs go in with the code that reads them."""

from __future__ import annotations

import runpy
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class CompileCatalogs(BuildHookInterface):  # pyright: ignore[reportMissingTypeArgument]
    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        root = Path(self.root)
        compile_all = runpy.run_path(str(root / "locales" / "compile.py"))["compile_all"]
        for mo in compile_all(root / "locales"):
            # Git ignores compiled catalogs, and so would the wheel.
            build_data["artifacts"].append(f"/{mo.relative_to(root).as_posix()}")
