"""`python -m bench [--quick] [--save FOLDER]`: measures, prints the table, keeps the result."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from . import report, run
from .rig import BenchProblem


def main() -> int:
    asked = argparse.ArgumentParser(prog="python -m bench", description="Compare the gateway with a bare forwarder.")
    asked.add_argument("--quick", action="store_true", help="One short round that shows whether everything runs.")
    asked.add_argument(
        "--save", type=Path, default=Path(__file__).parent / "results", help="Folder for the result of a full run."
    )
    options = asked.parse_args()
    plan = run.QUICK if options.quick else run.FULL
    try:
        found = run.run(plan)
    except BenchProblem as problem:
        print(f"error: {problem}", file=sys.stderr)
        return 1
    lines = run.subjects(plan.peer)
    result = report.to_json(found, lines, plan, f"python -m bench{' --quick' * options.quick}")
    print(report.to_markdown(result, lines))
    if not options.quick:
        print(f"Kept in {report.save(result, options.save)}", file=sys.stderr)
    return 0


if __name__ == "__main__":
    sys.exit(main())
