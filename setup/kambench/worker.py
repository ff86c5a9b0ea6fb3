"""Run one part inside Odoo: python worker.py ORDER RESULT (two JSON files)."""

import importlib
import json
import sys
from pathlib import Path

sys.path[0] = str(Path(__file__).resolve().parent.parent)


def start_odoo(conf):
    """Read the configuration; nothing is served."""
    from odoo.tools import config

    config.parse_config(
        ["-c", conf, "--no-http", "--log-level=warn"], setup_logging=True
    )


def main(order_file, result_file):
    """Do what the order says and write down what it cost."""
    order = json.loads(Path(order_file).read_text(encoding="utf-8"))
    start_odoo(order["conf"])
    from kambench.world import World

    part = importlib.import_module(f"kambench.parts.{order['part']}")
    world = World(order["databases"], order["rounds"])
    result = part.run(world)
    Path(result_file).write_text(json.dumps(result), encoding="utf-8")


if __name__ == "__main__":
    main(*sys.argv[1:])
