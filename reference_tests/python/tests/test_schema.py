"""The suites' JSON files and their manifest against the schema."""

import json
from pathlib import Path

import jsonschema


def test_every_suite_is_valid(fixtures: Path) -> None:
    """Each v1/<suite>.json satisfies v1.schema.json, the manifest its definition there, and there is at least one suite."""
    schema = json.loads(fixtures.with_suffix(".schema.json").read_text())
    validator = jsonschema.validators.validator_for(schema)
    validator.check_schema(schema)
    of_manifest = {"$ref": "#/$defs/manifest", "$defs": schema["$defs"]}
    files = sorted(fixtures.glob("*.json"))
    assert len(files) > 1
    for path in files:
        wanted = of_manifest if path.name == "manifest.json" else schema
        found = validator(wanted).iter_errors(json.loads(path.read_text()))
        errors = [f"{path.name}: {error.json_path}: {error.message}" for error in found]
        assert not errors, "\n".join(errors)
