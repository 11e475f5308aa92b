"""Settings classes whose fields are environment variables (pydantic's ``BaseSettings``).

https://docs.pydantic.dev/latest/concepts/pydantic_settings/
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ringfence.dataflow import environment, instances
from ringfence.dataflow.objects import ClassObject, External
from ringfence.dataflow.values import NOTHING, Value, join
from ringfence.model import syntax

if TYPE_CHECKING:
    from ringfence.dataflow.call_arguments import Arguments
    from ringfence.dataflow.machine import Machine

_BASES = ("pydantic_settings.BaseSettings", "pydantic.BaseSettings", "pydantic.v1.BaseSettings",
          "pydantic_settings.main.BaseSettings")  # fmt: skip
_ALIASES = ("validation_alias", "alias", "env")


def is_settings(cls: ClassObject) -> bool:
    """Whether the class reads its fields from the environment."""
    return any(base.path in _BASES for base in cls.external_bases())


def construct(machine: Machine, cls: ClassObject, arguments: Arguments, node: syntax.Node) -> Value:
    """An instance, each field from what is given, its variable, or its default."""
    made = machine.struct("instance", cls)
    prefix = prefix_of(cls)
    for name in instances.fields_of(cls):
        if name == "model_config":
            continue
        given = arguments.keywords.get(name)
        made.fields[name] = given or field(machine, cls, name, prefix, node)
    return Value(objects=(made,))


def field(machine: Machine, cls: ClassObject, name: str, prefix: str, node: syntax.Node) -> Value:
    found = cls.find(name)
    default, wanted = NOTHING, prefix + name
    if found is not None:
        default = instances.default_of(machine, found[0])
        for obj in found[0].objects:
            if isinstance(obj, External) and obj.path.endswith(".Field()"):
                default = (
                    obj.arguments[0] if obj.arguments else obj.keywords.get("default", NOTHING)
                )
                texts = [t for key in _ALIASES for t in obj.keywords.get(key, NOTHING).texts()]
                wanted = texts[0] if texts else wanted
    known = {one.lower(): one for one in machine.function.environment}
    variable = known.get(wanted.lower())
    if variable is not None:
        return environment.variable(machine, variable, node)
    return join(environment.variable(machine, wanted.upper(), node), default)


def prefix_of(cls: ClassObject) -> str:
    """``model_config = SettingsConfigDict(env_prefix="APP_")``, or a class ``Config``."""
    for name in ("model_config", "Config"):
        found = cls.find(name)
        for obj in found[0].objects if found is not None else ():
            value = NOTHING
            if isinstance(obj, External):
                value = obj.keywords.get("env_prefix", NOTHING)
            elif isinstance(obj, ClassObject):
                inner = obj.find("env_prefix")
                value = inner[0] if inner is not None else NOTHING
            if value.only_text():
                return value.only_text() or ""
    return ""
