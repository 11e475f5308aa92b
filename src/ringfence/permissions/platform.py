"""What the platform needs of a function's role for the function's own configuration.

Event sources that Lambda polls, the network, tracing, logs, dead letters and destinations, keys and
file systems: none of it stands in the code. ``rules/permissions/platform.toml`` says which actions
each occasion takes.
"""

from __future__ import annotations

import functools
from collections.abc import Iterable, Iterator
from typing import Any

from ringfence.model.application import Application, Function, Resource, Trigger
from ringfence.model.contract import Condition, Evidence, Permission
from ringfence.model.location import Location
from ringfence.model.value import Choice, Mapping, Reference, Sequence, Value, boolean, string
from ringfence.permissions.keys import customer_keys, key_arns
from ringfence.permissions.physical import PhysicalNames
from ringfence.rules import packed

_DATA = "permissions/platform.toml"
#: How the kinds of triggers of other clouds begin.
_ELSEWHERE = ("azure-", "google-", "cloudevents", "openfaas")


def platform_needs(
    function: Function, application: Application, names: PhysicalNames
) -> list[Permission]:
    """The permissions, sorted; each with the template's line that asks for it.

    A function of another cloud needs none: these are all of AWS.
    """
    if runs_elsewhere(function, application):
        return []
    found = _Needs(function, application, names)
    found.logs()
    found.configuration()
    for trigger in application.triggers_of(function.id):
        found.trigger(trigger)
    found.outcomes()
    return sorted(found.permissions.values(), key=lambda item: (item.action, item.resource))


def runs_elsewhere(function: Function, application: Application) -> bool:
    """Whether another cloud runs the function: a template for that one declares it without a
    resource, or its triggers are that one's."""
    if function.resource.type:
        return False
    declared = {template.path for template in application.templates}
    kinds = [trigger.kind for trigger in application.triggers_of(function.id)]
    return function.location.file in declared or any(kind.startswith(_ELSEWHERE) for kind in kinds)


class _Needs:
    """Collects what one function's configuration asks for."""

    def __init__(self, function: Function, application: Application, names: PhysicalNames) -> None:
        self.function = function
        self.application = application
        self.names = names
        self.permissions: dict[tuple[str, str], Permission] = {}

    def add(
        self,
        actions: Iterable[str],
        arn: str,
        why: str,
        at: Location,
        conditions: tuple[Condition, ...] = (),
    ) -> None:
        of, inside = self.names.owner(arn)
        evidence = (Evidence("platform", f"{at.file}:{at.line}", why),)
        for action in actions:
            known = self.permissions.get((action, arn))
            both = evidence if known is None else tuple(dict.fromkeys(known.evidence + evidence))
            self.permissions[action, arn] = Permission(
                action, arn, of, inside, conditions, (), both
            )

    # --- the function's own configuration ---

    def logs(self) -> None:
        properties = self.function.resource.properties
        group = self._log_group(properties.at("LoggingConfig.LogGroup"))
        self._log(group, _table()["logs"], self.function.location)
        for layer in self.function.layers:
            if "LambdaInsightsExtension" in self.names.text(layer):
                insights = self.names.arn_in("logs", "log-group:/aws/lambda-insights")
                self._log(insights, _table()["insights"], layer.location)

    def _log_group(self, given: Value | None) -> str:
        if isinstance(given, Reference) and self.names.kind(given.resource) == "log-group":
            return self.names.arn(given.resource)
        name = self.names.text(given) if given is not None else f"/aws/lambda/{self._name()}"
        return self.names.arn_in("logs", f"log-group:{name}")

    def _name(self) -> str:
        if self.function.name is not None:
            return self.names.text(self.function.name)
        return self.names.name(self.function.id)

    def _log(self, group: str, entry: dict[str, Any], at: Location) -> None:
        self.add((*entry["group"], *entry["streams"]), group + ":*", entry["why"], at)

    def configuration(self) -> None:
        properties = self.function.resource.properties
        mode = properties.at("TracingConfig.Mode")
        if any(string(branch) != "PassThrough" for branch in _branches(mode)):
            self._anywhere("tracing", properties.key_location("TracingConfig"))
        if self.function.in_vpc:
            self._anywhere("vpc", properties.key_location("VpcConfig"))
        if "DurableConfig" in properties:
            entry = _table()["durable"]
            arn = self.names.arn_in("lambda", f"function:{self._name()}:*")
            self.add(entry["on"], arn, entry["why"], properties.key_location("DurableConfig"))
        for key in key_arns(properties.get("KmsKeyArn"), self.names):
            entry = _table()["environment-key"]
            self.add(entry["on"], key, entry["why"], properties.key_location("KmsKeyArn"))
        for mount in _items(properties.get("FileSystemConfigs")):
            if isinstance(mount, Mapping):
                self._file_system(mount)

    def _anywhere(self, occasion: str, at: Location) -> None:
        entry = _table()[occasion]
        self.add(entry["anywhere"], "*", entry["why"], at)

    def _file_system(self, mount: Mapping) -> None:
        """The access point is the condition; the resource is the file system behind it."""
        entry = _table()["file-system"]
        point = mount.get("Arn")
        resource = self._resource(point)
        system = resource.properties.get("FileSystemId") if resource is not None else None
        conditions = (Condition("StringEquals", "elasticfilesystem:AccessPointArn",
                                self.names.texts(point)),)  # fmt: skip
        if any("*" in value for value in conditions[0].values):
            operator = "ArnLike"
            values = tuple(value if value != "*" else self._any_point() for value in
                           conditions[0].values)  # fmt: skip
            conditions = (Condition(operator, conditions[0].key, values),)
        arn = self.names.arn_in("elasticfilesystem", f"file-system/{self.names.text(system)}")
        self.add(entry["on"], arn, entry["why"], mount.location, conditions)

    def _any_point(self) -> str:
        return self.names.arn_in("elasticfilesystem", "access-point/*")

    # --- event sources ---

    def trigger(self, trigger: Trigger) -> None:
        if trigger.kind in ("kafka", "mq"):
            self._broker(trigger)
        entry = _table()["triggers"].get(trigger.kind)
        if entry is None or trigger.kind in ("kafka", "mq"):
            return
        source = trigger.properties.get("EventSourceArn")
        if source is None:  # it is delivered, not polled
            return
        for arn in self._source_arns(trigger, source):
            self._polled(trigger, entry, arn)
        resource = self.application.resources.get(trigger.source)
        self._keys(resource, entry, trigger.location)
        if "anywhere" in entry:
            self.add(entry["anywhere"], "*", entry["why"], trigger.location)
        self._failures(trigger)

    def _polled(self, trigger: Trigger, entry: dict[str, Any], arn: str) -> None:
        stream, slash, _ = arn.partition("/consumer/")
        self.add(entry["on"], stream, entry["why"], trigger.location)
        if slash:
            self.add(entry["consumer"], arn, entry["why"], trigger.location)

    def _source_arns(self, trigger: Trigger, source: Value) -> list[str]:
        """The ARNs of the event source; the resource's own where the property says less."""
        kinds = {"sqs": ("sqs", "*"), "kinesis": ("kinesis", "stream/*"),
                 "dynamodb-stream": ("dynamodb", "table/*/stream/*")}  # fmt: skip
        found = []
        for arn in self.names.texts(source):
            if arn.startswith("arn:"):
                found.append(arn)
                continue
            resource = self.application.resources.get(trigger.source)
            found.append(
                self._own_arn(resource) if resource else self.names.arn_in(*kinds[trigger.kind])
            )
        return found

    def _own_arn(self, resource: Resource) -> str:
        if resource.type == "AWS::Kinesis::StreamConsumer":
            stream = self.names.text(resource.properties.get("StreamARN"))
            name = self.names.text(resource.properties.get("ConsumerName"))
            return f"{stream}/consumer/{name}:*"
        return self.names.arn(resource.id) + ("/stream/*" if resource.kind == "table" else "")

    def _keys(self, resource: Resource | None, entry: dict[str, Any], at: Location) -> None:
        if resource is None or "key" not in entry:
            return
        for key in customer_keys(resource, self.names):
            why = f"{resource.logical_id} is encrypted with a key of the customer's"
            self.add(entry["key"], key, why, at)

    def _broker(self, trigger: Trigger) -> None:
        properties = trigger.properties
        arn = self.names.text(properties.get("EventSourceArn"))
        if "SelfManagedEventSource" in properties:
            self._self_managed(trigger)
        elif trigger.kind == "kafka":
            self._msk(trigger, arn)
        else:
            occasion = "documentdb" if ":rds:" in arn else "mq"
            entry = _table()["triggers"][occasion]
            kind = "cluster:*" if occasion == "documentdb" else "broker:*"
            service = "rds" if occasion == "documentdb" else "mq"
            source = arn if arn.startswith("arn:") else self.names.arn_in(service, kind)
            self.add(entry["on"], source, entry["why"], trigger.location)
            self.add(entry["anywhere"], "*", entry["why"], trigger.location)
        self._access(trigger)
        self._failures(trigger)

    def _msk(self, trigger: Trigger, arn: str) -> None:
        entry = _table()["triggers"]["msk"]
        cluster = arn if arn.startswith("arn:") else self.names.arn_in("kafka", "cluster/*/*")
        self.add(entry["on"], cluster, entry["why"], trigger.location)
        self.add(entry["anywhere"], "*", entry["why"], trigger.location)
        if any(_access_type(item) not in ("", "VPC_SUBNET", "VPC_SECURITY_GROUP")
               for item in self._accesses(trigger)):  # fmt: skip
            return
        self._kafka_by_iam(trigger, entry, cluster)

    def _kafka_by_iam(self, trigger: Trigger, entry: dict[str, Any], cluster: str) -> None:
        """Without a way to sign in of its own, Lambda signs in with the role."""
        head, _, name = cluster.partition(":cluster/")
        names = name if name.count("/") == 1 else "*/*"
        self.add(entry["cluster"], cluster, entry["why"], trigger.location)
        for topic in _items(trigger.properties.get("Topics")):
            arn = f"{head}:topic/{names}/{self.names.text(topic)}"
            self.add(entry["topic"], arn, entry["why"], trigger.location)
        config = trigger.properties.get("AmazonManagedKafkaEventSourceConfig")
        given = config.get("ConsumerGroupId") if isinstance(config, Mapping) else None
        group = self.names.text(given) if given is not None else "*"
        self.add(entry["group"], f"{head}:group/{names}/{group}", entry["why"], trigger.location)

    def _self_managed(self, trigger: Trigger) -> None:
        entry = _table()["triggers"]["self-managed-kafka"]
        if any(_access_type(item) == "VPC_SUBNET" for item in self._accesses(trigger)):
            self.add(entry["vpc"]["anywhere"], "*", entry["why"], trigger.location)

    def _accesses(self, trigger: Trigger) -> list[Mapping]:
        listed = _items(trigger.properties.get("SourceAccessConfigurations"))
        return [item for item in listed if isinstance(item, Mapping)]

    def _access(self, trigger: Trigger) -> None:
        entry = _table()["access"]
        for item in self._accesses(trigger):
            if _access_type(item) not in entry["types"]:
                continue
            for arn in self.names.texts(item.get("URI")):
                secret = arn if arn.startswith("arn:") else self.names.arn_in(
                    "secretsmanager", "secret:*"
                )  # fmt: skip
                self.add(entry["on"], secret, entry["why"], item.location)
            resource = self._resource(item.get("URI"))
            for key in customer_keys(resource, self.names) if resource is not None else ():
                self.add(("kms:Decrypt",), key, entry["why"], item.location)

    # --- where outcomes go ---

    def outcomes(self) -> None:
        properties = self.function.resource.properties
        target = properties.at("DeadLetterConfig.TargetArn")
        if target is not None:
            self._destination(target, "sends what failed to the dead letter target")
        for config in self.application.resources.values():
            if config.type == "AWS::Lambda::EventInvokeConfig" and self._is_about_me(config):
                for way in ("OnSuccess", "OnFailure"):
                    path = f"DestinationConfig.{way}.Destination"
                    self._destination(config.properties.at(path), f"{way} destination")

    def _is_about_me(self, config: Resource) -> bool:
        named = config.properties.get("FunctionName")
        if isinstance(named, Reference):
            return named.resource == self.function.id
        return named is not None and self.names.text(named) == self._name()

    def _failures(self, trigger: Trigger) -> None:
        target = trigger.properties.at("DestinationConfig.OnFailure.Destination")
        self._destination(target, "sends batches that failed to the destination")

    def _destination(self, target: Value | None, why: str) -> None:
        for branch in _branches(target):
            arn = self.names.text(branch)
            service = arn.split(":")[2] if arn.startswith("arn:") and arn.count(":") > 4 else ""
            entry = _table()["destinations"].get(service)
            if not isinstance(entry, dict):
                continue
            self.add(entry["on"], arn, why, branch.location)
            self.add(entry.get("inside", ()), arn + "/*", why, branch.location)
            self._keys(self._resource(branch), entry, branch.location)

    def _resource(self, value: Value | None) -> Resource | None:
        if isinstance(value, Reference):
            return self.application.resources.get(value.resource)
        of, _ = self.names.owner(self.names.text(value)) if value is not None else ("", "")
        return self.application.resources.get(of)


def _access_type(item: Mapping) -> str:
    return string(item.get("Type")) or ""


def _branches(value: Value | None) -> Iterator[Value]:
    if isinstance(value, Choice):
        for branch in value.branches():
            yield from _branches(branch)
    elif value is not None:
        yield value


def _items(value: Value | None) -> Iterator[Value]:
    for branch in _branches(value):
        if isinstance(branch, Sequence):
            for item in branch:
                yield from _branches(item)
        elif boolean(branch) is None:
            yield branch


@functools.cache
def _table() -> dict[str, Any]:
    return packed.read(_DATA)
