"""State machines, pipes, brokers, permissions: who really starts the function."""

from __future__ import annotations

from pathlib import Path

import pytest
from aws_helpers import BUCKET, PERMISSION, app, cfn, function, only, sam, table

from ringfence.model.location import Location

CODE = {"src/app.py": "def handler(event, context):\n    return event\n"}


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
