"""Every flag against the wrong implementation that it names: it fails on the cases that carry the flag, and on no other."""

import dataclasses

import numpy as np

from dnarch_fixtures import Case, Suite, candidate, check_case, failures
from mutants import MUTANTS, MutatedBackend


def fails(backend: MutatedBackend, case: Case, k: float) -> bool:
    """Whether the case tells the mutant from the definition; gradients are asked for only where the outputs pass.

    A mutant is wrong about values: it refuses what the definition refuses.
    """
    if case.refused is not None:
        return False
    outputs = {name: gauge for name, gauge in case.gauges.items() if name.startswith("out/")}
    forward = dataclasses.replace(case, gradients={}, gauges=outputs)
    with np.errstate(all="ignore"):
        try:
            if failures(check_case(forward, k, candidate(backend, forward))):
                return True
            return bool(case.gradients) and bool(failures(check_case(case, k, candidate(backend, case))))
        except (ValueError, IndexError, ZeroDivisionError):
            # A mutant may leave shapes behind that do not fit.
            return True


def test_mutant(suite: Suite, flag: str) -> None:
    """The failing cases are the flagged ones."""
    backend = MutatedBackend(MUTANTS[suite.name][flag])
    failing = {case.id for case in suite.cases if fails(backend, case, suite.operations[case.operation].k)}
    flagged = {case.id for case in suite.cases if flag in case.flags}
    missing, superfluous = sorted(failing - flagged), sorted(flagged - failing)
    assert not missing and not superfluous, f"missing on {missing}; superfluous on {superfluous}"
    assert flagged, f"no case carries {flag}"


def test_every_flag_has_a_mutant_and_every_mutant_a_flag(suites: list[Suite]) -> None:
    """Suites and mutants know the same flags."""
    assert {suite.name: set(suite.flags) for suite in suites} == {name: set(flags) for name, flags in MUTANTS.items()}
