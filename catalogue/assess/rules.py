"""frictionless's own rules for the descriptor of a package, with their JSON Schemas evaluated by jsonschema-rs.

frictionless builds a validator in Python for every descriptor and every resource in it, which takes most of the time of judging
a dataset. The schemas, and all rules that frictionless has in code, stay its own: only what evaluates a schema is
another, by the two ways that the libraries have for it (`metadata_profile`, `jsonschema.validators.validates`).
What does not pass is evaluated again by jsonschema, so that messages are frictionless's.
"""

from collections.abc import Iterator, Mapping
from typing import Any, ClassVar

import jsonschema_rs
from frictionless import Package, Resource
from jsonschema import Draft202012Validator, ValidationError
from jsonschema.validators import validates

_DIALECT = "urn:x-catalogue:rules-of-"


class RulesOfResource(Resource):
    """A resource under frictionless's rules."""

    metadata_profile: ClassVar[dict[str, Any]] = {**Resource.metadata_profile, "$schema": f"{_DIALECT}resource"}

    @classmethod
    def metadata_select_class(cls, type: str | None) -> Any:  # noqa: A002  # frictionless's name
        """This class, or the one that frictionless has for a stated type."""
        return super().metadata_select_class(type) if type else cls


class RulesOfPackage(Package):
    """A package under frictionless's rules."""

    metadata_profile: ClassVar[dict[str, Any]] = {**Package.metadata_profile, "$schema": f"{_DIALECT}package"}

    @classmethod
    def metadata_select_property_class(cls, name: str) -> Any:
        """The class of what a property holds."""
        return RulesOfResource if name == "resources" else super().metadata_select_property_class(name)


def _evaluate_by_rust(of: type[Package | Resource]) -> None:
    """Have the schema of a class evaluated by jsonschema-rs."""
    schema: dict[str, Any] = dict(of.metadata_ensure_profile())  # type: ignore[no-untyped-call]
    dialect = schema.pop("$schema")
    compiled = jsonschema_rs.Draft202012Validator(schema, offline=True)

    class Evaluated:
        META_SCHEMA: ClassVar = {"$id": dialect}

        def __init__(self, _schema: Mapping[str, Any], registry: Any) -> None:
            self._registry = registry

        @staticmethod
        def ID_OF(schema: Mapping[str, Any]) -> str:  # noqa: N802  # jsonschema's name
            return str(schema["$id"])

        def iter_errors(self, descriptor: Any) -> Iterator[ValidationError]:
            if not compiled.is_valid(descriptor):
                yield from Draft202012Validator(schema, registry=self._registry).iter_errors(descriptor)

    validates(dialect)(Evaluated)


_evaluate_by_rust(RulesOfResource)
_evaluate_by_rust(RulesOfPackage)
