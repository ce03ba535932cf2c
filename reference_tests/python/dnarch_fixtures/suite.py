"""Reader of the fixture files. Files are not trusted: whatever is malformed is a ValueError that names the file and the case."""

import hashlib
import json
import re
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import safetensors
import safetensors.numpy

SCHEMA = "dnarch-fixtures/1"
PRECISIONS = ("f64", "f32", "f16", "bf16")
# Stands for every parameter of a network among the inputs of an operation.
ANY_PARAMETER = "<parameter>"
MAX_FILE_BYTES = 1 << 28
MANIFEST = "manifest.json"
FILE_NAME = re.compile(r"[a-z0-9_]{1,64}\.(json|safetensors)")
CASE_ID = re.compile(r"(?P<operation>[a-z0-9_]+)\.[a-z0-9_]+")
SECTIONS = ("in/", "out/", "cotangent/", "grad/", "gauge/out/", "gauge/grad/")


@dataclass(frozen=True)
class Operation:
    """What a suite says about one operation: its equation and `k`, the multiple of the unit roundoff that a value may be off."""

    equation: str
    formula: str
    k: float
    attributes: dict[str, str]
    inputs: dict[str, str]
    outputs: dict[str, str]
    gradients: tuple[str, ...]


@dataclass(frozen=True)
class Case:
    """One case: what goes in, what must come out, and the gauge of every value. `refused` says why an input must be refused."""

    id: str
    operation: str
    comment: str
    flags: tuple[str, ...]
    exact_in: tuple[str, ...]
    attributes: dict
    refused: str | None
    inputs: dict[str, np.ndarray]
    outputs: dict[str, np.ndarray]
    cotangents: dict[str, np.ndarray]
    gradients: dict[str, np.ndarray]
    gauges: dict[str, np.ndarray]

    def references(self) -> dict[str, np.ndarray]:
        """The values to be matched, under the names that a candidate gives them."""
        named = {f"out/{name}": value for name, value in self.outputs.items()}
        return named | {f"grad/{name}": value for name, value in self.gradients.items()}


@dataclass(frozen=True)
class Suite:
    """One suite: its operations, flags and cases, in the order of the file."""

    name: str
    title: str
    operations: dict[str, Operation]
    flags: dict[str, dict[str, str]]
    cases: tuple[Case, ...]


def all_suites(directory: Path) -> list[Suite]:
    """Every suite of a directory such as `fixtures/v1`, after the checksums of its `manifest.json` have been verified."""
    directory = Path(directory)
    listed = _verified_manifest(directory)
    present = {path.name for path in directory.iterdir() if path.suffix in (".json", ".safetensors")} - {MANIFEST}
    if present != listed:
        raise ValueError(f"{directory}: files and manifest differ: {sorted(present ^ listed)}")
    return [load_suite(directory / name) for name in sorted(listed) if name.endswith(".json")]


def load_suite(path: Path) -> Suite:
    """The suite of one `<suite>.json` and the `<suite>.safetensors` beside it."""
    path = Path(path)
    document = _read_json(path)
    _expect(document.get("schema") == SCHEMA, f"{path}: schema is {document.get('schema')!r}, expected {SCHEMA!r}")
    _expect(document.get("suite") == path.stem, f"{path}: suite is {document.get('suite')!r}, expected {path.stem!r}")
    tensors = _read_tensors(path.with_suffix(".safetensors"))
    try:
        operations = {name: _operation(entry) for name, entry in document["operations"].items()}
        flags = {name: {key: str(entry[key]) for key in ("catches", "effect")} for name, entry in document["flags"].items()}
        entries = {entry["id"]: entry for entry in document["cases"]}
        title = str(document["title"])
    except (KeyError, TypeError, AttributeError, ValueError) as error:
        raise ValueError(f"{path}: malformed suite: {error!r}") from error
    _expect(len(entries) == len(document["cases"]), f"{path}: two cases share an id")
    grouped = _by_case(path, tensors, entries)
    cases = tuple(_case(path, entry, operations, flags, grouped[identifier]) for identifier, entry in entries.items())
    return Suite(path.stem, title, operations, flags, cases)


def _verified_manifest(directory: Path) -> set[str]:
    path = directory / MANIFEST
    manifest = _read_json(path)
    _expect(manifest.get("schema") == SCHEMA, f"{path}: schema is {manifest.get('schema')!r}, expected {SCHEMA!r}")
    files = manifest.get("files")
    _expect(isinstance(files, dict) and all(isinstance(entry, dict) for entry in files.values()), f"{path}: files is no table")
    for name, entry in files.items():
        _expect(FILE_NAME.fullmatch(name) and name != MANIFEST, f"{path}: {name!r} is not the name of a suite's file")
        content = _read_bytes(directory / name)
        _expect(len(content) == entry.get("bytes"), f"{directory / name}: {len(content)} bytes, expected {entry.get('bytes')}")
        digest = hashlib.sha256(content).hexdigest()
        _expect(digest == entry.get("sha256"), f"{directory / name}: SHA-256 is {digest}, expected {entry.get('sha256')}")
    return set(files)


def _operation(entry: dict) -> Operation:
    k = entry["k"]
    if not (isinstance(k, (int, float)) and 0 <= k < float("inf")):
        raise ValueError(f"k is {k!r}")
    described = (dict(entry[key]) for key in ("attributes", "inputs", "outputs"))
    return Operation(str(entry["equation"]), str(entry["formula"]), float(k), *described, tuple(entry["gradients"]))


def _by_case(path: Path, tensors: dict[str, np.ndarray], entries: dict) -> dict[str, dict[str, dict[str, np.ndarray]]]:
    grouped = {identifier: {section: {} for section in SECTIONS} for identifier in entries}
    for full_name, tensor in tensors.items():
        identifier, _, rest = full_name.partition("/")
        section = next((section for section in SECTIONS if rest.startswith(section)), None)
        known = identifier in entries and section is not None and rest != section
        _expect(known, f"{path.with_suffix('.safetensors')}: tensor {full_name!r} belongs to no case")
        grouped[identifier][section][rest.removeprefix(section)] = tensor
    return grouped


def _case(path: Path, entry: dict, operations: dict, flags: dict, tensors: dict[str, dict[str, np.ndarray]]) -> Case:
    place = f"{path}: case {entry.get('id')!r}"
    try:
        case = Case(
            id=entry["id"],
            operation=entry["operation"],
            comment=str(entry["comment"]),
            flags=tuple(entry["flags"]),
            exact_in=tuple(entry["exact_in"]),
            attributes=dict(entry["attributes"]),
            refused=entry["refused"],
            inputs=tensors["in/"],
            outputs=tensors["out/"],
            cotangents=tensors["cotangent/"],
            gradients=tensors["grad/"],
            gauges={f"out/{name}": gauge for name, gauge in tensors["gauge/out/"].items()}
            | {f"grad/{name}": gauge for name, gauge in tensors["gauge/grad/"].items()},
        )
    except (KeyError, TypeError, ValueError) as error:
        raise ValueError(f"{place}: malformed: {error!r}") from error
    parts = CASE_ID.fullmatch(case.id) if isinstance(case.id, str) else None
    _expect(parts and parts["operation"] == case.operation, f"{place}: not <operation>.<name>")
    _expect(case.operation in operations, f"{place}: unknown operation {case.operation!r}")
    _expect(set(case.flags) <= set(flags), f"{place}: flags {case.flags} are not all described")
    _expect(case.exact_in and set(case.exact_in) <= set(PRECISIONS), f"{place}: exact_in is {case.exact_in}")
    _check_tensors(place, case, operations[case.operation])
    return case


def _check_tensors(place: str, case: Case, operation: Operation) -> None:
    references = case.references()
    described = set(case.inputs) <= set(operation.inputs) or ANY_PARAMETER in operation.inputs
    _expect(described, f"{place}: inputs are {sorted(case.inputs)}")
    if case.refused is not None:
        given = [*references, *case.gauges, *case.cotangents]
        _expect(isinstance(case.refused, str) and case.refused, f"{place}: refused without a reason")
        _expect(not given, f"{place}: must be refused, but has {given}")
        return
    _expect(case.outputs, f"{place}: no outputs")
    _expect(set(case.gauges) == set(references), f"{place}: gauges and values differ: {sorted(set(case.gauges) ^ set(references))}")
    for name, cotangent in case.cotangents.items():
        _expect(name in case.outputs, f"{place}: cotangent of {name!r}, which is no output")
        _expect(cotangent.shape == case.outputs[name].shape, f"{place}: cotangent of {name!r} has shape {cotangent.shape}")
    for name, gradient in case.gradients.items():
        _expect(name in case.inputs and case.cotangents, f"{place}: gradient of {name!r} without its input or a cotangent")
        _expect(gradient.shape == case.inputs[name].shape, f"{place}: gradient of {name!r} has shape {gradient.shape}")
    for name, reference in references.items():
        gauge = case.gauges[name]
        _expect(gauge.shape in ((), reference.shape), f"{place}: gauge of {name!r} has shape {gauge.shape}")
        _expect(bool(np.all(np.isfinite(reference))), f"{place}: {name!r} is not finite")
        _expect(bool(np.all(np.isfinite(gauge) & (gauge >= 0))), f"{place}: gauge of {name!r} is negative or not finite")


def _read_json(path: Path) -> dict:
    def unique(pairs: list) -> dict:
        _expect(len(dict(pairs)) == len(pairs), f"{path}: a key occurs twice among {[key for key, _ in pairs]}")
        return dict(pairs)

    def refuse(constant: str) -> None:
        raise ValueError(f"{path}: {constant} is not a number of JSON")

    try:
        document = json.loads(_read_bytes(path), object_pairs_hook=unique, parse_constant=refuse)
    except (json.JSONDecodeError, UnicodeDecodeError, RecursionError) as error:
        raise ValueError(f"{path}: not JSON: {error}") from error
    _expect(isinstance(document, dict), f"{path}: not a JSON object")
    return document


def _read_tensors(path: Path) -> dict[str, np.ndarray]:
    try:
        tensors = safetensors.numpy.load(_read_bytes(path))
    except (safetensors.SafetensorError, KeyError) as error:
        raise ValueError(f"{path}: not a safetensors file of known types: {error}") from error
    for name, tensor in tensors.items():
        _expect(tensor.dtype == np.float64, f"{path}: tensor {name!r} is {tensor.dtype}, expected float64")
    return tensors


def _read_bytes(path: Path) -> bytes:
    try:
        size = path.stat().st_size
        _expect(size <= MAX_FILE_BYTES, f"{path}: {size} bytes, more than {MAX_FILE_BYTES}")
        return path.read_bytes()
    except OSError as error:
        raise ValueError(f"{path}: {error.strerror}") from error


def _expect(condition: object, message: str) -> None:
    if not condition:
        raise ValueError(message)
