"""Who can meet what an entry asks for: guests, address lists, conditions."""

from __future__ import annotations

from pathlib import Path

from aws_helpers import app, cfn, function, sam, table

CODE = {"src/app.py": "def handler(event, context):\n    return event\n"}


def test_guests_of_an_identity_pool_call_a_signed_api(tmp_path: Path) -> None:
    template = cfn(
        """
        Api: {Type: AWS::ApiGateway::RestApi, Properties: {Name: shop}}
        Root:
          Type: AWS::ApiGateway::Method
          Properties:
            RestApiId: !Ref Api
            ResourceId: !GetAtt Api.RootResourceId
            HttpMethod: GET
            AuthorizationType: AWS_IAM
            Integration:
              Type: AWS_PROXY
              Uri: !Sub arn:aws:apigateway:${AWS::Region}:lambda:path/2015-03-31/functions/${Worker.Arn}/invocations
        Pool:
          Type: AWS::Cognito::IdentityPool
          Properties: {AllowUnauthenticatedIdentities: true, IdentityPoolName: visitors}
        Attached:
          Type: AWS::Cognito::IdentityPoolRoleAttachment
          Properties:
            IdentityPoolId: !Ref Pool
            Roles: {unauthenticated: !GetAtt Guest.Arn}
        Guest:
          Type: AWS::IAM::Role
          Properties:
            AssumeRolePolicyDocument: {Statement: []}
            Policies:
              - PolicyName: call
                PolicyDocument:
                  Statement:
                    - Effect: Allow
                      Action: execute-api:Invoke
                      Resource: !Sub arn:aws:execute-api:${AWS::Region}:${AWS::AccountId}:${Api}/*
        """,
        function("Worker"),
    )
    assert table(app(tmp_path, template)) == [
        "apigateway-rest | GET / -> Worker | anyone: anyone, as a guest of identity pool visitors | iam"
    ]


def test_address_list_of_a_sam_api_narrows_its_senders(tmp_path: Path) -> None:
    template = sam(
        """
        Api:
          Type: AWS::Serverless::Api
          Properties:
            StageName: prod
            Auth: {ResourcePolicy: {IpRangeWhitelist: [198.51.100.7]}}
        Fn:
          Type: AWS::Serverless::Function
          Properties:
            InlineCode: "def handler(event, context): return event"
            Handler: index.handler
            Runtime: python3.12
            Events:
              Get: {Type: Api, Properties: {RestApiId: !Ref Api, Path: /, Method: get}}
        """
    )
    application = app(tmp_path, template)
    assert table(application) == [
        "apigateway-rest | GET / -> Fn | principal: callers with aws:SourceIp 198.51.100.7 | none"
    ]
    (trigger,) = application.triggers.values()
    assert "198.51.100.7" in trigger.sender.reason


def test_names_that_unresolved_text_writes_out(tmp_path: Path) -> None:
    """A definition exported from the console names the function in plain text."""
    template = cfn(
        """
        Api:
          Type: AWS::ApiGateway::RestApi
          Properties:
            Body:
              openapi: 3.0.1
              paths:
                /:
                  get:
                    x-amazon-apigateway-integration:
                      type: aws_proxy
                      uri: "arn:aws:apigateway:eu-west-1:lambda:path/2015-03-31/functions/arn:aws:lambda:eu-west-1:1:function:worker:live/invocations"
                  post:
                    x-amazon-apigateway-integration:
                      type: aws_proxy
                      uri: "arn:aws:apigateway:eu-west-1:lambda:path/2015-03-31/functions/arn:aws:lambda:eu-west-1:1:function:${stageVariables.fn}/invocations"
        """,
        function("Worker", "FunctionName: worker"),
    )
    application = app(tmp_path, template)
    assert table(application) == ["apigateway-rest | GET / -> Worker | anyone: anyone | none"]
    assert [unknown.what for unknown in application.unknowns if "behind" in unknown.what] == [
        "function behind POST /"
    ]


def test_guests_who_may_invoke_a_function(tmp_path: Path) -> None:
    template = cfn(
        """
        Pool:
          Type: AWS::Cognito::IdentityPool
          Properties: {AllowUnauthenticatedIdentities: false, IdentityPoolName: members}
        Attached:
          Type: AWS::Cognito::IdentityPoolRoleAttachment
          Properties:
            IdentityPoolId: !Ref Pool
            Roles: {unauthenticated: !GetAtt Member.Arn, authenticated: !GetAtt Member.Arn}
        Member:
          Type: AWS::IAM::Role
          Properties:
            AssumeRolePolicyDocument: {Statement: []}
            Policies:
              - PolicyName: call
                PolicyDocument:
                  Statement: {Effect: Allow, Action: lambda:InvokeFunction, Resource: !GetAtt Worker.Arn}
        """,
        function("Worker"),
        function("Other"),
    )
    assert table(app(tmp_path, template)) == [
        "invoke | invocation by users of identity pool members -> Worker | authenticated: users of identity pool members | iam",
        "invoke | direct invocation -> Other | account: anyone in the account with lambda:InvokeFunction | iam",
    ]


CONDITION = """
Parameters:
  Stage: {Type: String}
Conditions:
  Production: !Equals [!Ref Stage, prod]
"""


def test_access_that_hangs_on_a_condition_is_the_widest(tmp_path: Path) -> None:
    template = CONDITION + cfn(
        """
        Url:
          Type: AWS::Lambda::Url
          Properties:
            TargetFunctionArn: !Ref Worker
            AuthType: !If [Production, AWS_IAM, NONE]
        Api: {Type: AWS::ApiGatewayV2::Api, Properties: {Name: shop, ProtocolType: HTTP}}
        ToWorker:
          Type: AWS::ApiGatewayV2::Integration
          Properties: {ApiId: !Ref Api, IntegrationType: AWS_PROXY, IntegrationUri: !GetAtt Worker.Arn}
        Route:
          Type: AWS::ApiGatewayV2::Route
          Properties:
            ApiId: !Ref Api
            RouteKey: GET /
            AuthorizationType: !If [Production, AWS_IAM, !Ref AWS::NoValue]
            Target: !Sub integrations/${ToWorker}
        Files:
          Type: AWS::S3::Bucket
          Properties:
            AccessControl: !If [Production, Private, PublicReadWrite]
            PublicAccessBlockConfiguration:
              Fn::If: [Production, {BlockPublicAcls: true}, {BlockPublicAcls: false}]
            NotificationConfiguration:
              LambdaConfigurations: [{Event: s3:ObjectCreated:Put, Function: !GetAtt Worker.Arn}]
        """,
        function("Worker"),
    )
    application = app(tmp_path, template)
    assert table(application) == [
        "apigateway-http | GET / -> Worker | anyone: anyone | none",
        "function-url | URL of Worker -> Worker | anyone: anyone | none",
        "s3 | bucket Files (ObjectCreated:Put) -> Worker | anyone: anyone | none",
    ]
    url = list(application.triggers.values())[1]
    assert url.sender.reason == (
        "the URL's authentication type is NONE, depending on the condition Production"
    )


def test_function_of_either_branch_gets_the_trigger(tmp_path: Path) -> None:
    template = CONDITION + cfn(
        """
        Jobs: {Type: AWS::SQS::Queue}
        Mapping:
          Type: AWS::Lambda::EventSourceMapping
          Properties:
            EventSourceArn: !GetAtt Jobs.Arn
            FunctionName: !If [Production, !Ref One, !Ref Two]
        """,
        function("One"),
        function("Two"),
    )
    assert [row.partition(" | ")[2][:18] for row in table(app(tmp_path, template))] == [
        "queue Jobs -> One ",
        "queue Jobs -> Two ",
    ]
