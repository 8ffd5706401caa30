"""moto answers in half the time, and the same: most of it goes into looking for values under names
that they cannot have, into comparing keys one by one, and into copies of the table."""

import copy
from functools import cache
from typing import Any

from moto.core import responses, utils
from moto.core.model import StructureShape
from moto.core.serialize import JSONSerializer
from moto.dynamodb.models.dynamo_type import DynamoType, Item, LimitedSizeDict

_STRING = "S"
_PLAIN = frozenset({_STRING, "N"})
_NEVER_CHANGED = _PLAIN | {"B", "BOOL", "NULL"}


def install() -> None:
    """Once per process."""
    utils.camelcase_to_underscores = cache(utils.camelcase_to_underscores)
    responses.camelcase_to_underscores = utils.camelcase_to_underscores  # type: ignore[attr-defined]
    _attribute_values_are_taken_as_they_are()
    _texts_are_compared_as_they_are()
    _of_an_item_only_what_may_change_is_copied()


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


def _of_an_item_only_what_may_change_is_copied() -> None:
    """For each write of a transaction the whole table is copied, lest it has to be undone. Sets,
    lists and maps are changed where they are; all else is replaced."""

    def own(value: DynamoType, memo: dict[int, Any]) -> DynamoType:
        return value if value.type in _NEVER_CHANGED else copy.deepcopy(value, memo)

    def copy_of(self: Item, memo: dict[int, Any]) -> Any:
        copied: Any = Item.__new__(Item)
        copied.hash_key, copied.range_key = self.hash_key, self.range_key
        copied.attrs = LimitedSizeDict.__new__(LimitedSizeDict)
        for name, value in self.attrs.items():  # not its own setter, which measures all of it
            dict.__setitem__(copied.attrs, name, own(value, memo))
        return copied

    Item.__deepcopy__ = copy_of  # type: ignore[method-assign]
