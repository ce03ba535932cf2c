"""The suites' JSON files against their schema."""

import json
from pathlib import Path

import jsonschema


def test_every_suite_is_valid(fixtures: Path) -> None:
    """Each v1/<suite>.json satisfies v1.schema.json, and there is at least one."""
    schema = json.loads(fixtures.with_suffix(".schema.json").read_text())
    validator = jsonschema.validators.validator_for(schema)
    validator.check_schema(schema)
    files = sorted(path for path in fixtures.glob("*.json") if path.name != "manifest.json")
    assert files
    for path in files:
        errors = [
            f"{path.name}: {error.json_path}: {error.message}"
            for error in validator(schema).iter_errors(json.loads(path.read_text()))
        ]
        assert not errors, "\n".join(errors)
