"""Every case of every suite against every backend, forward and backward."""

import numpy as np
import pytest

from dnarch_fixtures import Backend, Case, Suite, candidate, check_case, failures
from dnarch_fixtures.compare import PRECISION


def test_case(backend: Backend, suite: Suite, case: Case) -> None:
    """The backend's values lie within the bounds of the case."""
    precision = PRECISION[np.dtype(backend.dtype).name]
    if precision not in case.exact_in:
        pytest.skip(f"the inputs of {case.id} are not exact in {precision}")
    try:
        found = candidate(backend, case)
    except NotImplementedError as error:
        pytest.skip(str(error))
    failed = failures(check_case(case, suite.operations[case.operation].k, found))
    described = [f"{flag}: {suite.flags[flag]['catches']}" for flag in case.flags]
    assert not failed, "\n".join([f"{case.id} ({case.comment})", *map(str, failed), "this case catches:", *described])
