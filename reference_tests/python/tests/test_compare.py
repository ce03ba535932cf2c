"""The comparator itself: what must pass, and what must never pass."""

import numpy as np
import pytest

from dnarch_fixtures import Case, check_case, compare, failures
from dnarch_fixtures.compare import (
    INFINITE,
    MISSING,
    NAN,
    NOT_REFUSED,
    OUT_OF_BOUND,
    PASS,
    REFUSED,
    SMALLEST_NORMAL,
    UNIT_ROUNDOFF,
    UNKNOWN,
    WRONG_DTYPE,
    WRONG_SHAPE,
)

K = 4.0
ONE = np.ones(())
REFERENCE = np.array([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]])


def a_case(refused: str | None = None, exact_in: tuple[str, ...] = ("f64", "f32")) -> Case:
    """A case with one output and one gradient, or with inputs alone."""
    outputs = {} if refused else {"y": REFERENCE}
    gradients = {} if refused else {"x": REFERENCE[0]}
    return Case(
        id="operation.case",
        operation="operation",
        comment="",
        flags=(),
        exact_in=exact_in,
        attributes={},
        refused=refused,
        inputs={"x": REFERENCE[0]},
        outputs=outputs,
        cotangents=outputs,
        gradients=gradients,
        gauges={} if refused else {"out/y": ONE, "grad/x": np.ones(3)},
    )


def verdicts(case: Case, candidate: dict[str, np.ndarray]) -> set[str]:
    """The verdicts of everything that does not pass."""
    return {finding.comparison.verdict for finding in failures(check_case(case, K, candidate))}


def test_equal_values_pass_in_every_shape() -> None:
    for reference in (np.zeros(()), np.zeros(0), REFERENCE):
        assert compare(reference, reference, np.zeros(()), K).verdict == PASS


@pytest.mark.parametrize("dtype", [np.float64, np.float32, np.float16])
def test_one_bound_away_passes_and_two_fail(dtype: type) -> None:
    """At 1 with gauge 1, K units of roundoff are exact in every precision; `tiny` is far below them."""
    unit = UNIT_ROUNDOFF[np.dtype(dtype).name]
    reference = np.ones(3)
    for bounds, verdict in ((1.0, PASS), (2.0, OUT_OF_BOUND)):
        candidate = np.array([1.0, 1.0 + bounds * K * unit, 1.0], dtype)
        found = compare(candidate, reference, ONE, K)
        assert found.verdict == verdict
        assert found.index == (1,)
        # Half precision's smallest normal number is a visible part of its bound.
        assert found.worst == pytest.approx(bounds, rel=0.04)


def test_exactly_one_bound_passes() -> None:
    """A reference of 0 lets the bound be met exactly."""
    bound = K * UNIT_ROUNDOFF["float64"] + SMALLEST_NORMAL["float64"]
    found = compare(np.array([bound]), np.zeros(1), ONE, K)
    assert (found.verdict, found.worst) == (PASS, 1.0)
    assert compare(np.array([np.nextafter(bound, 1.0)]), np.zeros(1), ONE, K).verdict == OUT_OF_BOUND


def test_gauge_zero_asks_for_equality() -> None:
    smallest = np.array([5e-324])
    assert compare(smallest, np.zeros(1), np.zeros(()), K).verdict == OUT_OF_BOUND
    assert compare(np.zeros(1), np.zeros(1), np.zeros(()), K).verdict == PASS


def test_smallest_normal_is_allowed_where_the_gauge_is_positive() -> None:
    smallest = np.array([SMALLEST_NORMAL["float64"]])
    assert compare(smallest, np.zeros(1), np.array([1e-300]), K).verdict == PASS


def test_each_value_has_its_own_gauge() -> None:
    candidate = np.array([1.0 + 8 * 2.0**-53, 2.0**10])
    reference = np.array([1.0, 2.0**10])
    assert compare(candidate, reference, np.array([2.0, 1.0]), K).verdict == PASS
    assert compare(candidate, reference, np.array([1.0, 2.0]), K).verdict == OUT_OF_BOUND


@pytest.mark.parametrize(("value", "verdict"), [(np.nan, NAN), (np.inf, INFINITE), (-np.inf, INFINITE)])
def test_nan_and_infinity_never_pass(value: float, verdict: str) -> None:
    candidate = REFERENCE.copy()
    candidate[1, 2] = value
    huge = np.full((), 1e300)
    found = compare(candidate, REFERENCE, huge, K)
    assert (found.verdict, found.index) == (verdict, (1, 2))


@pytest.mark.parametrize("shape", [(2, 2), (2, 4), (3, 3), (6,), (1, 2, 3), ()])
def test_wrong_shape(shape: tuple[int, ...]) -> None:
    assert compare(np.zeros(shape), REFERENCE, ONE, K).verdict == WRONG_SHAPE


@pytest.mark.parametrize("dtype", [np.int64, np.complex128, bool])
def test_numbers_of_no_known_precision(dtype: type) -> None:
    assert compare(REFERENCE.astype(dtype), REFERENCE, ONE, K).verdict == WRONG_DTYPE


def test_case_passes_and_every_fault_is_named() -> None:
    case = a_case()
    right = {"out/y": REFERENCE, "grad/x": REFERENCE[0]}
    assert verdicts(case, right) == set()
    assert verdicts(case, {}) == {MISSING}
    assert verdicts(case, {"out/y": REFERENCE}) == {MISSING}
    assert verdicts(case, right | {"out/z": REFERENCE}) == {UNKNOWN}
    assert verdicts(case, right | {"grad/x": REFERENCE[0, :2]}) == {WRONG_SHAPE}
    assert verdicts(case, right | {"out/y": REFERENCE + 1e-3}) == {OUT_OF_BOUND}
    assert verdicts(case, {name: value.astype(np.float16) for name, value in right.items()}) == {WRONG_DTYPE}
    assert verdicts(case, right | {"out/y": REFERENCE.astype(np.float32)}) == {WRONG_DTYPE}


def test_refusals() -> None:
    empty = {"refused": np.zeros(0)}
    assert verdicts(a_case(refused="why"), empty) == set()
    assert verdicts(a_case(refused="why"), {}) == {MISSING}
    assert verdicts(a_case(refused="why"), {"out/y": REFERENCE}) == {NOT_REFUSED}
    assert verdicts(a_case(refused="why"), empty | {"out/y": REFERENCE}) == {NOT_REFUSED}
    assert verdicts(a_case(refused="why"), {"refused": np.zeros(1)}) == {WRONG_SHAPE}
    assert verdicts(a_case(), empty) == {REFUSED}
