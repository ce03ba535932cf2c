"""The contract between a candidate's values and the reference: |y - y_ref| <= k u gauge (+ tiny), see fixtures/README.md."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from .suite import PRECISIONS, Case

PASS = "pass"
MISSING = "missing tensor"
WRONG_SHAPE = "wrong shape"
WRONG_DTYPE = "wrong dtype"
NAN = "NaN"
INFINITE = "infinite"
OUT_OF_BOUND = "out of bound"
NOT_REFUSED = "not refused"
REFUSED = "refused"
UNKNOWN = "unknown tensor name"

# Unit roundoff and smallest positive normal number of each precision, by the name of the dtype.
UNIT_ROUNDOFF = {"float64": 2.0**-53, "float32": 2.0**-24, "float16": 2.0**-11, "bfloat16": 2.0**-8}
SMALLEST_NORMAL = {"float64": 2.0**-1022, "float32": 2.0**-126, "float16": 2.0**-14, "bfloat16": 2.0**-126}
PRECISION = dict(zip(UNIT_ROUNDOFF, PRECISIONS))


@dataclass(frozen=True)
class Comparison:
    """Verdict on one tensor; `worst` is its largest error in units of the bound, at `index`."""

    verdict: str
    worst: float = 0.0
    index: tuple[int, ...] | None = None
    detail: str = ""


@dataclass(frozen=True)
class Finding:
    """A comparison with the name of its tensor, such as `out/mask` or `grad/sigma`."""

    name: str
    comparison: Comparison

    def __str__(self) -> str:
        found = self.comparison
        at = "" if found.index is None else f" at {list(found.index)}: {found.worst:.3g} times the bound"
        return f"{self.name}: {found.verdict}{at}{found.detail and ' ' + found.detail}"


def compare(candidate: np.ndarray, reference: np.ndarray, gauge: np.ndarray, k: float) -> Comparison:
    """One tensor against its reference. A gauge of 0 asks for equality; NaN and infinity never pass."""
    if candidate.dtype.name not in UNIT_ROUNDOFF:
        return Comparison(WRONG_DTYPE, detail=f"{candidate.dtype.name} is not one of {', '.join(UNIT_ROUNDOFF)}")
    if candidate.shape != reference.shape:
        return Comparison(WRONG_SHAPE, detail=f"found {candidate.shape}, expected {reference.shape}")
    values = candidate.astype(np.float64)
    for verdict, found in ((NAN, np.isnan(values)), (INFINITE, np.isinf(values))):
        if found.any():
            return Comparison(verdict, float("inf"), _index(found))
    if values.size == 0:
        return Comparison(PASS)
    dtype = candidate.dtype.name
    bound = np.where(gauge > 0, k * UNIT_ROUNDOFF[dtype] * gauge + SMALLEST_NORMAL[dtype], 0.0)
    with np.errstate(over="ignore", divide="ignore", invalid="ignore"):
        error = np.abs(values - reference)
        units = np.where(error == 0, 0.0, error / bound)
    at = _index(units)
    worst = float(units[at])
    if worst <= 1.0:
        return Comparison(PASS, worst, at)
    return Comparison(OUT_OF_BOUND, worst, at, f"(found {values[at]!r}, expected {reference[at]!r})")


def check_case(case: Case, k: float, candidate: Mapping[str, np.ndarray]) -> list[Finding]:
    """All of a case: `candidate` holds `out/<name>` and `grad/<name>`, or an empty `refused` alone."""
    was_refused = "refused" in candidate
    if was_refused and candidate["refused"].shape != (0,):
        return [Finding("refused", Comparison(WRONG_SHAPE, detail=f"found {candidate['refused'].shape}, expected (0,)"))]
    if case.refused is not None:
        extra = sorted(set(candidate) - {"refused"})
        if extra:
            return [Finding(name, Comparison(NOT_REFUSED, detail=f"({case.refused})")) for name in extra]
        return [Finding("refused", Comparison(PASS if was_refused else MISSING))]
    if was_refused:
        return [Finding("refused", Comparison(REFUSED, detail="where outputs were due"))]
    references = case.references()
    findings = [Finding(name, _compare_named(case, k, candidate, name)) for name in references]
    findings += [Finding(name, Comparison(UNKNOWN)) for name in sorted(set(candidate) - set(references))]
    dtypes = sorted({tensor.dtype.name for tensor in candidate.values()})
    allowed = [dtype for dtype in dtypes if PRECISION.get(dtype) in case.exact_in]
    if candidate and (len(dtypes) > 1 or not allowed):
        detail = f"found {', '.join(dtypes)}, expected one of {', '.join(case.exact_in)} throughout"
        findings.append(Finding("*", Comparison(WRONG_DTYPE, detail=detail)))
    return findings


def failures(findings: list[Finding]) -> list[Finding]:
    """The findings that are no pass."""
    return [finding for finding in findings if finding.comparison.verdict != PASS]


def _compare_named(case: Case, k: float, candidate: Mapping[str, np.ndarray], name: str) -> Comparison:
    if name not in candidate:
        return Comparison(MISSING)
    return compare(candidate[name], case.references()[name], case.gauges[name], k)


def _index(scores: np.ndarray) -> tuple[int, ...]:
    return tuple(int(i) for i in np.unravel_index(np.argmax(scores), scores.shape))
