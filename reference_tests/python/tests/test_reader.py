"""The reader on a small suite, and on files that must be refused; and the export of a candidate."""

import hashlib
import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import safetensors.numpy

from dnarch_fixtures import all_suites, check_case, failures

TENSORS = {
    "gelu.zero/in/x": np.zeros(2),
    "gelu.zero/out/y": np.zeros(2),
    "gelu.zero/cotangent/y": np.ones(2),
    "gelu.zero/grad/x": np.full(2, 0.5),
    "gelu.zero/gauge/out/y": np.zeros(()),
    "gelu.zero/gauge/grad/x": np.ones(2),
    "gelu.not_a_number/in/x": np.full(2, np.nan),
}


def document() -> dict:
    """A suite of one operation with one case, and one to be refused."""
    case = {"operation": "gelu", "comment": "", "flags": [], "exact_in": ["f64"], "attributes": {}, "refused": None}
    operation = {
        "equation": "Figure 5",
        "formula": "x Phi(x)",
        "k": 16.0,
        "attributes": {},
        "inputs": {"x": "(...)"},
        "outputs": {"y": "(...)"},
        "gradients": ["x"],
    }
    return {
        "schema": "dnarch-fixtures/1",
        "suite": "activations",
        "title": "Activations",
        "reproducible": "bytes",
        "operations": {"gelu": operation},
        "flags": {"TANH_FORM": {"catches": "the tanh form", "effect": "other values"}},
        "cases": [case | {"id": "gelu.zero"}, case | {"id": "gelu.not_a_number", "refused": "not a number"}],
    }


def write(directory: Path, suite: dict | str, tensors: dict[str, np.ndarray] | bytes) -> Path:
    """The files of a suite, with a manifest that fits them."""
    directory.mkdir()
    content = {
        "activations.json": (suite if isinstance(suite, str) else json.dumps(suite)).encode(),
        "activations.safetensors": tensors if isinstance(tensors, bytes) else safetensors.numpy.save(tensors),
    }
    for name, data in content.items():
        (directory / name).write_bytes(data)
    files = {name: {"bytes": len(data), "sha256": hashlib.sha256(data).hexdigest()} for name, data in content.items()}
    (directory / "manifest.json").write_text(json.dumps({"schema": "dnarch-fixtures/1", "files": files}))
    return directory


def test_reads_what_is_there(tmp_path: Path) -> None:
    (suite,) = all_suites(write(tmp_path / "v1", document(), TENSORS))
    zero, refused = suite.cases
    assert (suite.name, zero.id, zero.operation, zero.exact_in) == ("activations", "gelu.zero", "gelu", ("f64",))
    assert zero.references().keys() == zero.gauges.keys() == {"out/y", "grad/x"}
    assert np.isnan(refused.inputs["x"]).all() and refused.refused == "not a number" and not refused.references()


def changed(change: Callable[[dict], object]) -> dict:
    """The small suite with one thing changed."""
    suite = document()
    change(suite)
    return suite


DOCUMENTS = {
    "another schema": changed(lambda suite: suite.update(schema="dnarch-fixtures/2")),
    "another suite": changed(lambda suite: suite.update(suite="masks")),
    "no cases": changed(lambda suite: suite.pop("cases")),
    "an id twice": changed(lambda suite: suite["cases"][1].update(id="gelu.zero")),
    "an id that is a path": changed(lambda suite: suite["cases"][0].update(id="../zero")),
    "an unknown operation": changed(lambda suite: suite["cases"][0].update(operation="relu", id="relu.zero")),
    "an unknown flag": changed(lambda suite: suite["cases"][0].update(flags=["OTHER"])),
    "an unknown precision": changed(lambda suite: suite["cases"][0].update(exact_in=["f8"])),
    "k below 0": changed(lambda suite: suite["operations"]["gelu"].update(k=-1)),
    "a refused case with outputs": changed(lambda suite: suite["cases"][0].update(refused="why")),
    "no object": [],
    "no JSON": "{",
    "a number that is none": json.dumps(document()).replace("16.0", "NaN"),
    "a key twice": json.dumps(document()).replace('"title"', '"suite": "activations", "title"'),
}
MALFORMED_TENSORS = {
    "no case": TENSORS | {"gelu.other/in/x": np.zeros(1)},
    "no section": TENSORS | {"gelu.zero/x": np.zeros(1)},
    "single precision": TENSORS | {"gelu.zero/in/x": np.zeros(2, np.float32)},
    "an input too many": TENSORS | {"gelu.zero/in/z": np.zeros(2)},
    "a value that is not finite": TENSORS | {"gelu.zero/out/y": np.array([0.0, np.inf])},
    "a gauge below 0": TENSORS | {"gelu.zero/gauge/out/y": np.array(-1.0)},
    "a gauge of another shape": TENSORS | {"gelu.zero/gauge/out/y": np.zeros(3)},
    "a gradient of another shape": TENSORS | {"gelu.zero/grad/x": np.zeros(3), "gelu.zero/gauge/grad/x": np.zeros(3)},
    "no gauge": {name: value for name, value in TENSORS.items() if "gauge" not in name},
    "no outputs": {name: value for name, value in TENSORS.items() if "/out/" not in name},
    "no safetensors": b"0123456789",
}


@pytest.mark.parametrize("suite", DOCUMENTS.values(), ids=DOCUMENTS)
def test_malformed_documents_are_refused(tmp_path: Path, suite: dict | str) -> None:
    with pytest.raises(ValueError, match="activations"):
        all_suites(write(tmp_path / "v1", suite, TENSORS))


@pytest.mark.parametrize("tensors", MALFORMED_TENSORS.values(), ids=MALFORMED_TENSORS)
def test_malformed_tensors_are_refused(tmp_path: Path, tensors: dict[str, np.ndarray] | bytes) -> None:
    with pytest.raises(ValueError, match="activations"):
        all_suites(write(tmp_path / "v1", document(), tensors))


def test_changed_missing_and_unlisted_files_are_refused(tmp_path: Path) -> None:
    directory = write(tmp_path / "v1", document(), TENSORS)
    (directory / "masks.json").write_text("{}")
    with pytest.raises(ValueError, match="masks.json"):
        all_suites(directory)
    (directory / "masks.json").unlink()
    path = directory / "activations.json"
    path.write_text(path.read_text().replace("Figure 5", "Figure 6"))
    with pytest.raises(ValueError, match="activations.json: SHA-256"):
        all_suites(directory)
    path.unlink()
    with pytest.raises(ValueError, match="activations.json"):
        all_suites(directory)


def test_manifest_names_no_paths(tmp_path: Path) -> None:
    directory = write(tmp_path / "v1", document(), TENSORS)
    listed = {"../v1/activations.json": {"bytes": 1, "sha256": ""}}
    (directory / "manifest.json").write_text(json.dumps({"schema": "dnarch-fixtures/1", "files": listed}))
    with pytest.raises(ValueError, match="not the name of a suite's file"):
        all_suites(directory)


def test_export_writes_a_candidate(tmp_path: Path) -> None:
    directory = write(tmp_path / "v1", document(), TENSORS)
    arguments = ["export", "--backend", "backends.numpy_backend:NumpyBackend", "--fixtures", directory, "--out", tmp_path / "out"]
    package = Path(__file__).resolve().parents[1]
    subprocess.run([sys.executable, "-m", "dnarch_fixtures", *arguments], cwd=package, check=True, capture_output=True)
    tensors = safetensors.numpy.load_file(tmp_path / "out" / "activations.safetensors")
    (suite,) = all_suites(directory)
    for case in suite.cases:
        prefix = case.id + "/"
        own = {name.removeprefix(prefix): value for name, value in tensors.items() if name.startswith(prefix)}
        assert not failures(check_case(case, 16.0, own))
