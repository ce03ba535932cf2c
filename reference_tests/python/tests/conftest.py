"""Options of the tests: which backends, where the fixtures are, and the dnarch program."""

import importlib.util
import os
from pathlib import Path

import pytest

import dnarch_program
from dnarch_fixtures import all_suites, load_backend

# Every shipped backend, with the package that it needs.
SHIPPED = {"backends.numpy_backend:NumpyBackend": "numpy", "backends.jax_backend:JaxBackend": "jax"}
BACKENDS = Path(__file__).resolve().parents[1] / "backends"
DEFAULT_FIXTURES = Path(__file__).resolve().parents[3] / "fixtures" / "v1"


def pytest_addoption(parser: pytest.Parser) -> None:
    """The options."""
    parser.addoption("--backend", action="append", metavar="MODULE:NAME", help="a backend under test; default: every shipped one")
    parser.addoption("--suites", type=Path, metavar="DIR", help="the suites; default: DNARCH_FIXTURES, or fixtures/v1")


def fixtures_directory(config: pytest.Config) -> Path:
    """The directory of the suites."""
    return config.getoption("suites") or Path(os.environ.get("DNARCH_FIXTURES", DEFAULT_FIXTURES))


def pytest_configure(config: pytest.Config) -> None:
    """Read every suite once."""
    try:
        config.stash[SUITES] = all_suites(fixtures_directory(config))
    except (ValueError, OSError) as error:
        raise pytest.UsageError(str(error)) from error


SUITES = pytest.StashKey[list]()


def shipped_backends() -> list[str]:
    """The backends whose package is installed."""

    def usable(specification: str, package: str) -> bool:
        directory = BACKENDS / specification.partition(":")[0].rpartition(".")[2]
        return directory.is_dir() and importlib.util.find_spec(package) is not None

    return [specification for specification, package in SHIPPED.items() if usable(specification, package)]


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """A test for every backend and case, for every suite, and so on, as its arguments ask."""
    suites = metafunc.config.stash[SUITES]
    if "backend" in metafunc.fixturenames:
        specifications = metafunc.config.getoption("backend") or shipped_backends()
        backends = [load_backend(specification) for specification in specifications]
        metafunc.parametrize("backend", backends, ids=[backend.name for backend in backends])
    if "flag" in metafunc.fixturenames:
        pairs = [(suite, flag) for suite in suites for flag in suite.flags]
        metafunc.parametrize(("suite", "flag"), pairs, ids=[f"{suite.name}/{flag}" for suite, flag in pairs])
    if "case" in metafunc.fixturenames:
        pairs = [(suite, case) for suite in suites for case in suite.cases]
        metafunc.parametrize(("suite", "case"), pairs, ids=[f"{suite.name}/{case.id}" for suite, case in pairs])


@pytest.fixture(scope="session")
def suites(request: pytest.FixtureRequest) -> list:
    """Every suite of the fixtures."""
    return request.config.stash[SUITES]


@pytest.fixture(scope="session")
def fixtures(request: pytest.FixtureRequest) -> Path:
    """The directory of the suites."""
    return fixtures_directory(request.config)


@pytest.fixture(scope="session")
def dnarch() -> dnarch_program.Program:
    """The dnarch program."""
    program = dnarch_program.find()
    if program is None:
        pytest.skip("no program: cargo build --release, or DNARCH=PATH")
    return program
