"""REST APIs: what each entry asks for, and who can meet that."""

from __future__ import annotations

from pathlib import Path

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
