"""Golden fixtures of DNArch: reader, comparator and the protocol of a backend under test."""

from .backend import Backend, Refused, candidate, load_backend
from .compare import Comparison, Finding, check_case, compare, failures
from .suite import Case, Operation, Suite, all_suites, load_suite

__all__ = [
    "Backend",
    "Case",
    "Comparison",
    "Finding",
    "Operation",
    "Refused",
    "Suite",
    "all_suites",
    "candidate",
    "check_case",
    "compare",
    "failures",
    "load_backend",
    "load_suite",
]
