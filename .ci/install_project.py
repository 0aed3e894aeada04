"""Install the project itself into the environment, as it lies here, without asking for any other package."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]


def main() -> int:
    uv = Path(sys.executable).with_name("uv")
    command = [str(uv), "pip", "install", "--quiet", "--python", sys.executable]
    command += ["--no-deps", "--no-build-isolation", "--offline", "--editable", str(ROOT)]
    # the build runs hatchling of this environment, so its commands come first on the path
    path = f"{uv.parent}{os.pathsep}{os.environ.get('PATH', '')}"
    return subprocess.run(command, env={**os.environ, "PATH": path}).returncode


if __name__ == "__main__":
    sys.exit(main())
