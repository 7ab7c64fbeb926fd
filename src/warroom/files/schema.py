"""JSON Schemas of the files that people write, for their editors. Built from the models that read them.

A schema says less than the models do: `warroom lint` has the last word.
"""

from collections.abc import Iterable
from typing import Any

from pydantic import BaseModel
from pydantic.json_schema import models_json_schema

from warroom.core.bindings import Bindings
from warroom.core.probe import ProbeSpec

_DIALECT = "https://json-schema.org/draft/2020-12/schema"


def side_schema() -> dict[str, Any]:
    """Of a side file."""
    return {"$schema": _DIALECT, **Bindings.model_json_schema()}


def probe_schema(sources: Iterable[type[BaseModel]]) -> dict[str, Any]:
    """Of a probe file whose `[source]` is one of these."""
    kinds = list(sources)
    models: list[type[BaseModel]] = [ProbeSpec, *kinds]
    references, document = models_json_schema([(model, "validation") for model in models])
    definitions = document["$defs"]
    probe = definitions.pop("ProbeSpec")
    del probe["properties"]["id"]  # it is the file's name
    probe["required"].remove("id")
    probe["properties"]["source"] = {
        "oneOf": [references[(kind, "validation")] for kind in kinds],
        "discriminator": {"propertyName": "kind"},
    }
    return {"$schema": _DIALECT, **probe, "$defs": definitions}
