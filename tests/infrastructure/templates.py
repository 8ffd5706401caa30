"""Questions that tests ask a CloudFormation template."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

type Properties = dict[str, Any]


@dataclass(frozen=True)
class Template:
    """A synthesized template, as a dictionary."""

    body: dict[str, Any]

    def of_type(self, kind: str) -> dict[str, Properties]:
        """Properties of the resources of one type, by logical id."""
        return {
            name: resource.get("Properties", {})
            for name, resource in self.body["Resources"].items()
            if resource["Type"] == kind
        }

    def functions(self) -> dict[str, Properties]:
        """The functions by their own names."""
        return {
            function["Environment"]["Variables"]["POWERTOOLS_SERVICE_NAME"]: function
            for function in self.of_type("AWS::Lambda::Function").values()
        }

    def environment(self, function: str) -> Properties:
        variables: Properties = self.functions()[function]["Environment"]["Variables"]
        return variables

    def statements(self, function: str) -> Iterator[Properties]:
        """What the policies of the function's role allow."""
        role = self.functions()[function]["Role"]["Fn::GetAtt"][0]
        for policy in self.of_type("AWS::IAM::Policy").values():
            if {"Ref": role} in policy["Roles"]:
                yield from policy["PolicyDocument"]["Statement"]

    def logical_id(self, *, kind: str, containing: str) -> str:
        """The one resource of a type whose logical id contains a text."""
        (name,) = (name for name in self.of_type(kind) if containing in name)
        return name

    def event_sources(self, function: str) -> list[Properties]:
        (target,) = (
            name
            for name, each in self.of_type("AWS::Lambda::Function").items()
            if each == self.functions()[function]
        )
        return [
            source
            for source in self.of_type("AWS::Lambda::EventSourceMapping").values()
            if source["FunctionName"] == {"Ref": target}
        ]


def as_list[T](value: T | list[T]) -> list[T]:
    return value if isinstance(value, list) else [value]
