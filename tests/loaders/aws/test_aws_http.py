"""HTTP APIs, sockets, function URLs, balancers: what each entry asks for."""

from __future__ import annotations

from pathlib import Path

import pytest
from aws_helpers import app, cfn, function, table

CODE = {"src/app.py": "def handler(event, context):\n    return event\n"}


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
