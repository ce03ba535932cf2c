"""`python -m dnarch_fixtures list` and `python -m dnarch_fixtures export`."""

import argparse
import sys
from pathlib import Path

import numpy as np
import safetensors.numpy

from .backend import candidate, load_backend
from .suite import Suite, all_suites


def list_suites(suites: list[Suite]) -> None:
    """Print every suite with its operations and flags, and how many cases each has."""
    for suite in suites:
        print(f"{suite.name}: {len(suite.cases)} cases. {suite.title}")
        for name, operation in suite.operations.items():
            count = sum(case.operation == name for case in suite.cases)
            print(f"  {name} ({count} cases): {operation.equation}")
        for flag, described in suite.flags.items():
            count = sum(flag in case.flags for case in suite.cases)
            print(f"  {flag} ({count} cases): {described['catches']}")


def export(suites: list[Suite], specification: str, out: Path) -> None:
    """Write a candidate directory for `dnarch fixtures check`; operations that the backend does not cover are left out."""
    backend = load_backend(specification)
    out.mkdir(parents=True, exist_ok=True)
    for suite in suites:
        tensors: dict[str, np.ndarray] = {}
        left_out: set[str] = set()
        for case in suite.cases:
            try:
                tensors |= {f"{case.id}/{name}": np.array(value, order="C") for name, value in candidate(backend, case).items()}
            except NotImplementedError as error:
                left_out.add(f"{case.operation} ({error})")
        unfinished = out / f".{suite.name}.safetensors.part"
        unfinished.write_bytes(safetensors.numpy.save(tensors))
        unfinished.rename(out / f"{suite.name}.safetensors")
        print(f"{suite.name}: {len(suite.cases)} cases" + "".join(f"; left out: {name}" for name in sorted(left_out)))


def main() -> int:
    """Parse the command line and run it."""
    parser = argparse.ArgumentParser(prog="python -m dnarch_fixtures", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    default = Path(__file__).resolve().parents[3] / "fixtures" / "v1"
    for name, text in (("list", "the suites, operations and flags"), ("export", "write a backend's results as a candidate")):
        command = commands.add_parser(name, help=text)
        command.add_argument("--fixtures", type=Path, default=default, metavar="DIR", help="the directory of the suites")
        if name == "export":
            command.add_argument("--backend", required=True, metavar="MODULE:NAME", help="the backend's class")
            command.add_argument("--out", type=Path, required=True, metavar="DIR", help="the candidate directory")
    arguments = parser.parse_args()
    try:
        suites = all_suites(arguments.fixtures)
        if arguments.command == "list":
            list_suites(suites)
        else:
            export(suites, arguments.backend, arguments.out)
    except (ValueError, OSError) as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
