"""Services that invoke a function named in one of their properties, one line each.

Source: the AWS CloudFormation resource type reference and each service's chapter on Lambda.
"""

from __future__ import annotations

from ringfence.loaders.aws.graph import name_of
from ringfence.loaders.aws.triggers.builder import Triggers
from ringfence.loaders.aws.triggers.services import WRITABLE
from ringfence.loaders.aws.values import items, rendered, walk
from ringfence.model.application import Resource, Sender
from ringfence.model.location import Location
from ringfence.model.record import record
from ringfence.model.severity import Exposure
from ringfence.model.value import Mapping


@record(frozen=True)
class Line:
    """``path`` leads to the function; ``{}`` in ``name`` is the resource's name."""

    type: str
    path: str
    kind: str
    name: str
    exposure: Exposure
    who: str
    reason: str


_ANYONE = Exposure.ANYONE
_SIGNED_IN = Exposure.AUTHENTICATED
_ACCOUNT = Exposure.ACCOUNT
_PRINCIPAL = Exposure.PRINCIPAL
_UNKNOWN = Exposure.UNKNOWN

# fmt: off
LINES = (
    Line("AWS::SES::ReceiptRule",
         "Rule.Actions.LambdaAction.FunctionArn",
         "ses", "mail rule {}", _ANYONE,
         "anyone who can send mail to it",
         "mail comes from everywhere"),
    Line("AWS::IoT::TopicRule",
         "TopicRulePayload.Actions.Lambda.FunctionArn",
         "iot", "IoT rule {}", _SIGNED_IN,
         "devices that may publish to the topic",
         "devices are admitted by their certificates and IoT policies"),
    Line("AWS::IoT::TopicRule",
         "TopicRulePayload.ErrorAction.Lambda.FunctionArn",
         "iot", "IoT rule {} (errors)", _SIGNED_IN,
         "devices that may publish to the topic",
         "devices are admitted by their certificates and IoT policies"),
    Line("AWS::Config::ConfigRule",
         "Source.SourceIdentifier",
         "config", "Config rule {}", _ACCOUNT,
         "principals of this account that change resources",
         "AWS Config reports the account's own changes"),
    Line("AWS::Config::OrganizationConfigRule",
         "OrganizationCustomRuleMetadata.LambdaFunctionArn",
         "config", "Config rule {}", _ACCOUNT,
         "principals of the organisation that change resources",
         "AWS Config reports the organisation's own changes"),
    Line("AWS::CodePipeline::Pipeline",
         "Stages.Actions.Configuration.FunctionName",
         "codepipeline", "pipeline {}", _PRINCIPAL,
         "those who may start the pipeline",
         "a pipeline's action invokes it"),
    Line("AWS::SecretsManager::RotationSchedule",
         "RotationLambdaARN",
         "invoke", "secret rotation {}", _PRINCIPAL,
         "Secrets Manager",
         "the rotation schedule invokes it"),
    Line("AWS::Bedrock::Agent",
         "ActionGroups.ActionGroupExecutor.Lambda",
         "invoke", "Bedrock agent {}", _UNKNOWN,
         "those who talk to the agent",
         "the agent's model writes the parameters from what people say"),
    Line("AWS::Bedrock::Agent",
         "PromptOverrideConfiguration.OverrideLambda",
         "invoke", "Bedrock agent {} (parser)", _UNKNOWN,
         "those who talk to the agent",
         "it receives the model's output"),
    Line("AWS::BedrockAgentCore::GatewayTarget",
         "TargetConfiguration.Mcp.Lambda.LambdaArn",
         "invoke", "agent gateway {}", _UNKNOWN,
         "agents that use the gateway",
         "the gateway offers it as a tool"),
    Line("AWS::Lex::BotAlias",
         "BotAliasLocaleSettings.BotAliasLocaleSetting.CodeHookSpecification."
         "LambdaCodeHook.LambdaArn",
         "invoke", "chat bot {}", _ANYONE,
         "anyone who talks to the bot",
         "a bot's code hook receives what people say"),
    Line("AWS::Transfer::Server",
         "IdentityProviderDetails.Function",
         "invoke", "sign-in of transfer server {}", _ANYONE,
         "anyone who can reach the server",
         "it receives the credentials that a client offers"),
    Line("AWS::S3ObjectLambda::AccessPoint",
         "ObjectLambdaConfiguration.TransformationConfigurations.ContentTransformation."
         "AwsLambda.FunctionArn",
         "invoke", "object access point {}", _ACCOUNT,
         "principals of this account with s3-object-lambda:GetObject",
         "reading through the access point invokes it"),
    Line("AWS::KinesisFirehose::DeliveryStream",
         "ExtendedS3DestinationConfiguration.ProcessingConfiguration.Processors."
         "Parameters.ParameterValue",
         "invoke", "delivery stream {} (transformation)", _ACCOUNT,
         "principals of this account with firehose:PutRecord",
         "the delivery stream transforms records with it"),
    Line("AWS::CloudFormation::Macro",
         "FunctionName",
         "invoke", "template macro {}", _PRINCIPAL,
         "those who deploy templates with the macro",
         "CloudFormation invokes it"),
    Line("AWS::CloudFormation::LambdaHook",
         "LambdaFunction",
         "invoke", "deployment hook {}", _PRINCIPAL,
         "those who deploy stacks",
         "CloudFormation invokes it"),
    Line("AWS::CloudWatch::Alarm",
         "AlarmActions",
         "invoke", "alarm {}", _ACCOUNT,
         "principals of this account with cloudwatch:PutMetricData",
         "an alarm's action invokes it"),
    Line("AWS::VpcLattice::TargetGroup",
         "Targets.Id",
         "invoke", "lattice target {}", _ACCOUNT,
         "clients in the service network",
         "a service of the network forwards requests to it"),
    Line("AWS::IoT::Authorizer",
         "AuthorizerFunctionArn",
         "iot", "IoT authorizer {}", _ANYONE,
         "anyone who can reach the endpoint",
         "an authorizer receives what a device sends before anything is checked"),
    Line("AWS::IoT::ProvisioningTemplate",
         "PreProvisioningHook.TargetArn",
         "iot", "provisioning of devices {}", _SIGNED_IN,
         "devices with the claim certificate",
         "it receives what a new device says of itself"),
    Line("AWS::SES::MailManagerRuleSet",
         "Rules.Actions.InvokeLambda.FunctionArn",
         "ses", "mail rule {}", _ANYONE,
         "anyone who can send mail to it",
         "mail comes from everywhere"),
    Line("AWS::CodeCommit::Repository",
         "Triggers.DestinationArn",
         "invoke", "repository {}", _PRINCIPAL,
         "those who may push to the repository",
         "a repository's trigger invokes it"),
    Line("AWS::Lex::Bot",
         "TestBotAliasSettings.BotAliasLocaleSettings.BotAliasLocaleSetting."
         "CodeHookSpecification.LambdaCodeHook.LambdaArn",
         "invoke", "test alias of chat bot {}", _ACCOUNT,
         "principals of this account that test the bot",
         "a bot's code hook receives what people say"),
    Line("AWS::Transfer::Workflow",
         "Steps.CustomStepDetails.Target",
         "invoke", "transfer workflow {}", _SIGNED_IN,
         "users of the transfer server",
         "a workflow runs for every file that they upload"),
    Line("AWS::SSM::Document",
         "Content.mainSteps.inputs.FunctionName",
         "invoke", "automation document {}", _PRINCIPAL,
         "those who may run the document",
         "a step of the document invokes it"),
    Line("AWS::Cognito::IdentityPool",
         "CognitoEvents.SyncTrigger",
         "cognito", "identity pool {} (SyncTrigger)", _SIGNED_IN,
         "users of the identity pool",
         "clients synchronise their data sets"),
)
# fmt: on

#: Type → paths to what it writes into on behalf of somebody else; sender as in the line's words.
_FEEDS = {
    "AWS::SES::ReceiptRule": (
        (
            "Rule.Actions.S3Action.BucketName",
            "Rule.Actions.SNSAction.TopicArn",
            "Rule.Actions.S3Action.TopicArn",
        ),
        Sender(_ANYONE, "anyone who can send mail to it", "mail comes from everywhere"),
    ),
    "AWS::IoT::TopicRule": (
        tuple(
            f"TopicRulePayload.Actions.{tail}"
            for tail in (
                "Sqs.QueueUrl",
                "Sns.TargetArn",
                "Kinesis.StreamName",
                "S3.BucketName",
                "DynamoDB.TableName",
                "DynamoDBv2.PutItem.TableName",
                "StepFunctions.StateMachineName",
                "Firehose.DeliveryStreamName",
            )
        ),
        Sender(
            _SIGNED_IN,
            "devices that may publish to the topic",
            "devices are admitted by their certificates and IoT policies",
        ),
    ),
    "AWS::Transfer::User": (
        ("HomeDirectory", "HomeDirectoryMappings.Target"),
        Sender(_SIGNED_IN, "users of the transfer server", "they upload files"),
    ),
}


def collect(triggers: Triggers) -> None:
    for line in LINES:
        for resource in triggers.graph.of(line.type):
            _line(triggers, line, resource)
    for type_name, (paths, sender) in _FEEDS.items():
        for resource in triggers.graph.of(type_name):
            for path in paths:
                for value, holder in walk(resource.properties, path):
                    for target in triggers.graph.find(value, *WRITABLE):
                        words = f"{name_of(resource)} writes to it"
                        triggers.senders.feed(target.id, words, sender, holder.location)
    _log_subscriptions(triggers)
    _custom_resources(triggers)


def _line(triggers: Triggers, line: Line, resource: Resource) -> None:
    for value, holder in walk(resource.properties, line.path):
        for function in triggers.graph.functions(value):
            at = _place(holder, line.path)
            name = line.name.format(name_of(resource))
            sender = Sender(line.exposure, line.who, line.reason, at)
            triggers.add(line.kind, function, name, sender, at, source=resource, properties=holder)


def _place(holder: Mapping, path: str) -> Location:
    return holder.key_location(path.rpartition(".")[2])


def _log_subscriptions(triggers: Triggers) -> None:
    """What stands in a log group is what its writers log, often words of their own callers."""
    for item in triggers.graph.of("AWS::Logs::SubscriptionFilter"):
        group = item.properties.get("LogGroupName")
        groups = triggers.graph.find(group, "log-group")
        shown = name_of(groups[0]) if groups else rendered(group)
        at = item.properties.key_location("DestinationArn")
        sender = Sender(
            _ACCOUNT,
            f"whatever writes to log group {shown}",
            "log lines carry what the writers put into them",
            at,
        )
        destination = item.properties.get("DestinationArn")
        for function in triggers.graph.functions(destination):
            triggers.add(
                "logs",
                function,
                f"log group {shown}",
                sender,
                at,
                source=groups[0] if groups else item,
                properties=item.properties,
            )
        for target in triggers.graph.find(destination, "stream", "delivery-stream"):
            triggers.senders.feed(target.id, f"log group {shown} is sent to it", sender, at)


def _custom_resources(triggers: Triggers) -> None:
    """Custom resources invoke their provider when a stack is deployed."""
    for resource in triggers.graph.application.resources.values():
        if not resource.type.startswith(("Custom::", "AWS::CloudFormation::CustomResource")):
            continue
        at = resource.properties.key_location("ServiceToken")
        for token in items(resource.properties, "ServiceToken"):
            for function in triggers.graph.functions(token):
                sender = Sender(
                    _PRINCIPAL,
                    "CloudFormation, for those who deploy the stack",
                    "a custom resource names it as its provider",
                    at,
                )
                triggers.add(
                    "invoke",
                    function,
                    f"custom resource {resource.logical_id}",
                    sender,
                    at,
                    source=resource,
                    properties=resource.properties,
                )
            for topic in triggers.graph.find(token, "topic"):
                sender = Sender(_PRINCIPAL, "CloudFormation", "a custom resource", at)
                triggers.senders.feed(topic.id, "a custom resource publishes to it", sender, at)
