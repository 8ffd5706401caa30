"""The composition root of style capsules, on top of what the API's functions share."""

from functools import cache

from shared.domain.ids import new_id
from shared.runtime.bootstrap import answers, images, moderate, style_capsules
from shared.runtime.clock import clock
from shared.services.change_style_capsule import ChangeStyleCapsule
from shared.services.create_style_capsule import CreateStyleCapsule
from shared.services.delete_style_capsule import DeleteStyleCapsule
from shared.services.list_style_capsules import ListStyleCapsules
from shared.services.read_style_capsule import ReadStyleCapsule


@cache
def create_style_capsule() -> CreateStyleCapsule:
    return CreateStyleCapsule(style_capsules(), images(), answers(), moderate(), clock, new_id)


@cache
def change_style_capsule() -> ChangeStyleCapsule:
    return ChangeStyleCapsule(style_capsules(), images(), moderate(), clock)


@cache
def read_style_capsule() -> ReadStyleCapsule:
    return ReadStyleCapsule(style_capsules())


@cache
def list_style_capsules() -> ListStyleCapsules:
    return ListStyleCapsules(style_capsules())


@cache
def delete_style_capsule() -> DeleteStyleCapsule:
    return DeleteStyleCapsule(style_capsules())
