"""Names that AWS asks for and that must not be taken: made from the stack's own id."""

import aws_cdk as cdk
from constructs import Construct


def unique_name(scope: Construct) -> str:
    """`likeness-` and the part of the stack's id that no other stack has, in any account."""
    return f"likeness-{cdk.Fn.select(2, cdk.Fn.split('/', cdk.Stack.of(scope).stack_id))}"
