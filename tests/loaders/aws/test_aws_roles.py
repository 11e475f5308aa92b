"""Roles and resource policies: every place where a policy can stand."""

from __future__ import annotations

from pathlib import Path

from aws_helpers import app, cfn, function, sam, the

ROLE = """
Given:
  Type: AWS::IAM::Role
  Properties:
    RoleName: worker
    AssumeRolePolicyDocument:
      Statement: [{Effect: Allow, Principal: {Service: lambda.amazonaws.com}, Action: sts:AssumeRole}]
    PermissionsBoundary: !Ref Limit
    ManagedPolicyArns:
      - arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole
      - !Ref Own
      - !Sub arn:${AWS::Partition}:iam::aws:policy/AmazonS3ReadOnlyAccess
    Policies:
      - PolicyName: inline
        PolicyDocument: {Statement: {Effect: Allow, Action: s3:GetObject, Resource: "*"}}
Limit:
  Type: AWS::IAM::ManagedPolicy
  Properties: {PolicyDocument: {Statement: [{Effect: Allow, Action: "s3:*", Resource: "*"}]}}
Own:
  Type: AWS::IAM::ManagedPolicy
  Properties: {PolicyDocument: {Statement: [{Effect: Allow, Action: sqs:*, Resource: "*"}]}}
Joined:
  Type: AWS::IAM::Policy
  Properties:
    PolicyName: joined
    Roles: [!Ref Given]
    PolicyDocument: {Statement: [{Effect: Allow, Action: sns:Publish, Resource: "*"}]}
Single:
  Type: AWS::IAM::RolePolicy
  Properties:
    PolicyName: single
    RoleName: worker
    PolicyDocument: {Statement: [{Effect: Allow, Action: kms:Decrypt, Resource: "*"}]}
"""
GIVEN = "arn:aws:iam::123456789012:role/given"


def test_every_place_of_a_policy(tmp_path: Path) -> None:
    worker = function("Worker").replace(GIVEN, "!GetAtt Given.Arn")
    application = app(tmp_path, cfn(ROLE, worker))
    role = application.role_of(the(application, "Worker"))
    assert role is not None
    assert [policy.name for policy in role.policies] == [
        "inline",
        "AWSLambdaBasicExecutionRole",
        "Own",
        "AmazonS3ReadOnlyAccess",
        "joined",
        "single",
    ]
    assert role.managed == ("AWSLambdaBasicExecutionRole", "AmazonS3ReadOnlyAccess")
    assert role.boundary is not None
    assert role.boundary.statements[0].actions[0].text == "s3:*"
    assert role.trust is not None
    assert role.trust.statements[0].principals[0].kind == "Service"
    assert (role.complete, role.gaps, role.generated) == (True, (), False)


def test_role_by_its_arn_text(tmp_path: Path) -> None:
    for index, text in enumerate(
        ("!Sub arn:aws:iam::${AWS::AccountId}:role/worker", "arn:aws:iam::123456789012:role/worker")
    ):
        worker = function("Worker").replace(GIVEN, text)
        application = app(tmp_path / str(index), cfn(ROLE, worker))
        assert the(application, "Worker").role == "template.yaml#Given"


def test_role_and_policies_from_elsewhere_are_gaps(tmp_path: Path) -> None:
    template = sam(
        """
        Fn:
          Type: AWS::Serverless::Function
          Properties:
            InlineCode: "def handler(event, context): return event"
            Handler: index.handler
            Runtime: python3.12
            Policies: [arn:aws:iam::123456789012:policy/theirs]
        """,
        function("Worker"),
    )
    application = app(tmp_path, template)
    outside = application.role_of(the(application, "Worker"))
    generated = application.role_of(the(application, "Fn"))
    assert outside is not None
    assert generated is not None
    assert (outside.id, outside.complete) == ("template.yaml#Worker!role", False)
    assert outside.gaps == (f"role {GIVEN} is in no template: declared elsewhere",)
    assert (generated.id, generated.generated) == ("template.yaml#FnRole", True)
    assert generated.gaps == (
        "managed policy arn:aws:iam::123456789012:policy/theirs is not known: declared elsewhere",
    )


def test_resource_policies_of_every_kind(tmp_path: Path) -> None:
    statement = "{Statement: [{Effect: Allow, Principal: '*', Action: '*', Resource: '*'}]}"
    template = cfn(
        f"""
        Bucket: {{Type: AWS::S3::Bucket}}
        BucketRule:
          Type: AWS::S3::BucketPolicy
          Properties: {{Bucket: !Ref Bucket, PolicyDocument: {statement}}}
        Key: {{Type: AWS::KMS::Key, Properties: {{KeyPolicy: {statement}}}}}
        Secret: {{Type: AWS::SecretsManager::Secret}}
        SecretRule:
          Type: AWS::SecretsManager::ResourcePolicy
          Properties: {{SecretId: !Ref Secret, ResourcePolicy: {statement}}}
        Images: {{Type: AWS::ECR::Repository, Properties: {{RepositoryPolicyText: {statement}}}}}
        Files: {{Type: AWS::EFS::FileSystem, Properties: {{FileSystemPolicy: {statement}}}}}
        Items:
          Type: AWS::DynamoDB::Table
          Properties: {{ResourcePolicy: {{PolicyDocument: {statement}}}}}
        Api: {{Type: AWS::ApiGateway::RestApi, Properties: {{Policy: {statement}}}}}
        Layer: {{Type: AWS::Lambda::LayerVersion, Properties: {{Content: {{S3Bucket: b, S3Key: k}}}}}}
        Shared:
          Type: AWS::Lambda::LayerVersionPermission
          Properties:
            {{LayerVersionArn: !Ref Layer, Action: lambda:GetLayerVersion, Principal: "*"}}
        Lines:
          Type: AWS::Logs::ResourcePolicy
          Properties:
            PolicyName: lines
            PolicyDocument: '{{"Statement": [{{"Effect": "Allow", "Principal": "*", "Action": "logs:*", "Resource": "*"}}]}}'
        Elsewhere:
          Type: AWS::SQS::QueuePolicy
          Properties: {{Queues: ["https://sqs.eu-west-1.amazonaws.com/1/other"], PolicyDocument: {statement}}}
        """
    )
    application = app(tmp_path, template)
    assert sorted(
        (policy.kind, policy.resource.partition("#")[2])
        for policy in application.resource_policies
        if policy.document.statements[0].principals[0].kind == "*"
    ) == [
        ("api", "Api"),
        ("bucket", "Bucket"),
        ("file-system", "Files"),
        ("key", "Key"),
        ("layer", "Layer"),
        ("log-group", "Lines"),
        ("queue", "Elsewhere"),
        ("registry", "Images"),
        ("secret", "Secret"),
        ("table", "Items"),
    ]


def test_kinds_names_and_tags_of_resources(tmp_path: Path) -> None:
    template = cfn(
        """
        Items:
          Type: AWS::DynamoDB::Table
          DeletionPolicy: Retain
          Properties: {TableName: items, Tags: [{Key: data, Value: personal}]}
        Odd: {Type: Vendor::Thing::Odd, Properties: {Tags: {team: web}}}
        """
    )
    resources = app(tmp_path, template).resources
    items, odd = resources["template.yaml#Items"], resources["template.yaml#Odd"]
    assert (items.kind, items.tags, items.logical_id) == ("table", {"data": "personal"}, "Items")
    assert "DeletionPolicy" in items.attributes
    assert (odd.kind, odd.tags) == ("", {"team": "web"})
