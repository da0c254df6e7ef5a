"""Validates Kubernetes objects against schemas, as an API server with strict field validation does.

Standard input: {"kubernetes": {"1.35": "<definitions.json>"}, "customResources": "<folder>", "objects": [...]}.
Standard output: a JSON list of [version, object, path, message]. Unknown fields are errors.
"""

import json
import pathlib
import sys

import jsonschema_rs


def closed(schema):
    """Refuses fields that a schema does not name, unless it says that any are kept."""
    if isinstance(schema, list):
        return [closed(each) for each in schema]
    if not isinstance(schema, dict):
        return schema
    result = {}
    for key, value in schema.items():
        if key in ("properties", "patternProperties"):
            result[key] = {name: closed(each) for name, each in value.items()}
        elif key in ("enum", "default", "const", "required", "example"):
            result[key] = value
        else:
            result[key] = closed(value)
    keeps = schema.get("x-kubernetes-preserve-unknown-fields", False)
    if "properties" in schema and "additionalProperties" not in schema and not keeps:
        result["additionalProperties"] = False
    if schema.get("x-kubernetes-int-or-string"):
        result.pop("type", None)
        result["type"] = ["integer", "string"]
    if schema.get("nullable") and isinstance(result.get("type"), str):
        result["type"] = [result["type"], "null"]
    return result


METADATA = {
    "type": "object",
    "additionalProperties": False,
    "required": ["name"],
    "properties": {
        "name": {"type": "string", "pattern": "^[a-z0-9]([-a-z0-9.]*[a-z0-9])?$", "maxLength": 253},
        "namespace": {"type": "string"},
        "labels": {
            "type": "object",
            "additionalProperties": {"type": "string", "pattern": "^([A-Za-z0-9]([-A-Za-z0-9_.]*[A-Za-z0-9])?)?$", "maxLength": 63},
        },
        "annotations": {"type": "object", "additionalProperties": {"type": "string"}},
    },
}


def custom_resources(folder):
    found = {}
    for path in sorted(pathlib.Path(folder).glob("*.json")):
        resource = json.loads(path.read_text())
        schema = closed(resource["schema"])
        properties = schema.setdefault("properties", {})
        properties["metadata"] = METADATA
        properties.setdefault("apiVersion", {"type": "string"})
        properties.setdefault("kind", {"type": "string"})
        found[f"{resource['group']}/{resource['version']}", resource["kind"]] = jsonschema_rs.validator_for(schema)
    return found


def built_in(path):
    document = json.loads(pathlib.Path(path).read_text())
    definitions = document["$defs"]
    kinds = {}
    for name, definition in definitions.items():
        for each in definition.get("x-kubernetes-group-version-kind", []):
            version = "/".join(part for part in (each["group"], each["version"]) if part)
            kinds[version, each["kind"]] = name
    return {"$schema": document["$schema"], "$defs": definitions}, kinds


def main():
    task = json.load(sys.stdin)
    errors = []
    custom = custom_resources(task["customResources"])
    for version, path in task["kubernetes"].items():
        schema, kinds = built_in(path)
        wanted = {(each["apiVersion"], each["kind"]) for each in task["objects"]}
        validators = dict(custom)
        for key in wanted & kinds.keys():
            document = {"$ref": f"#/$defs/{kinds[key]}", **schema}
            validators[key] = jsonschema_rs.validator_for(document)
        for each in task["objects"]:
            name = f"{each['kind']}/{each['metadata']['name']}"
            validator = validators.get((each["apiVersion"], each["kind"]))
            if validator is None:
                errors.append([version, name, "", f"there is no schema of {each['apiVersion']}"])
                continue
            for error in validator.iter_errors(each):
                errors.append([version, name, "/".join(map(str, error.instance_path)), error.message[:300]])
    json.dump(errors, sys.stdout)


main()
