"""Entry points that are no HTTP endpoint: who really puts the event there."""

from __future__ import annotations

from pathlib import Path

import pytest
from aws_helpers import app, cfn, function, only, sam, table

from ringfence.model.location import Location


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


BUCKET = """
Uploads:
  Type: AWS::S3::Bucket
  Properties:
    NotificationConfiguration:
      LambdaConfigurations: [{{Event: s3:ObjectCreated:Put, Function: !GetAtt Worker.Arn}}]
    {}
"""


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


def test_sam_event_sources(tmp_path: Path) -> None:
    """What SAM makes of each event, in one table."""
    template = sam(
        """
        Worker:
          Type: AWS::Serverless::Function
          Properties:
            InlineCode: "def handler(event, context): return event"
            Handler: index.handler
            Runtime: python3.12
            Events:
              Queue: {Type: SQS, Properties: {Queue: !GetAtt Jobs.Arn}}
              Topic: {Type: SNS, Properties: {Topic: !Ref News}}
              Bucket: {Type: S3, Properties: {Bucket: !Ref Files, Events: s3:ObjectCreated:*}}
              Table: {Type: DynamoDB, Properties: {Stream: !GetAtt Items.StreamArn, StartingPosition: LATEST}}
              Stream: {Type: Kinesis, Properties: {Stream: !GetAtt Clicks.Arn, StartingPosition: LATEST}}
              Clock: {Type: Schedule, Properties: {Schedule: rate(1 day)}}
              Timer: {Type: ScheduleV2, Properties: {ScheduleExpression: cron(0 1 * * ? *)}}
              Rule: {Type: EventBridgeRule, Properties: {Pattern: {source: [shop.orders], detail-type: [Placed]}}}
              Things: {Type: IoTRule, Properties: {Sql: "SELECT * FROM 'a/b'"}}
              Lines: {Type: CloudWatchLogs, Properties: {LogGroupName: !Ref Group, FilterPattern: ERROR}}
              Users: {Type: Cognito, Properties: {UserPool: !Ref Pool, Trigger: PreSignUp}}
              Skill: {Type: AlexaSkill}
        Jobs: {Type: AWS::SQS::Queue}
        News: {Type: AWS::SNS::Topic}
        Files: {Type: AWS::S3::Bucket}
        Items: {Type: AWS::DynamoDB::Table}
        Clicks: {Type: AWS::Kinesis::Stream}
        Group: {Type: AWS::Logs::LogGroup}
        Pool: {Type: AWS::Cognito::UserPool}
        """
    )
    application = app(tmp_path, template)
    assert sorted(table(application)) == [
        "alexa | Alexa skill -> Worker | anyone: anyone who uses the skill | none",
        "cognito | user pool Pool (PreSignUp) -> Worker | anyone: anyone who signs up to Pool | none",
        "dynamodb-stream | table Items -> Worker | account: principals of this account with dynamodb:PutItem | iam",
        "eventbridge | event Placed, shop.orders -> Worker | account: principals of this account with events:PutEvents | iam",
        "iot | IoT rule WorkerThings -> Worker | authenticated: devices that may publish to the topic | iam",
        "kinesis | stream Clicks -> Worker | account: principals of this account with kinesis:PutRecord | iam",
        "logs | log group Group -> Worker | account: whatever writes to log group Group | iam",
        "s3 | bucket Files (ObjectCreated) -> Worker | account: principals of this account with s3:PutObject | iam",
        "schedule | schedule cron(0 1 * * ? *) -> Worker | none: nobody outside: the clock | provider",
        "schedule | schedule rate(1 day) -> Worker | none: nobody outside: the clock | provider",
        "sns | topic News -> Worker | account: principals of this account with sns:Publish | iam",
        "sqs | queue Jobs -> Worker | account: principals of this account with sqs:SendMessage | iam",
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


def test_pipe_with_enrichment(tmp_path: Path) -> None:
    template = cfn(
        """
        Jobs: {Type: AWS::SQS::Queue}
        Pipe:
          Type: AWS::Pipes::Pipe
          Properties:
            Name: enrich
            Source: !GetAtt Jobs.Arn
            Enrichment: !GetAtt Worker.Arn
            Target: !GetAtt Final.Arn
        """,
        function("Worker"),
        function("Final"),
    )
    assert table(app(tmp_path, template)) == [
        "pipe | pipe enrich from queue Jobs (enrichment) -> Worker | account: principals of this account with sqs:SendMessage | iam",
        "pipe | pipe enrich from queue Jobs (target) -> Final | account: principals of this account with sqs:SendMessage | iam",
    ]


def test_state_machine_text_object_and_nested_states(tmp_path: Path) -> None:
    text = """
    Machine:
      Type: AWS::StepFunctions::StateMachine
      Properties:
        StateMachineName: checkout
        DefinitionSubstitutions: {Charge: !GetAtt Charge.Arn}
        DefinitionString: !Sub |
          {"StartAt": "All", "States": {
            "All": {"Type": "Parallel", "End": true, "Branches": [
              {"StartAt": "Pay", "States": {"Pay": {"Type": "Task", "Resource": "${!Charge}", "End": true}}},
              {"StartAt": "Each", "States": {"Each": {"Type": "Map", "End": true, "ItemProcessor":
                {"StartAt": "Ship", "States": {"Ship": {"Type": "Task", "End": true,
                  "Resource": "arn:aws:states:::lambda:invoke",
                  "Parameters": {"FunctionName": "${Ship.Arn}", "Payload.$": "$"}}}}}}}
            ]}}}
    """
    template = cfn(text, function("Charge"), function("Ship"))
    application = app(tmp_path, template)
    assert sorted(table(application)) == [
        "stepfunctions | state machine checkout, state Pay -> Charge | account: principals of this account with states:StartExecution | iam",
        "stepfunctions | state machine checkout, state Ship -> Ship | account: principals of this account with states:StartExecution | iam",
    ]


def test_state_machine_started_by_an_open_api_in_a_local_file(tmp_path: Path) -> None:
    template = sam(
        """
        Machine:
          Type: AWS::Serverless::StateMachine
          Properties:
            Name: checkout
            DefinitionUri: flow.asl.json
            DefinitionSubstitutions: {Charge: !GetAtt Charge.Arn}
            Events:
              Start: {Type: Api, Properties: {Path: /start, Method: post}}
        """,
        function("Charge"),
    )
    flow = """{"StartAt": "Pay", "States": {
      "Pay": {"Type": "Task", "Resource": "${Charge}", "End": true}}}"""
    application = app(tmp_path, template, {"flow.asl.json": flow})
    assert table(application) == [
        "stepfunctions | state machine checkout, state Pay -> Charge | anyone: anyone | none"
    ]
    assert only(application).location == Location("flow.asl.json", 2, 7, 2, 12)


@pytest.mark.parametrize(
    ("files", "read"),
    [(["Flow.ASL.json"], True), (["Flow.ASL.json", "FLOW.asl.json"], False), ([], False)],
)
def test_a_file_whose_name_differs_in_case_is_the_one(
    tmp_path: Path, files: list[str], read: bool
) -> None:
    template = sam(
        """
        Machine:
          Type: AWS::Serverless::StateMachine
          Properties:
            DefinitionUri: flow.asl.json
            DefinitionSubstitutions: {Charge: !GetAtt Charge.Arn}
        """,
        function("Charge"),
    )
    flow = """{"StartAt": "Pay", "States": {
      "Pay": {"Type": "Task", "Resource": "${Charge}", "End": true}}}"""
    application = app(tmp_path, template, dict.fromkeys(files, flow))
    expected = "Flow.ASL.json" if read else "template.yaml"
    assert only(application).location.file == expected
    assert bool(application.skipped) != read


def test_destinations_and_dead_letters(tmp_path: Path) -> None:
    template = cfn(
        """
        Config:
          Type: AWS::Lambda::EventInvokeConfig
          Properties:
            FunctionName: !Ref Worker
            Qualifier: $LATEST
            DestinationConfig: {OnFailure: {Destination: !GetAtt Mourner.Arn}}
        Url:
          Type: AWS::Lambda::Url
          Properties: {TargetFunctionArn: !Ref Worker, AuthType: NONE}
        """,
        function("Worker"),
        function("Mourner"),
    )
    assert table(app(tmp_path, template)) == [
        "function-url | URL of Worker -> Worker | anyone: anyone | none",
        "invoke | destination of Worker (OnFailure) -> Mourner | anyone: anyone | none",
    ]


def test_other_invokers(tmp_path: Path) -> None:
    template = cfn(
        """
        Setup: {Type: Custom::Setup, Properties: {ServiceToken: !GetAtt Worker.Arn}}
        Rotation:
          Type: AWS::SecretsManager::RotationSchedule
          Properties: {SecretId: x, RotationLambdaARN: !GetAtt Worker.Arn}
        Rule:
          Type: AWS::Config::ConfigRule
          Properties:
            ConfigRuleName: tags
            Source: {Owner: CUSTOM_LAMBDA, SourceIdentifier: !GetAtt Worker.Arn}
        Line:
          Type: AWS::CodePipeline::Pipeline
          Properties:
            Name: line
            Stages:
              - Name: test
                Actions:
                  - Name: call
                    ActionTypeId: {Provider: Lambda, Category: Invoke, Owner: AWS, Version: 1}
                    Configuration: {FunctionName: !Ref Worker}
        Server:
          Type: AWS::Transfer::Server
          Properties: {IdentityProviderDetails: {Function: !GetAtt Worker.Arn}}
        """,
        function("Worker"),
    )
    assert table(app(tmp_path, template)) == [
        "config | Config rule tags -> Worker | account: principals of this account that change resources | iam",
        "codepipeline | pipeline line -> Worker | principal: those who may start the pipeline | iam",
        "invoke | secret rotation Rotation -> Worker | principal: Secrets Manager | iam",
        "invoke | sign-in of transfer server Server -> Worker | anyone: anyone who can reach the server | none",
        "invoke | custom resource Setup -> Worker | principal: CloudFormation, for those who deploy the stack | iam",
    ]


def test_brokers(tmp_path: Path) -> None:
    template = cfn(
        """
        Cluster: {Type: AWS::MSK::Cluster, Properties: {ClusterName: events}}
        FromKafka:
          Type: AWS::Lambda::EventSourceMapping
          Properties:
            {EventSourceArn: !Ref Cluster, FunctionName: !Ref Worker, Topics: [orders], StartingPosition: LATEST}
        FromOwn:
          Type: AWS::Lambda::EventSourceMapping
          Properties:
            FunctionName: !Ref Worker
            Topics: [clicks]
            SelfManagedEventSource: {Endpoints: {KafkaBootstrapServers: ["k:9092"]}}
        FromBroker:
          Type: AWS::Lambda::EventSourceMapping
          Properties:
            EventSourceArn: arn:aws:mq:eu-west-1:123456789012:broker:b:b-1
            FunctionName: !Ref Worker
            Queues: [jobs]
        """,
        function("Worker"),
    )
    assert table(app(tmp_path, template)) == [
        "kafka | Kafka topic orders -> Worker | principal: clients that may write to the Kafka topic orders | unknown",
        "kafka | Kafka topic clicks -> Worker | principal: clients that may write to the Kafka topic clicks | unknown",
        "mq | broker jobs -> Worker | principal: clients that may write to the broker jobs | unknown",
    ]


PERMISSION = """
Permission:
  Type: AWS::Lambda::Permission
  Properties:
    FunctionName: !Ref Worker
    Action: lambda:InvokeFunction
    {}
"""


def test_permissions_without_a_declared_source(tmp_path: Path) -> None:
    cases = {
        'Principal: "*"': "invoke | invocation by anyone with an AWS account -> Worker | anyone: anyone with an AWS account | none",
        'Principal: "210987654321"': "invoke | invocation by account 210987654321 -> Worker | principal: account 210987654321 | iam",
        "{Principal: s3.amazonaws.com}": "s3 | bucket -> Worker | authenticated: any AWS account, through Amazon S3 | iam",
        "{Principal: s3.amazonaws.com, SourceAccount: !Ref AWS::AccountId}": "s3 | bucket -> Worker | account: principals of this account, through Amazon S3 | iam",
        "{Principal: ses.amazonaws.com}": "ses | mail rule -> Worker | anyone: anyone who can send mail to it | none",
        "{Principal: cognito-idp.amazonaws.com}": "cognito | user pool -> Worker | unknown: those who sign in to a user pool | unknown",
        "{Principal: alexa-appkit.amazon.com, EventSourceToken: amzn1.skill}": "alexa | Alexa skill -> Worker | anyone: anyone who uses the skill | none",
        "{Principal: apigateway.amazonaws.com}": "apigateway-rest | API -> Worker | unknown: callers of an API | unknown",
    }
    for index, (principal, expected) in enumerate(cases.items()):
        extra = principal.strip("{}").replace(", ", "\n    ")
        template = cfn(PERMISSION.format(extra), function("Worker"))
        assert table(app(tmp_path / str(index), template)) == [expected]


def test_permission_beside_a_declared_trigger_adds_nothing(tmp_path: Path) -> None:
    template = cfn(
        BUCKET.format(""),
        PERMISSION.format("Principal: s3.amazonaws.com"),
        function("Worker"),
    )
    application = app(tmp_path, template)
    assert [trigger.kind for trigger in application.triggers.values()] == ["s3"]
    (policy,) = application.resource_policies
    assert (policy.kind, policy.resource) == ("function", "template.yaml#Worker")


def test_function_that_nothing_triggers(tmp_path: Path) -> None:
    application = app(tmp_path, cfn(function("Worker")))
    assert table(application) == [
        "invoke | direct invocation -> Worker | account: anyone in the account with lambda:InvokeFunction | iam"
    ]
    assert only(application).sender.reason == "nothing in the templates triggers it"


def test_functions_that_feed_each_other_are_no_endless_loop(tmp_path: Path) -> None:
    template = cfn(
        """
        First: {Type: AWS::SQS::Queue, Properties: {RedrivePolicy: {deadLetterTargetArn: !GetAtt Second.Arn}}}
        Second: {Type: AWS::SQS::Queue, Properties: {RedrivePolicy: {deadLetterTargetArn: !GetAtt First.Arn}}}
        Mapping:
          Type: AWS::Lambda::EventSourceMapping
          Properties: {EventSourceArn: !GetAtt First.Arn, FunctionName: !Ref Worker}
        """,
        function("Worker", "DeadLetterConfig: {TargetArn: !GetAtt First.Arn}"),
    )
    assert table(app(tmp_path, template)) == [
        "sqs | queue First -> Worker | account: principals of this account with sqs:SendMessage | iam"
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


def test_definition_that_is_missing_still_names_its_functions(tmp_path: Path) -> None:
    template = sam(
        """
        Machine:
          Type: AWS::Serverless::StateMachine
          Properties:
            DefinitionUri: gone.asl.json
            DefinitionSubstitutions: {Charge: !GetAtt Charge.Arn}
        """,
        function("Charge"),
    )
    assert table(app(tmp_path, template)) == [
        "stepfunctions | state machine Machine -> Charge | account: principals of this account with states:StartExecution | iam"
    ]


def test_two_templates_with_the_same_names_stay_apart(tmp_path: Path) -> None:
    text = cfn(
        """
        Jobs: {Type: AWS::SQS::Queue, Properties: {QueueName: jobs}}
        Mapping:
          Type: AWS::Lambda::EventSourceMapping
          Properties:
            EventSourceArn: arn:aws:sqs:eu-west-1:1:jobs
            FunctionName: worker
        """,
        function("Worker", "FunctionName: worker"),
    )
    application = app(tmp_path, text, {"other/template.yaml": text})
    assert sorted((t.function, t.source) for t in application.triggers.values()) == [
        ("other/template.yaml#Worker", "other/template.yaml#Jobs"),
        ("template.yaml#Worker", "template.yaml#Jobs"),
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
