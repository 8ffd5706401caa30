"""moto answers in half the time, and the same: most of it goes into looking for values under names
that they cannot have, and into comparing keys one by one."""

from functools import cache
from typing import Any

from botocore.model import StructureShape
from moto.core import responses, utils
from moto.core.serialize import JSONSerializer
from moto.dynamodb.models.dynamo_type import DynamoType

_STRING = "S"
_PLAIN = frozenset({_STRING, "N"})


def install() -> None:
    """Once per process."""
    utils.camelcase_to_underscores = cache(utils.camelcase_to_underscores)
    responses.camelcase_to_underscores = utils.camelcase_to_underscores  # type: ignore[attr-defined]
    _attribute_values_are_taken_as_they_are()
    _texts_are_compared_as_they_are()


def _attribute_values_are_taken_as_they_are() -> None:
    """An attribute of an item has one of ten types; the other nine need not be looked for under
    five names each."""
    structure = JSONSerializer._serialize_type_structure

    def quick(self: Any, serialized: Any, value: Any, shape: StructureShape, key: str) -> None:
        if shape.name != "AttributeValue" or type(value) is not dict:
            structure(self, serialized, value, shape, key)
            return
        taken: dict[str, Any] = {}
        for kind, content in value.items():
            if kind in _PLAIN and type(content) is str:
                taken[kind] = content
            elif content is not None:
                self._serialize(taken, content, shape.members[kind], kind)
        self._default_serialize(serialized, taken, shape, key)

    JSONSerializer._serialize_type_structure = quick  # type: ignore[method-assign]


def _texts_are_compared_as_they_are() -> None:
    general: Any = DynamoType.cast_value

    def cast_value(self: DynamoType) -> Any:
        return self.value if self.type == _STRING else general.fget(self)

    DynamoType.cast_value = property(cast_value)  # type: ignore[method-assign,assignment]
