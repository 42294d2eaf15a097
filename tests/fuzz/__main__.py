"""`python -m tests.fuzz --operations 200000 --seed 7`: more of what `make test` does, or something else."""

from __future__ import annotations

import argparse
import sys

from .campaign import Tally
from .shares import WORKERS, run

if __name__ == "__main__":
    options = argparse.ArgumentParser(prog="python -m tests.fuzz", description=__doc__)
    options.add_argument(
        "--operations", type=int, default=20_000, help="how many by schemathesis, 20000 otherwise; half as many besides"
    )
    options.add_argument("--seed", type=int, default=1, help="another seed gives other operations")
    options.add_argument("--workers", type=int, default=WORKERS, help="how many processes")
    given = options.parse_args()
    done = run(given.operations, given.seed, given.workers)
    print(sum((one.tally for one in done), Tally()).told())
    if faults := [one.fault for one in done if one.fault]:
        sys.exit("\n".join(faults))
