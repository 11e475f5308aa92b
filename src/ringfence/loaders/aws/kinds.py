"""Which provider types are which kind of resource, and which property names them.

Source: the AWS CloudFormation resource type reference.
"""

from __future__ import annotations

from ringfence.model.value import Mapping

#: Provider type → (our kind, the property that holds the physical name or "").
TYPES: dict[str, tuple[str, str]] = {
    "AWS::S3::Bucket": ("bucket", "BucketName"),
    "AWS::S3Express::DirectoryBucket": ("bucket", "BucketName"),
    "AWS::DynamoDB::Table": ("table", "TableName"),
    "AWS::DynamoDB::GlobalTable": ("table", "TableName"),
    "AWS::SQS::Queue": ("queue", "QueueName"),
    "AWS::SNS::Topic": ("topic", "TopicName"),
    "AWS::Kinesis::Stream": ("stream", "Name"),
    "AWS::Kinesis::StreamConsumer": ("", "ConsumerName"),
    "AWS::KinesisFirehose::DeliveryStream": ("delivery-stream", "DeliveryStreamName"),
    "AWS::Events::EventBus": ("bus", "Name"),
    "AWS::Events::Rule": ("rule", "Name"),
    "AWS::Scheduler::Schedule": ("schedule", "Name"),
    "AWS::Pipes::Pipe": ("pipe", "Name"),
    "AWS::ApiGateway::RestApi": ("api", "Name"),
    "AWS::ApiGatewayV2::Api": ("api", "Name"),
    "AWS::ApiGateway::Stage": ("stage", "StageName"),
    "AWS::ApiGatewayV2::Stage": ("stage", "StageName"),
    "AWS::ApiGateway::Authorizer": ("authorizer", "Name"),
    "AWS::ApiGatewayV2::Authorizer": ("authorizer", "Name"),
    "AWS::StepFunctions::StateMachine": ("state-machine", "StateMachineName"),
    "AWS::Cognito::UserPool": ("user-pool", "UserPoolName"),
    "AWS::Cognito::UserPoolClient": ("user-pool-client", "ClientName"),
    "AWS::Cognito::IdentityPool": ("identity-pool", "IdentityPoolName"),
    "AWS::SecretsManager::Secret": ("secret", "Name"),
    "AWS::SSM::Parameter": ("parameter", "Name"),
    "AWS::KMS::Key": ("key", ""),
    "AWS::KMS::ReplicaKey": ("key", ""),
    "AWS::Logs::LogGroup": ("log-group", "LogGroupName"),
    "AWS::CloudWatch::Alarm": ("alarm", "AlarmName"),
    "AWS::CloudWatch::CompositeAlarm": ("alarm", "AlarmName"),
    "AWS::CloudTrail::Trail": ("trail", "TrailName"),
    "AWS::ElasticLoadBalancingV2::LoadBalancer": ("load-balancer", "Name"),
    "AWS::ElasticLoadBalancing::LoadBalancer": ("load-balancer", "LoadBalancerName"),
    "AWS::CloudFront::Distribution": ("distribution", ""),
    "AWS::AppSync::GraphQLApi": ("graphql-api", "Name"),
    "AWS::ApiGateway::DomainName": ("domain", "DomainName"),
    "AWS::ApiGateway::DomainNameV2": ("domain", "DomainName"),
    "AWS::ApiGatewayV2::DomainName": ("domain", "DomainName"),
    "AWS::AppSync::DomainName": ("domain", "DomainName"),
    "AWS::CertificateManager::Certificate": ("certificate", "DomainName"),
    "AWS::EC2::VPC": ("vpc", ""),
    "AWS::EC2::Subnet": ("subnet", ""),
    "AWS::EC2::SecurityGroup": ("security-group", "GroupName"),
    "AWS::EC2::VPCEndpoint": ("vpc-endpoint", ""),
    "AWS::RDS::DBInstance": ("database", "DBInstanceIdentifier"),
    "AWS::RDS::DBCluster": ("database", "DBClusterIdentifier"),
    "AWS::Neptune::DBCluster": ("database", "DBClusterIdentifier"),
    "AWS::DocDB::DBCluster": ("database", "DBClusterIdentifier"),
    "AWS::Redshift::Cluster": ("database", "ClusterIdentifier"),
    "AWS::RedshiftServerless::Namespace": ("database", "NamespaceName"),
    "AWS::DSQL::Cluster": ("database", ""),
    "AWS::Timestream::Table": ("database", "TableName"),
    "AWS::ElastiCache::CacheCluster": ("cache", "ClusterName"),
    "AWS::ElastiCache::ReplicationGroup": ("cache", "ReplicationGroupId"),
    "AWS::ElastiCache::ServerlessCache": ("cache", "ServerlessCacheName"),
    "AWS::MemoryDB::Cluster": ("cache", "ClusterName"),
    "AWS::EFS::FileSystem": ("file-system", ""),
    "AWS::OpenSearchService::Domain": ("search-domain", "DomainName"),
    "AWS::Elasticsearch::Domain": ("search-domain", "DomainName"),
    "AWS::OpenSearchServerless::Collection": ("search-domain", "Name"),
    "AWS::ECR::Repository": ("registry", "RepositoryName"),
    "AWS::Lambda::LayerVersion": ("layer", "LayerName"),
    "AWS::Lambda::Function": ("function", "FunctionName"),
    "AWS::IAM::Role": ("role", "RoleName"),
    "AWS::IAM::Policy": ("policy", "PolicyName"),
    "AWS::IAM::RolePolicy": ("policy", "PolicyName"),
    "AWS::IAM::ManagedPolicy": ("policy", "ManagedPolicyName"),
    "AWS::S3::BucketPolicy": ("resource-policy", ""),
    "AWS::S3::AccessPoint": ("", "Name"),
    "AWS::SQS::QueuePolicy": ("resource-policy", ""),
    "AWS::SQS::QueueInlinePolicy": ("resource-policy", ""),
    "AWS::SNS::TopicPolicy": ("resource-policy", ""),
    "AWS::SNS::TopicInlinePolicy": ("resource-policy", ""),
    "AWS::Events::EventBusPolicy": ("resource-policy", ""),
    "AWS::SecretsManager::ResourcePolicy": ("resource-policy", ""),
    "AWS::Logs::ResourcePolicy": ("resource-policy", "PolicyName"),
    "AWS::Kinesis::ResourcePolicy": ("resource-policy", ""),
    "AWS::Lambda::LayerVersionPermission": ("resource-policy", ""),
    "AWS::SSM::ResourcePolicy": ("resource-policy", ""),
    "AWS::S3::AccessPointPolicy": ("resource-policy", ""),
    "AWS::Lambda::Permission": ("permission", ""),
}

#: ARN service → how its resource part leads to a physical name: the prefixes that stand before
#: the name; "" means that the name comes first. Source: the service authorization reference.
ARN_NAMES: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    # service: (prefixes, kinds)
    "s3": (("",), ("bucket",)),
    "sqs": (("",), ("queue",)),
    "sns": (("",), ("topic",)),
    "lambda": (("function:", "layer:"), ("function", "layer")),
    "dynamodb": (("table/",), ("table",)),
    "kinesis": (("stream/",), ("stream",)),
    "firehose": (("deliverystream/",), ("delivery-stream",)),
    "events": (("event-bus/", "rule/"), ("bus", "rule")),
    "states": (("stateMachine:", "express:"), ("state-machine",)),
    "iam": (("role/", "policy/"), ("role", "policy")),
    "secretsmanager": (("secret:",), ("secret",)),
    "ssm": (("parameter",), ("parameter",)),
    "cognito-idp": (("userpool/",), ("user-pool",)),
    "logs": (("log-group:",), ("log-group",)),
    "ecr": (("repository/",), ("registry",)),
    "es": (("domain/",), ("search-domain",)),
    "rds": (("cluster:", "db:"), ("database",)),
}

#: Language of a runtime's name without its version.
LANGUAGES = {
    "python": "python",
    "nodejs": "javascript",
    "java": "java",
    "dotnet": "dotnet",
    "dotnetcore": "dotnet",
    "go": "go",
    "ruby": "ruby",
    "provided": "custom",
}


def kind_of(provider_type: str) -> str:
    return TYPES.get(provider_type, ("", ""))[0]


def name_property(provider_type: str, properties: Mapping) -> str:
    """The property that holds a resource's physical name; "" where there is none."""
    known = TYPES.get(provider_type)
    if known is not None:
        return known[1]
    own = provider_type.rpartition("::")[2] + "Name"
    return own if own in properties else "Name"


def language_of_runtime(runtime: str) -> str:
    """The language of a runtime identifier (``python3.12``); "" when not known."""
    if runtime == "nodejs":
        return "javascript"
    word = runtime.split(".", 1)[0].rstrip("0123456789")
    return LANGUAGES.get(word, "")


def language_of_handler(handler: str) -> str:
    """What a handler's form alone tells: ``Class::method`` is Java, ``Assembly::Type::Method``
    is .NET; "" for all others."""
    return {1: "java", 2: "dotnet"}.get(handler.count("::"), "")
