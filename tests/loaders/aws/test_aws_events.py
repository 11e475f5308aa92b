"""Buckets, queues, topics and buses: who really puts the event there."""

from __future__ import annotations

from pathlib import Path

from aws_helpers import BUCKET, PERMISSION, app, cfn, function, only, table

CODE = {"src/app.py": "def handler(event, context):\n    return event\n"}


def test_bucket_matched_by_its_literal_name_and_open_by_policy(tmp_path: Path) -> None:
    template = cfn(
        """
        Uploads:
          Type: AWS::S3::Bucket
          Properties:
            BucketName: !Sub shop-uploads-${AWS::AccountId}
            NotificationConfiguration:
              LambdaConfigurations:
                - Event: s3:ObjectCreated:*
                  Filter: {S3Key: {Rules: [{Name: prefix, Value: in/}, {Name: suffix, Value: .csv}]}}
                  Function: !GetAtt Worker.Arn
        Open:
          Type: AWS::S3::BucketPolicy
          Properties:
            Bucket: !Sub shop-uploads-${AWS::AccountId}
            PolicyDocument:
              Statement:
                Sid: PublicWrite
                Effect: Allow
                Principal: "*"
                Action: ["s3:Put*"]
                Resource: !Sub arn:aws:s3:::shop-uploads-${AWS::AccountId}/*
        """,
        function("Worker"),
    )
    application = app(tmp_path, template)
    assert table(application) == [
        "s3 | bucket Uploads (ObjectCreated, in/*.csv) -> Worker | anyone: anyone | none"
    ]
    sender = only(application).sender
    assert sender.reason == "bucket policy 'PublicWrite' allows it"
    assert sender.proof is not None
    assert (sender.proof.file, sender.proof.line) == ("template.yaml", 17)
    (policy,) = application.resource_policies
    assert (policy.resource, policy.kind) == ("template.yaml#Uploads", "bucket")


def test_public_access_block_closes_a_public_policy(tmp_path: Path) -> None:
    template = cfn(
        BUCKET.format("PublicAccessBlockConfiguration: {RestrictPublicBuckets: true}"),
        """
        Open:
          Type: AWS::S3::BucketPolicy
          Properties:
            Bucket: !Ref Uploads
            PolicyDocument:
              Statement: [{Effect: Allow, Principal: "*", Action: s3:PutObject, Resource: "*"}]
        """,
        function("Worker"),
    )
    assert table(app(tmp_path, template)) == [
        "s3 | bucket Uploads (ObjectCreated:Put) -> Worker | account: principals of this account with s3:PutObject | iam"
    ]


def test_public_acl_lets_anyone_write(tmp_path: Path) -> None:
    template = cfn(BUCKET.format("AccessControl: PublicReadWrite"), function("Worker"))
    assert table(app(tmp_path, template)) == [
        "s3 | bucket Uploads (ObjectCreated:Put) -> Worker | anyone: anyone | none"
    ]


def test_upload_from_browsers_is_seen_in_the_cross_origin_rules(tmp_path: Path) -> None:
    rules = "CorsConfiguration: {CorsRules: [{AllowedMethods: [PUT], AllowedOrigins: ['*']}]}"
    template = cfn(BUCKET.format(rules), function("Worker"))
    assert table(app(tmp_path, template)) == [
        "s3 | bucket Uploads (ObjectCreated:Put) -> Worker | unknown: browsers with an upload address | unknown"
    ]


def test_api_feeds_queue_feeds_function(tmp_path: Path) -> None:
    """The queue's policy lets nobody in, yet anyone may send by way of the API."""
    template = cfn(
        """
        Api: {Type: AWS::ApiGateway::RestApi, Properties: {Name: shop}}
        Submit:
          Type: AWS::ApiGateway::Method
          Properties:
            RestApiId: !Ref Api
            ResourceId: !GetAtt Api.RootResourceId
            HttpMethod: POST
            AuthorizationType: NONE
            Integration:
              Type: AWS
              IntegrationHttpMethod: POST
              Credentials: !Sub arn:aws:iam::${AWS::AccountId}:role/api
              Uri: !Sub arn:aws:apigateway:${AWS::Region}:sqs:path/${AWS::AccountId}/${Jobs.QueueName}
        Jobs: {Type: AWS::SQS::Queue}
        Mapping:
          Type: AWS::Lambda::EventSourceMapping
          Properties: {EventSourceArn: !GetAtt Jobs.Arn, FunctionName: !Ref Worker}
        """,
        function("Worker"),
    )
    application = app(tmp_path, template)
    assert table(application) == ["sqs | queue Jobs -> Worker | anyone: anyone | none"]
    assert only(application).sender.reason == (
        "POST / writes to it; its authorization type is NONE"
    )


def test_reading_integration_feeds_nothing(tmp_path: Path) -> None:
    template = cfn(
        """
        Api: {Type: AWS::ApiGateway::RestApi, Properties: {Name: shop}}
        Read:
          Type: AWS::ApiGateway::Method
          Properties:
            RestApiId: !Ref Api
            ResourceId: !GetAtt Api.RootResourceId
            HttpMethod: GET
            AuthorizationType: NONE
            Integration:
              Type: AWS
              IntegrationHttpMethod: POST
              Uri: !Sub arn:aws:apigateway:${AWS::Region}:dynamodb:action/GetItem
              RequestTemplates: {application/json: !Sub '{"TableName": "${Items}"}'}
        Items:
          Type: AWS::DynamoDB::Table
          Properties: {StreamSpecification: {StreamViewType: NEW_IMAGE}}
        Mapping:
          Type: AWS::Lambda::EventSourceMapping
          Properties:
            {EventSourceArn: !GetAtt Items.StreamArn, FunctionName: !Ref Worker, StartingPosition: LATEST}
        """,
        function("Worker"),
    )
    assert table(app(tmp_path, template)) == [
        "dynamodb-stream | table Items -> Worker | account: principals of this account with dynamodb:PutItem | iam"
    ]


def test_topic_to_queue_to_function_is_one_chain(tmp_path: Path) -> None:
    template = cfn(
        """
        News: {Type: AWS::SNS::Topic, Properties: {TopicName: news}}
        Open:
          Type: AWS::SNS::TopicPolicy
          Properties:
            Topics: [!Ref News]
            PolicyDocument:
              Statement: [{Effect: Allow, Principal: {AWS: "*"}, Action: sns:Publish, Resource: !Ref News}]
        Jobs: {Type: AWS::SQS::Queue, Properties: {QueueName: jobs}}
        Delivery:
          Type: AWS::SNS::Subscription
          Properties: {TopicArn: !Ref News, Protocol: sqs, Endpoint: !GetAtt Jobs.Arn}
        FromNews:
          Type: AWS::SQS::QueuePolicy
          Properties:
            Queues: [!Ref Jobs]
            PolicyDocument:
              Statement:
                - Effect: Allow
                  Principal: {Service: sns.amazonaws.com}
                  Action: sqs:SendMessage
                  Resource: !GetAtt Jobs.Arn
                  Condition: {ArnEquals: {aws:SourceArn: !Ref News}}
        Mapping:
          Type: AWS::Lambda::EventSourceMapping
          Properties:
            EventSourceArn: !Sub arn:aws:sqs:${AWS::Region}:${AWS::AccountId}:jobs
            FunctionName: !GetAtt Worker.Arn
        """,
        function("Worker"),
    )
    application = app(tmp_path, template)
    assert table(application) == ["sqs | queue jobs -> Worker | anyone: anyone | none"]
    assert only(application).sender.reason == ("news may send to it; topic policy allows it")


def test_queue_open_to_a_service_without_a_source(tmp_path: Path) -> None:
    template = cfn(
        """
        Jobs: {Type: AWS::SQS::Queue}
        Policy:
          Type: AWS::SQS::QueuePolicy
          Properties:
            Queues: [!Ref Jobs]
            PolicyDocument:
              Statement:
                - {Effect: Allow, Principal: {Service: s3.amazonaws.com}, Action: sqs:*, Resource: "*"}
        Mapping:
          Type: AWS::Lambda::EventSourceMapping
          Properties: {EventSourceArn: !GetAtt Jobs.Arn, FunctionName: !Ref Worker}
        """,
        function("Worker"),
    )
    assert table(app(tmp_path, template)) == [
        "sqs | queue Jobs -> Worker | authenticated: any AWS account, through Amazon S3 | iam"
    ]


RULE = """
Bus:
  Type: AWS::Events::EventBus
  Properties: {Name: shop}
Rule:
  Type: AWS::Events::Rule
  Properties:
    EventBusName: !Ref Bus
    EventPattern: {source: [shop.web]}
    Targets: [{Id: worker, Arn: !GetAtt Worker.Arn}]
"""


def test_bus_open_to_an_organisation_and_to_everyone(tmp_path: Path) -> None:
    policy = """
    Policy:
      Type: AWS::Events::EventBusPolicy
      Properties:
        EventBusName: !Ref Bus
        StatementId: others
        Action: events:PutEvents
        Principal: "*"
        {}
    """
    condition = "Condition: {Type: StringEquals, Key: 'aws:PrincipalOrgID', Value: o-1}"
    narrow = cfn(RULE, policy.format(condition), function("Worker"))
    wide = cfn(RULE, policy.format(""), function("Worker"))
    assert table(app(tmp_path / "narrow", narrow)) == [
        "eventbridge | event shop.web on bus shop -> Worker | account: principals of this account with events:PutEvents | iam"
    ]
    assert table(app(tmp_path / "wide", wide)) == [
        "eventbridge | event shop.web on bus shop -> Worker | anyone: anyone | none"
    ]


def test_event_of_a_bucket_follows_the_bucket(tmp_path: Path) -> None:
    template = cfn(
        """
        Files:
          Type: AWS::S3::Bucket
          Properties: {AccessControl: PublicReadWrite}
        Rule:
          Type: AWS::Events::Rule
          Properties:
            EventPattern:
              source: [aws.s3]
              detail-type: [Object Created]
              detail: {bucket: {name: [!Ref Files]}}
            Targets: [{Id: worker, Arn: !GetAtt Worker.Arn}]
        State:
          Type: AWS::Events::Rule
          Properties:
            EventPattern: {source: [aws.ec2]}
            Targets: [{Id: worker, Arn: !GetAtt Worker.Arn}]
        """,
        function("Worker"),
    )
    assert table(app(tmp_path, template)) == [
        "eventbridge | event Object Created, aws.s3 -> Worker | anyone: anyone | none",
        "eventbridge | event aws.ec2 -> Worker | account: principals of this account, through aws.ec2 | iam",
    ]


def test_mail_stored_in_a_bucket_reaches_the_buckets_function(tmp_path: Path) -> None:
    template = cfn(
        BUCKET.format(""),
        """
        Mail:
          Type: AWS::SES::ReceiptRule
          Properties:
            RuleSetName: rules
            Rule: {Enabled: true, Actions: [{S3Action: {BucketName: !Ref Uploads}}]}
        """,
        function("Worker"),
    )
    assert table(app(tmp_path, template)) == [
        "s3 | bucket Uploads (ObjectCreated:Put) -> Worker | anyone: anyone who can send mail to it | none"
    ]


def test_notifications_that_the_cdk_writes(tmp_path: Path) -> None:
    template = cfn(
        """
        Files: {Type: AWS::S3::Bucket}
        Notifications:
          Type: Custom::S3BucketNotifications
          Properties:
            ServiceToken: arn:aws:lambda:eu-west-1:1:function:other
            BucketName: !Ref Files
            NotificationConfiguration:
              LambdaFunctionConfigurations:
                - Events: [s3:ObjectCreated:*]
                  Filter: {Key: {FilterRules: [{Name: suffix, Value: .csv}]}}
                  LambdaFunctionArn: !GetAtt Worker.Arn
        """,
        function("Worker"),
    )
    assert table(app(tmp_path, template)) == [
        "s3 | bucket Files (ObjectCreated, *.csv) -> Worker | account: principals of this account with s3:PutObject | iam"
    ]


def test_permission_whose_bucket_is_notified_by_something_else(tmp_path: Path) -> None:
    template = cfn(
        """
        Files: {Type: AWS::S3::Bucket, Properties: {AccessControl: PublicReadWrite}}
        """,
        PERMISSION.format("Principal: s3.amazonaws.com\n    SourceArn: !GetAtt Files.Arn"),
        function("Worker"),
    )
    assert table(app(tmp_path, template)) == ["s3 | bucket Files -> Worker | anyone: anyone | none"]


def test_api_that_stores_objects_by_bucket_name(tmp_path: Path) -> None:
    template = cfn(
        """
        Api: {Type: AWS::ApiGateway::RestApi, Properties: {Name: shop}}
        Put:
          Type: AWS::ApiGateway::Method
          Properties:
            RestApiId: !Ref Api
            ResourceId: !GetAtt Api.RootResourceId
            HttpMethod: PUT
            AuthorizationType: NONE
            Integration:
              Type: AWS
              IntegrationHttpMethod: PUT
              Uri: arn:aws:apigateway:eu-west-1:s3:path/shop-files/{key}
        """,
        BUCKET.format("BucketName: shop-files"),
        function("Worker"),
    )
    assert table(app(tmp_path, template)) == [
        "s3 | bucket shop-files (ObjectCreated:Put) -> Worker | anyone: anyone | none"
    ]


def test_api_that_lets_the_caller_pick_the_target_reaches_what_its_role_allows(
    tmp_path: Path,
) -> None:
    template = cfn(
        """
        Api: {Type: AWS::ApiGateway::RestApi, Properties: {Name: shop}}
        Put:
          Type: AWS::ApiGateway::Method
          Properties:
            RestApiId: !Ref Api
            ResourceId: !GetAtt Api.RootResourceId
            HttpMethod: PUT
            AuthorizationType: NONE
            Integration:
              Type: AWS
              IntegrationHttpMethod: POST
              Credentials: !GetAtt Writer.Arn
              Uri: arn:aws:apigateway:eu-west-1:kinesis:action/PutRecord
        Writer:
          Type: AWS::IAM::Role
          Properties:
            AssumeRolePolicyDocument: {Statement: []}
            Policies:
              - PolicyName: put
                PolicyDocument:
                  Statement: {Effect: Allow, Action: kinesis:PutRecord, Resource: !GetAtt Open.Arn}
        Open: {Type: AWS::Kinesis::Stream}
        Closed: {Type: AWS::Kinesis::Stream}
        FromOpen:
          Type: AWS::Lambda::EventSourceMapping
          Properties: {EventSourceArn: !GetAtt Open.Arn, FunctionName: !Ref Worker}
        FromClosed:
          Type: AWS::Lambda::EventSourceMapping
          Properties: {EventSourceArn: !GetAtt Closed.Arn, FunctionName: !Ref Worker}
        """,
        function("Worker"),
    )
    assert table(app(tmp_path, template)) == [
        "kinesis | stream Open -> Worker | anyone: anyone | none",
        "kinesis | stream Closed -> Worker | account: principals of this account with kinesis:PutRecord | iam",
    ]
