"""HTTP entry points: what each asks for, and who can meet that."""

from __future__ import annotations

from pathlib import Path

import pytest
from aws_helpers import app, cfn, function, sam, table

CODE = {"src/app.py": "def handler(event, context):\n    return event\n"}


def test_rest_api_with_every_kind_of_security(tmp_path: Path) -> None:
    template = sam(
        """
        Api:
          Type: AWS::Serverless::Api
          Properties:
            StageName: prod
            Auth:
              DefaultAuthorizer: Users
              Authorizers:
                Users: {UserPoolArn: !GetAtt Pool.Arn}
                Tokens:
                  FunctionArn: !GetAtt Guard.Arn
                  Identity: {Header: X-Token, ReauthorizeEvery: 0}
        Pool:
          Type: AWS::Cognito::UserPool
          Properties: {UserPoolName: shoppers}
        Guard:
          Type: AWS::Serverless::Function
          Properties: {CodeUri: src, Handler: app.handler, Runtime: python3.12}
        Orders:
          Type: AWS::Serverless::Function
          Properties:
            CodeUri: src
            Handler: app.handler
            Runtime: python3.12
            Events:
              Default:
                Type: Api
                Properties: {RestApiId: !Ref Api, Path: /orders, Method: post}
              Open:
                Type: Api
                Properties:
                  RestApiId: !Ref Api
                  Path: /status
                  Method: get
                  Auth: {Authorizer: NONE}
              Custom:
                Type: Api
                Properties:
                  RestApiId: !Ref Api
                  Path: /admin
                  Method: any
                  Auth: {Authorizer: Tokens}
              Signed:
                Type: Api
                Properties:
                  RestApiId: !Ref Api
                  Path: /internal
                  Method: put
                  Auth: {Authorizer: AWS_IAM}
              Keyed:
                Type: Api
                Properties:
                  RestApiId: !Ref Api
                  Path: /partner
                  Method: get
                  Auth: {Authorizer: NONE, ApiKeyRequired: true}
        """
    )
    application = app(tmp_path, template, CODE)
    assert sorted(table(application)) == [
        "apigateway-rest | ANY /admin -> Orders | authenticated: whoever the authorizer Guard lets in | custom",
        "apigateway-rest | GET /partner -> Orders | authenticated: anyone with an API key | api-key",
        "apigateway-rest | GET /status -> Orders | anyone: anyone | none",
        "apigateway-rest | POST /orders -> Orders | authenticated: anyone who signs up to shoppers | cognito",
        "apigateway-rest | PUT /internal -> Orders | account: principals of this account with execute-api:Invoke | iam",
        "apigateway-rest | authorizer Tokens of Api -> Guard | anyone: anyone | none",
    ]
    post = next(t for t in application.triggers.values() if t.name == "POST /orders")
    assert (post.method, post.path, post.protocol) == ("POST", "/orders", "https")
    assert post.source == "template.yaml#Api"
    admin = next(t for t in application.triggers.values() if t.name == "ANY /admin")
    assert admin.authentication.detail == "Guard, reads method.request.header.X-Token, not cached"


REST_METHODS = """
Api:
  Type: AWS::ApiGateway::RestApi
  Properties: {Name: shop}
Orders:
  Type: AWS::ApiGateway::Resource
  Properties: {RestApiId: !Ref Api, ParentId: !GetAtt Api.RootResourceId, PathPart: orders}
Order:
  Type: AWS::ApiGateway::Resource
  Properties: {RestApiId: !Ref Api, ParentId: !Ref Orders, PathPart: "{id}"}
Users:
  Type: AWS::ApiGateway::Authorizer
  Properties:
    RestApiId: !Ref Api
    Type: COGNITO_USER_POOLS
    Name: users
    ProviderARNs: [!GetAtt Pool.Arn]
Pool:
  Type: AWS::Cognito::UserPool
  Properties:
    UserPoolName: staff
    AdminCreateUserConfig: {AllowAdminCreateUserOnly: true}
GetOrder:
  Type: AWS::ApiGateway::Method
  Properties:
    RestApiId: !Ref Api
    ResourceId: !Ref Order
    HttpMethod: GET
    AuthorizationType: COGNITO_USER_POOLS
    AuthorizerId: !Ref Users
    ApiKeyRequired: true
    Integration:
      Type: AWS_PROXY
      IntegrationHttpMethod: POST
      Uri: !Sub arn:aws:apigateway:${AWS::Region}:lambda:path/2015-03-31/functions/${Worker.Arn}/invocations
ListOrders:
  Type: AWS::ApiGateway::Method
  Properties:
    RestApiId: !Ref Api
    ResourceId: !Ref Orders
    HttpMethod: GET
    AuthorizationType: NONE
    Integration:
      Type: AWS
      IntegrationHttpMethod: POST
      Uri:
        Fn::Join:
          - ""
          - - "arn:"
            - !Ref AWS::Partition
            - ":apigateway:"
            - !Ref AWS::Region
            - ":lambda:path/2015-03-31/functions/"
            - !GetAtt Worker.Arn
            - /invocations
Preflight:
  Type: AWS::ApiGateway::Method
  Properties:
    RestApiId: !Ref Api
    ResourceId: !Ref Orders
    HttpMethod: OPTIONS
    AuthorizationType: NONE
    Integration: {Type: MOCK}
"""


def test_rest_methods_as_resources(tmp_path: Path) -> None:
    application = app(tmp_path, cfn(REST_METHODS, function("Worker")))
    assert table(application) == [
        "apigateway-rest | GET /orders/{id} -> Worker | authenticated: users of staff | cognito",
        "apigateway-rest | GET /orders -> Worker | anyone: anyone | none",
    ]
    first = next(iter(application.triggers.values()))
    assert first.authentication.detail == "staff; and an API key"
    assert first.sender.reason == "staff lets only administrators create users"


def test_private_rest_api_is_reached_from_the_network_only(tmp_path: Path) -> None:
    private = REST_METHODS.replace(
        "Properties: {Name: shop}",
        "Properties: {Name: shop, EndpointConfiguration: {Types: [PRIVATE]}}",
    )
    assert table(app(tmp_path, cfn(private, function("Worker")))) == [
        "apigateway-rest | GET /orders/{id} -> Worker | account: hosts in the VPC | cognito",
        "apigateway-rest | GET /orders -> Worker | account: hosts in the VPC | none",
    ]


def test_address_range_in_the_policy_of_a_rest_api_narrows_its_senders(tmp_path: Path) -> None:
    policy = """{Name: shop, Policy: {Statement: [
        {Effect: Allow, Principal: "*", Action: execute-api:Invoke, Resource: "*",
         Condition: {IpAddress: {aws:SourceIp: 203.0.113.0/24}}}]}}"""
    limited = REST_METHODS.replace("{Name: shop}", policy.replace("\n", " "))
    rows = table(app(tmp_path, cfn(limited, function("Worker"))))
    assert rows[1] == (
        "apigateway-rest | GET /orders -> Worker | principal: callers with aws:SourceIp 203.0.113.0/24 | none"
    )


def test_http_api_routes_and_quick_create(tmp_path: Path) -> None:
    template = cfn(
        """
        Quick:
          Type: AWS::ApiGatewayV2::Api
          Properties: {Name: quick, ProtocolType: HTTP, Target: !GetAtt Worker.Arn}
        Api:
          Type: AWS::ApiGatewayV2::Api
          Properties: {Name: shop, ProtocolType: HTTP}
        ToWorker:
          Type: AWS::ApiGatewayV2::Integration
          Properties:
            ApiId: !Ref Api
            IntegrationType: AWS_PROXY
            IntegrationUri: !GetAtt Worker.Arn
        Tokens:
          Type: AWS::ApiGatewayV2::Authorizer
          Properties:
            ApiId: !Ref Api
            AuthorizerType: JWT
            Name: tokens
            JwtConfiguration: {Issuer: "https://login.example.com", Audience: [shop]}
        Open:
          Type: AWS::ApiGatewayV2::Route
          Properties: {ApiId: !Ref Api, RouteKey: GET /, Target: !Sub "integrations/${ToWorker}"}
        Closed:
          Type: AWS::ApiGatewayV2::Route
          Properties:
            ApiId: !Ref Api
            RouteKey: POST /orders
            AuthorizationType: JWT
            AuthorizerId: !Ref Tokens
            AuthorizationScopes: [orders.write]
            Target: !Join ["/", [integrations, !Ref ToWorker]]
        """,
        function("Worker"),
    )
    application = app(tmp_path, template)
    assert table(application) == [
        "apigateway-http | ANY $default -> Worker | anyone: anyone | none",
        "apigateway-http | GET / -> Worker | anyone: anyone | none",
        "apigateway-http | POST /orders -> Worker | authenticated: users of https://login.example.com | jwt",
    ]
    last = list(application.triggers.values())[-1]
    assert last.authentication.detail == "https://login.example.com, scopes orders.write"


def test_websocket_routes_rest_on_the_check_at_connect(tmp_path: Path) -> None:
    template = cfn(
        """
        Socket:
          Type: AWS::ApiGatewayV2::Api
          Properties: {Name: chat, ProtocolType: WEBSOCKET}
        Guarded:
          Type: AWS::ApiGatewayV2::Authorizer
          Properties:
            ApiId: !Ref Socket
            AuthorizerType: REQUEST
            Name: guard
            AuthorizerUri: !Sub arn:aws:apigateway:${AWS::Region}:lambda:path/2015-03-31/functions/${Guard.Arn}/invocations
        ToWorker:
          Type: AWS::ApiGatewayV2::Integration
          Properties:
            ApiId: !Ref Socket
            IntegrationType: AWS_PROXY
            IntegrationUri: !Sub arn:aws:apigateway:${AWS::Region}:lambda:path/2015-03-31/functions/${Worker.Arn}/invocations
        Connect:
          Type: AWS::ApiGatewayV2::Route
          Properties:
            ApiId: !Ref Socket
            RouteKey: $connect
            AuthorizationType: CUSTOM
            AuthorizerId: !Ref Guarded
            Target: !Sub integrations/${ToWorker}
        Send:
          Type: AWS::ApiGatewayV2::Route
          Properties:
            ApiId: !Ref Socket
            RouteKey: send
            Target: !Sub integrations/${ToWorker}
        """,
        function("Worker"),
        function("Guard"),
    )
    application = app(tmp_path, template)
    assert table(application) == [
        "apigateway-websocket | $connect -> Worker | authenticated: whoever the authorizer Guard lets in | custom",
        "apigateway-websocket | send -> Worker | authenticated: whoever the authorizer Guard lets in | custom",
        "apigateway-websocket | authorizer guard of chat -> Guard | anyone: anyone | none",
    ]
    send = list(application.triggers.values())[1]
    assert (send.method, send.path, send.protocol) == ("", "send", "wss")
    assert send.authentication.detail == "Guard; checked at $connect"


def test_a_websocket_route_answers_only_with_a_route_response(tmp_path: Path) -> None:
    target = "Target: !Sub 'integrations/${ToWorker}'"
    template = cfn(
        f"""
        Socket:
          Type: AWS::ApiGatewayV2::Api
          Properties: {{Name: chat, ProtocolType: WEBSOCKET}}
        ToWorker:
          Type: AWS::ApiGatewayV2::Integration
          Properties:
            ApiId: !Ref Socket
            IntegrationType: AWS_PROXY
            IntegrationUri: !Sub arn:aws:apigateway:${{AWS::Region}}:lambda:path/2015-03-31/functions/${{Worker.Arn}}/invocations
        Send:
          Type: AWS::ApiGatewayV2::Route
          Properties: {{ApiId: !Ref Socket, RouteKey: send, {target}}}
        Ask:
          Type: AWS::ApiGatewayV2::Route
          Properties: {{ApiId: !Ref Socket, RouteKey: ask, {target}}}
        Answer:
          Type: AWS::ApiGatewayV2::RouteResponse
          Properties: {{ApiId: !Ref Socket, RouteId: !Ref Ask, RouteResponseKey: $default}}
        Query:
          Type: AWS::ApiGatewayV2::Route
          Properties:
            ApiId: !Ref Socket
            RouteKey: query
            RouteResponseSelectionExpression: $default
            {target}
        """,
        function("Worker"),
    )
    triggers = app(tmp_path, template).triggers.values()
    assert {trigger.path: trigger.answers for trigger in triggers} == {
        "send": False,
        "ask": True,
        "query": True,
    }


def test_function_urls(tmp_path: Path) -> None:
    template = cfn(
        """
        OpenUrl:
          Type: AWS::Lambda::Url
          Properties: {TargetFunctionArn: !Ref Open, AuthType: NONE}
        OpenPermission:
          Type: AWS::Lambda::Permission
          Properties:
            FunctionName: !Ref Open
            Action: lambda:InvokeFunctionUrl
            Principal: "*"
            FunctionUrlAuthType: NONE
        SignedUrl:
          Type: AWS::Lambda::Url
          Properties: {TargetFunctionArn: !GetAtt Signed.Arn, AuthType: AWS_IAM}
        FrontedUrl:
          Type: AWS::Lambda::Url
          Properties: {TargetFunctionArn: !GetAtt Fronted.Arn, AuthType: AWS_IAM}
        FrontedPermission:
          Type: AWS::Lambda::Permission
          Properties:
            FunctionName: !Ref Fronted
            Action: lambda:InvokeFunctionUrl
            Principal: cloudfront.amazonaws.com
            SourceArn: !Sub arn:aws:cloudfront::${AWS::AccountId}:distribution/E1
        """,
        function("Open"),
        function("Signed"),
        function("Fronted"),
    )
    assert table(app(tmp_path, template)) == [
        "function-url | URL of Open -> Open | anyone: anyone | none",
        "function-url | URL of Signed -> Signed | account: principals of this account with lambda:InvokeFunctionUrl | iam",
        "function-url | URL of Fronted -> Fronted | anyone: anyone, through the distribution | iam",
    ]


BALANCER = """
Balancer:
  Type: AWS::ElasticLoadBalancingV2::LoadBalancer
  Properties: {Name: front, Scheme: internet-facing, SecurityGroups: [!Ref Group]}
Group:
  Type: AWS::EC2::SecurityGroup
  Properties:
    GroupDescription: web
    SecurityGroupIngress: [{IpProtocol: tcp, FromPort: 443, ToPort: 443, CidrIp: 0.0.0.0/0}]
Targets:
  Type: AWS::ElasticLoadBalancingV2::TargetGroup
  Properties: {TargetType: lambda, Targets: [{Id: !GetAtt Worker.Arn}]}
Listener:
  Type: AWS::ElasticLoadBalancingV2::Listener
  Properties:
    LoadBalancerArn: !Ref Balancer
    Protocol: HTTPS
    DefaultActions: [{Type: fixed-response, FixedResponseConfig: {StatusCode: "404"}}]
Open:
  Type: AWS::ElasticLoadBalancingV2::ListenerRule
  Properties:
    ListenerArn: !Ref Listener
    Priority: 1
    Conditions: [{Field: path-pattern, Values: [/api/*]}]
    Actions: [{Type: forward, TargetGroupArn: !Ref Targets}]
SignedIn:
  Type: AWS::ElasticLoadBalancingV2::ListenerRule
  Properties:
    ListenerArn: !Ref Listener
    Priority: 2
    Conditions:
      - {Field: path-pattern, PathPatternConfig: {Values: [/me]}}
      - {Field: http-request-method, HttpRequestMethodConfig: {Values: [GET]}}
    Actions:
      - Type: authenticate-oidc
        Order: 1
        AuthenticateOidcConfig: {Issuer: "https://login.example.com"}
      - {Type: forward, Order: 2, ForwardConfig: {TargetGroups: [{TargetGroupArn: !Ref Targets}]}}
"""


def test_load_balancer_rules(tmp_path: Path) -> None:
    application = app(tmp_path, cfn(BALANCER, function("Worker")))
    assert table(application) == [
        "alb | ANY /api/* of front -> Worker | anyone: anyone | none",
        "alb | GET /me of front -> Worker | authenticated: users of https://login.example.com | oauth",
    ]


def test_load_balancer_with_a_narrow_security_group(tmp_path: Path) -> None:
    narrow = BALANCER.replace("0.0.0.0/0", "198.51.100.0/24")
    rows = table(app(tmp_path, cfn(narrow, function("Worker"))))
    assert (
        rows[0]
        == "alb | ANY /api/* of front -> Worker | principal: addresses 198.51.100.0/24 | none"
    )


def test_graphql_api(tmp_path: Path) -> None:
    template = cfn(
        """
        Api:
          Type: AWS::AppSync::GraphQLApi
          Properties:
            Name: shop
            AuthenticationType: AMAZON_COGNITO_USER_POOLS
            UserPoolConfig: {UserPoolId: !Ref Pool}
            AdditionalAuthenticationProviders: [{AuthenticationType: API_KEY}]
        Pool: {Type: AWS::Cognito::UserPool, Properties: {UserPoolName: shoppers}}
        Source:
          Type: AWS::AppSync::DataSource
          Properties:
            ApiId: !GetAtt Api.ApiId
            Name: worker
            Type: AWS_LAMBDA
            LambdaConfig: {LambdaFunctionArn: !GetAtt Worker.Arn}
        Resolver:
          Type: AWS::AppSync::Resolver
          Properties:
            ApiId: !GetAtt Api.ApiId
            TypeName: Mutation
            FieldName: order
            DataSourceName: !GetAtt Source.Name
        """,
        function("Worker"),
    )
    assert table(app(tmp_path, template)) == [
        "appsync | Mutation.order of shop -> Worker | authenticated: anyone who signs up to shoppers | cognito"
    ]


def test_distribution_with_a_function_at_the_edge(tmp_path: Path) -> None:
    template = cfn(
        """
        Version:
          Type: AWS::Lambda::Version
          Properties: {FunctionName: !Ref Worker}
        Site:
          Type: AWS::CloudFront::Distribution
          Properties:
            DistributionConfig:
              Enabled: true
              DefaultCacheBehavior:
                TargetOriginId: site
                LambdaFunctionAssociations:
                  - {EventType: viewer-request, LambdaFunctionARN: !Ref Version}
        """,
        function("Worker"),
    )
    assert table(app(tmp_path, template)) == [
        "cloudfront | distribution Site * (viewer-request) -> Worker | anyone: anyone | none"
    ]


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


def test_http_api_that_writes_to_services(tmp_path: Path) -> None:
    template = cfn(
        """
        Api: {Type: AWS::ApiGatewayV2::Api, Properties: {Name: shop, ProtocolType: HTTP}}
        ToQueue:
          Type: AWS::ApiGatewayV2::Integration
          Properties:
            ApiId: !Ref Api
            IntegrationType: AWS_PROXY
            IntegrationSubtype: SQS-SendMessage
            RequestParameters: {QueueUrl: !Ref Jobs, MessageBody: $request.body}
        ToBus:
          Type: AWS::ApiGatewayV2::Integration
          Properties:
            ApiId: !Ref Api
            IntegrationType: AWS_PROXY
            IntegrationSubtype: EventBridge-PutEvents
            RequestParameters: {Source: web, DetailType: order, Detail: $request.body}
        Queue:
          Type: AWS::ApiGatewayV2::Route
          Properties: {ApiId: !Ref Api, RouteKey: POST /jobs, Target: !Sub "integrations/${ToQueue}"}
        Bus:
          Type: AWS::ApiGatewayV2::Route
          Properties:
            ApiId: !Ref Api
            RouteKey: POST /events
            AuthorizationType: AWS_IAM
            Target: !Sub integrations/${ToBus}
        Jobs: {Type: AWS::SQS::Queue}
        Mapping:
          Type: AWS::Lambda::EventSourceMapping
          Properties: {EventSourceArn: !GetAtt Jobs.Arn, FunctionName: !Ref Worker}
        Rule:
          Type: AWS::Events::Rule
          Properties:
            EventPattern: {source: [web]}
            Targets: [{Id: worker, Arn: !GetAtt Worker.Arn}]
        """,
        function("Worker"),
    )
    assert table(app(tmp_path, template)) == [
        "sqs | queue Jobs -> Worker | anyone: anyone | none",
        "eventbridge | event web -> Worker | account: principals of this account with events:PutEvents | iam",
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


@pytest.mark.parametrize(
    "uri",
    [
        '{"Fn::Sub": "arn:aws:apigateway:r:lambda:path/2015-03-31/functions/${Worker.Arn}/invocations"}',
        '"arn:aws:apigateway:r:lambda:path/2015-03-31/functions/${Worker.Arn}/invocations"',
        '"arn:aws:apigateway:r:lambda:path/2015-03-31/functions/arn:aws:lambda:r:1:function:worker/invocations"',
    ],
)
def test_definition_in_a_local_file(tmp_path: Path, uri: str) -> None:
    definition = f"""{{"openapi": "3.0.1",
      "components": {{"securitySchemes": {{"sigv4":
        {{"type": "apiKey", "in": "header", "name": "Authorization",
          "x-amazon-apigateway-authtype": "awsSigv4"}}}}}},
      "paths": {{"/": {{"get": {{"security": [{{"sigv4": []}}],
        "x-amazon-apigateway-integration": {{"type": "aws_proxy", "uri": {uri}}}}}}}}}}}"""
    template = cfn(
        """
        Api: {Type: AWS::ApiGateway::RestApi, Properties: {BodyS3Location: api/openapi.json}}
        """,
        function("Worker", "FunctionName: worker"),
    )
    application = app(tmp_path, template, {"api/openapi.json": definition})
    assert table(application) == [
        "apigateway-rest | GET / -> Worker | account: principals of this account with execute-api:Invoke | iam"
    ]
    (trigger,) = application.triggers.values()
    assert (trigger.location.file, trigger.location.line) == ("api/openapi.json", 5)
