"""Whole stories, from hand-built applications."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from shop import Shop, allow, at, story, tree

from ringfence.model.application import (
    Channel,
    ResourcePolicy,
    Role,
)
from ringfence.model.facts import CallArgument, CloudCall, Flow
from ringfence.model.finding import Finding
from ringfence.model.severity import Exposure, Severity
from ringfence.model.value import Reference, Scalar
from ringfence.paths import words
from ringfence.permissions.parse import parse_policy


def test_an_open_api_that_runs_commands() -> None:
    shop = Shop()
    orders = shop.resource(
        "Orders", "AWS::DynamoDB::Table", "table", tags={"data-class": "personal"}
    )
    arn = Reference(orders.id, "Arn")
    label = shop.function(
        "PrintLabel",
        allow("dynamodb:*", arn),
        allow(["s3:GetObject"], "*"),
        allow("logs:PutLogEvents", "*"),
    )
    post = shop.trigger(label, "apigateway-http", "POST /labels", Exposure.ANYONE)
    shop.flow(label, "os-command-injection", "execute", "os.system", "event.body.printer", post)
    shop.flow(label, "os-command-injection", "execute", "os.popen", "event.body.tray", post, line=9)
    assert [story(path) for path in shop.paths()] == [
        "[critical, high] Anyone can run commands in PrintLabel and reach personal data\n"
        "template.yaml:20 Anyone on the internet can send POST /labels to PrintLabel (no authoriser)\n"
        "PrintLabel/app.py:5 Field printer of the request body reaches os.system, so the sender's "
        "commands run in PrintLabel (1 more such place)\n"
        ":0 With the credentials of PrintLabel's role they can read, write, delete from and "
        "administer table Orders (personal data); read every bucket in the account\n"
        "fix PrintLabel/app.py:5 Pass the arguments as a list, without a shell (in all 2 places)"
    ]


def test_a_story_through_a_queue() -> None:
    shop = Shop()
    queue = shop.resource("Shipping", "AWS::SQS::Queue", "queue")
    create = shop.function("CreateOrder", line=10)
    ship = shop.function("Ship", allow("*", "*"), line=30)
    post = shop.trigger(
        create,
        "apigateway-rest",
        "POST /orders",
        Exposure.AUTHENTICATED,
        "anyone who signs up",
        auth="cognito",
    )
    sqs = shop.trigger(
        ship, "sqs", "queue Shipping", Exposure.ACCOUNT, "this account", source=queue.id, line=40
    )
    channel = Channel("sqs", create.id, ship.id, queue.id, sqs.id, at(7, "CreateOrder/app.py"))
    shop.flow(
        ship, "code-injection", "execute", "eval", "event.Records[].body.note", post, sqs,
        via=(channel,), remedy="Parse the note instead.",
    )  # fmt: skip
    assert [story(path) for path in shop.paths()] == [
        "[critical, high] Any signed-in user can run code in Ship and take over the account\n"
        "template.yaml:20 Anyone who signs up can send POST /orders to CreateOrder (signed in)\n"
        "CreateOrder/app.py:7 CreateOrder passes it on through queue Shipping to Ship\n"
        "Ship/app.py:5 Field note of the message reaches eval, so the sender's code runs in Ship\n"
        ":0 With the credentials of Ship's role they can do everything in the account\n"
        "fix Ship/app.py:5 Parse the note instead"
    ]


def test_escalation_is_told_where_the_role_is_taken() -> None:
    shop = Shop()
    admin = shop.function("Admin", allow(["iam:PassRole", "lambda:*"], "*"))
    url = shop.trigger(admin, "function-url", "URL of Admin", Exposure.ANYONE)
    shop.flow(admin, "path-traversal", "read-file", "open", "event.queryStringParameters.file", url)
    (path,) = shop.paths()
    assert story(path) == (
        "[high, high] Anyone can read files of Admin and take over the account\n"
        "template.yaml:20 Anyone on the internet can call the URL of Admin (no authoriser)\n"
        "Admin/app.py:5 The query parameter file reaches open, so the sender chooses which file "
        "Admin reads\n"
        ":0 /proc/self/environ holds the credentials of its role, with which they can call, delete "
        "and replace the code of every function in the account\n"
        ":0 The role also lets them replace another function's code and act with its role "
        "(lambda:UpdateFunctionCode)\n"
        "fix Admin/app.py:5 Pass the arguments as a list, without a shell"
    )


def test_shared_code_is_one_path_led_by_the_widest_sender() -> None:
    shop = Shop()
    for name, exposure in (("Inner", Exposure.ACCOUNT), ("Outer", Exposure.ANYONE)):
        function = shop.function(name, allow("s3:GetObject", "*"))
        trigger = shop.trigger(function, "apigateway-rest", f"GET /{name}", exposure)
        shop.flow(function, "sql-injection", "alter-query", "cursor.execute", "event.body", trigger)
    shared = at(3, "common/db.py")
    shop.facts.flows = [
        Flow(f.rule, f.function, f.source, f.sink, f.argument, shared, (), f.certainty, f.effect)
        for f in shop.facts.flows
    ]
    shop.findings = [
        Finding(
            "sql-injection",
            "",
            "injection",
            Severity.HIGH,
            "high",
            "developer",
            "",
            shared,
            "Bind.",
            "x",
        )
    ]
    (path,) = shop.paths()
    assert path.title == "Anyone can rewrite the queries of Outer"
    assert path.lines[1].text == (
        "The request body reaches cursor.execute, so the sender rewrites the SQL statement; "
        "Inner shares this code"
    )


def test_suppressed_flows_are_not_told() -> None:
    shop = Shop()
    function = shop.function("F")
    trigger = shop.trigger(function, "apigateway-rest", "GET /", Exposure.ANYONE)
    shop.flow(function, "code-injection", "execute", "eval", "event.body", trigger, finding=False)
    assert shop.paths() == []


def test_an_open_entry_that_deletes_and_reads_personal_data() -> None:
    shop = Shop()
    users = shop.resource("Profiles", "AWS::DynamoDB::Table", "table", tags={"data-class": "pii"})
    function = shop.function("Remove", allow("dynamodb:*", Reference(users.id, "Arn")))
    entry = shop.trigger(
        function, "apigateway-http", "DELETE /profiles/{id}", Exposure.ANYONE, path="/profiles/{id}"
    )
    for operation, line in (("GetItem", 3), ("DeleteItem", 4)):
        shop.facts.calls.append(
            CloudCall(
                function.id, "dynamodb", operation,
                {"TableName": CallArgument((), (users.id,))}, at(line, "remove/app.py"),
            )
        )  # fmt: skip
    assert shop.paths() == []  # the checks found nothing wrong with it
    shop.access(entry)
    assert shop.paths()[0].findings == ("anonymous-DELETE /profiles/{id}",)
    assert [story(path) for path in shop.paths()] == [
        "[high, medium] Anyone can delete from and read table Profiles through Remove (personal data)\n"
        "template.yaml:20 Anyone on the internet can send DELETE /profiles/{id} to Remove (no authoriser)\n"
        "remove/app.py:4 Remove then lets them read and delete from table Profiles (personal data)\n"
        "template.yaml:10 No authoriser asks who the sender is; only the code itself could\n"
        "fix template.yaml:20 Add an authoriser to DELETE /profiles/{id}"
    ]


def test_doors_that_must_stand_open_are_left_alone() -> None:
    shop = Shop()
    users = shop.resource("Users", "AWS::DynamoDB::Table", "table")
    function = shop.function("SignIn", allow("dynamodb:*", Reference(users.id, "Arn")))
    door = shop.trigger(function, "apigateway-http", "POST /login", Exposure.ANYONE, path="/login")
    shop.access(door)
    shop.facts.calls.append(
        CloudCall(
            function.id,
            "dynamodb",
            "GetItem",
            {"TableName": CallArgument((), (users.id,))},
            at(1, "a.py"),
        )
    )
    assert shop.paths() == []


def test_a_bucket_that_everyone_may_write() -> None:
    shop = Shop()
    bucket = shop.resource(
        "CustomerUploads", "AWS::S3::Bucket", "bucket", 50, AccessControl="PublicReadWrite"
    )
    handle = shop.function("Handle")
    shop.trigger(handle, "s3", "bucket CustomerUploads", Exposure.ANYONE, source=bucket.id, line=60)
    (path,) = shop.paths()
    assert story(path) == (
        "[high, medium] Anyone can read and write bucket CustomerUploads (personal data, by the name)\n"
        ":0 Anyone on the internet can read and write bucket CustomerUploads: its access control "
        "list is PublicReadWrite\n"
        "template.yaml:60 What they put there starts Handle\n"
        "template.yaml:50 No function is needed: bucket CustomerUploads (personal data, by the "
        "name) is open by itself\n"
        "fix :0 Remove the public grant and block public access (all four settings)"
    )


def test_public_sites_and_blocked_buckets_are_silent() -> None:
    shop = Shop()
    shop.resource("WebsiteBucket", "AWS::S3::Bucket", "bucket", AccessControl="PublicRead")
    block = {"IgnorePublicAcls": True}
    shop.resource(
        "UserFiles", "AWS::S3::Bucket", "bucket",
        AccessControl="PublicRead", PublicAccessBlockConfiguration=block,
    )  # fmt: skip
    assert shop.paths() == []


def test_a_table_policy_for_everyone() -> None:
    shop = Shop()
    table = shop.resource("Patients", "AWS::DynamoDB::Table", "table", 5)
    policy = parse_policy(
        tree({"Effect": "Allow", "Principal": "*", "Action": "dynamodb:GetItem", "Resource": "*"})
    )
    shop.application.resource_policies.append(ResourcePolicy(table.id, "table", policy, at(8)))
    (path,) = shop.paths()
    assert path.title == "Anyone can read table Patients (health data, by the name)"
    assert (path.severity, path.confidence) == (Severity.HIGH, "medium")


def test_a_stated_class_raises_and_a_stated_public_silences() -> None:
    shop = Shop()
    bucket = shop.resource("Things", "AWS::S3::Bucket", "bucket", AccessControl="PublicRead")
    assert shop.paths() == []
    (path,) = shop.paths(classes={bucket.id: "health"})
    assert path.severity is Severity.CRITICAL
    assert path.title == "Anyone can read bucket Things (health data)"


def test_what_the_account_misuses_is_told_when_something_is_behind_it() -> None:
    shop = Shop()
    put = {"Effect": "Allow", "Action": "dynamodb:PutItem", "Resource": "*"}
    for name, statements in (("Bare", []), ("Rich", [put])):
        function = shop.function(name, *statements)
        trigger = shop.trigger(function, "sqs", name, Exposure.ACCOUNT)
        shop.flow(function, "code-injection", "execute", "eval", "event.Records[].body", trigger)
    assert [path.title for path in shop.paths()] == ["Someone in the account can run code in Rich"]


def test_worst_first_and_no_more_than_a_person_reads() -> None:
    shop = Shop()
    for number in range(80):
        function = shop.function(f"F{number}")
        exposure = Exposure.ANYONE if number % 2 else Exposure.AUTHENTICATED
        trigger = shop.trigger(function, "apigateway-rest", f"GET /{number}", exposure)
        shop.flow(function, "code-injection", "execute", "eval", "event.body", trigger)
    paths = shop.paths()
    assert len(paths) == 60
    severities = [path.severity for path in paths]
    assert severities == sorted(severities, reverse=True)
    assert len({path.id for path in paths}) == 60


def test_event_paths_in_words() -> None:
    said = {
        "event.Records[].s3.object.key": "The object's key",
        "event.queryStringParameters.file": "The query parameter file",
        "event.queryStringParameters": "A query parameter",
        "event.body": "The request body",
        "event.body.items[].name": "Field items.name of the request body",
        "event.headers.X-User": "The header X-User",
        "event.pathParameters.id": "The path parameter id",
        "event.Records[].body.note": "Field note of the message",
        "event.Records[].body": "The message",
        "event.Records[].Sns.Message": "The message",
        "event.Records[].dynamodb.NewImage.name.S": "Field name of the item",
        "event.detail.user.name": "Field user.name of the event",
        "event.arguments.input": "The GraphQL argument input",
        "event.body.params.arguments.a": "Field params.arguments.a of the request body",
        "event.body[].itemId": "Field itemId of the request body",
        "event.headers": "A header",
        "event.custom": "The event's custom",
        "event": "The event",
    }
    assert {path: words.field(path) for path in said} == said
    assert words.field("s3.ListObjects.Contents[].Key", "response") == (
        "What s3 ListObjects answers (Contents[].Key)"
    )


def test_what_only_a_browser_or_a_log_shows_is_no_path() -> None:
    shop = Shop()
    function = shop.function("F")
    trigger = shop.trigger(function, "apigateway-rest", "GET /", Exposure.ANYONE)
    shop.flow(function, "open-redirect", "impersonate", "Location", "event.body", trigger)
    shop.flow(function, "cross-site-scripting", "script", "the page", "event.body", trigger, line=8)
    assert shop.paths() == []


def test_a_sender_nobody_else_can_be_makes_no_path_for_small_effects() -> None:
    shop = Shop()
    function = shop.function("F")
    clock = shop.trigger(function, "schedule", "rate(1 day)", Exposure.NONE, "the clock")
    shop.flow(function, "path-traversal", "write-file", "open", "event.name", clock)
    assert shop.paths() == []


def test_functions_that_the_role_may_call_reach_further() -> None:
    shop = Shop()
    table = shop.resource("Patients", "AWS::DynamoDB::Table", "table", tags={"data-class": "phi"})
    inner = shop.function("Inner", allow("dynamodb:GetItem", Reference(table.id, "Arn")), line=70)
    outer = shop.function("Outer", allow("lambda:InvokeFunction", Reference(inner.id, "Arn")))
    trigger = shop.trigger(outer, "apigateway-rest", "POST /", Exposure.ANYONE)
    shop.flow(outer, "code-injection", "execute", "eval", "event.body", trigger)
    (path,) = shop.paths()
    assert [line.text for line in path.lines[2:]] == [
        "With the credentials of Outer's role they can call function Inner",
        "They can also call Inner, whose role may read table Patients (health data)",
    ]


def test_code_without_a_template_and_secrets_in_the_environment() -> None:
    shop = Shop()
    made = shop.function("app.handler", allow("sqs:SendMessage", "*"))
    held = {name: Scalar("x") for name in ("DB_PASSWORD", "SECRET_ARN", "STAGE", "API_KEY")}
    function = replace(made, environment=held)
    shop.application.functions[function.id] = function
    trigger = shop.trigger(
        function, "invoke", "app.handler", Exposure.UNKNOWN, "whoever may invoke it"
    )
    shop.flow(function, "code-injection", "execute", "eval", "event.code", trigger)
    (path,) = shop.paths()
    assert (str(path.severity), path.title) == (
        "high",
        "Whoever starts it can run code in app.handler",
    )
    assert [line.text for line in path.lines] == [
        "No template says who starts app.handler; whoever does controls its event",
        "The event's code reaches eval, so the sender's code runs in app.handler",
        "With the credentials of app.handler's role they can send to every queue in the account; "
        "its environment also holds DB_PASSWORD and API_KEY",
    ]


def test_two_entries_to_one_use_are_one_path() -> None:
    shop = Shop()
    function = shop.function("F")
    triggers = [
        shop.trigger(function, "apigateway-rest", name, Exposure.ANYONE)
        for name in ("POST /a", "PUT /b")
    ]
    shop.flow(function, "code-injection", "execute", "eval", "event.body", *triggers)
    (path,) = shop.paths()
    assert path.lines[0].text == (
        "Anyone on the internet can send POST /a to F (no authoriser); 1 more entry leads there"
    )


def test_a_request_to_a_fixed_host_opens_nothing() -> None:
    shop = Shop()
    function = shop.function("F", allow("s3:GetObject", "*"))
    trigger = shop.trigger(function, "apigateway-rest", "GET /", Exposure.ANYONE)

    def request(value: str, line: int) -> None:
        shop.flow(
            function, "server-side-request-forgery", "forge-request", "urllib.request.urlopen",
            "event.body", trigger, line=line, value=value,
        )  # fmt: skip

    request("https://api.example.com/items/{…}", 3)
    assert shop.paths() == []
    request("https://{…}.example.com/", 4)
    (path,) = shop.paths()
    assert path.lines[-1].text == (
        "From inside, such requests reach the runtime's own interface, which holds the events of "
        "other callers"
    )
    request("{…}", 5)
    (path,) = shop.paths()
    assert path.lines[-1].text == (
        "A file: address works too, and /proc/self/environ holds the credentials of its role, with "
        "which they can read every bucket in the account"
    )


def pool_with(shop: Shop, kind: str, guests: bool, *statements: dict[str, Any]) -> None:
    pool = shop.resource(
        "Pool", "AWS::Cognito::IdentityPool", "identity-pool", 80,
        AllowUnauthenticatedIdentities=guests,
    )  # fmt: skip
    held = shop.resource("PoolRole", "AWS::IAM::Role", "role", 90)
    policy = parse_policy(tree(list(statements)), origin="inline policy")
    shop.application.roles[held.id] = Role(held.id, (policy,), at(91))
    shop.resource(
        "Attachment", "AWS::Cognito::IdentityPoolRoleAttachment", "", 95,
        IdentityPoolId=Reference(pool.id), Roles={kind: Reference(held.id, "Arn")},
    )  # fmt: skip


def test_a_role_for_guests_needs_no_function() -> None:
    shop = Shop()
    table = shop.resource("Customers", "AWS::DynamoDB::Table", "table")
    arn = Reference(table.id, "Arn")
    pool_with(shop, "unauthenticated", True, allow(["dynamodb:Scan", "dynamodb:PutItem"], arn))
    (path,) = shop.paths()
    assert story(path) == (
        "[high, medium] Anyone can read table Customers (personal data, by the name) as identity "
        "pool Pool allows\n"
        ":0 Identity pool Pool gives its guests the role PoolRole\n"
        ":0 With it they can read and write table Customers (personal data, by the name)\n"
        ":0 They hold the credentials themselves, so no function stands between\n"
        "fix :0 Narrow the role PoolRole to the caller's own part, with "
        "${cognito-identity.amazonaws.com:sub} in the resource or a condition"
    )


def test_the_callers_own_part_and_closed_pools_are_silent() -> None:
    own = "${cognito-identity.amazonaws.com:sub}"
    leading = {"ForAllValues:StringEquals": {"dynamodb:LeadingKeys": [own]}}
    for statement, guests in (
        (allow("dynamodb:*", "arn:aws:dynamodb:*:*:table/Customers", Condition=leading), True),
        (allow("s3:*", f"arn:aws:s3:::customer-files/{own}/*"), True),
        (allow("dynamodb:*", "*"), False),
    ):
        shop = Shop()
        shop.resource("Customers", "AWS::DynamoDB::Table", "table", TableName="Customers")
        shop.resource("Files", "AWS::S3::Bucket", "bucket", BucketName="customer-files")
        pool_with(shop, "unauthenticated", guests, statement)
        assert shop.paths() == []
