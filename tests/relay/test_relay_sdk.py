"""Real SDK clients through the relay to a fake cloud: what was understood, what was recorded."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Iterator

import pytest

pytest.importorskip("boto3")
pytest.importorskip("moto")

from fake_cloud import FakeCloud, fake_cloud
from relay_harness import NOW, Session, relay, signed

from ringfence.model.event import Observation

# moto and botocore warn of their own use of old interfaces.
pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning")


@pytest.fixture(scope="module")
def cloud() -> Iterator[FakeCloud]:
    with fake_cloud() as server:
        yield server


@pytest.fixture
def session(cloud: FakeCloud) -> Iterator[Session]:
    with relay(cloud.url) as running:
        yield running


def _seen(session: Session) -> list[tuple[str, str]]:
    return [(item.value, item.resource) for item in session.observations]


def test_an_object_put_and_got_is_recorded_with_its_arn(session: Session) -> None:
    s3 = session.client("s3")
    s3.create_bucket(Bucket="photos", CreateBucketConfiguration={"LocationConstraint": "eu-west-1"})
    s3.put_object(Bucket="photos", Key="a b/ü.txt", Body=b"hello", Metadata={"who": "me"})
    assert s3.get_object(Bucket="photos", Key="a b/ü.txt")["Body"].read() == b"hello"
    (service, operation, parameters) = session.calls[1]
    assert (service, operation) == ("s3", "PutObject")
    assert parameters["Bucket"], parameters["Key"] == ("photos", "a b/ü.txt")
    assert parameters["Metadata"] == {"who": "me"}
    assert session.observations[1:] == [
        Observation(
            NOW, "resize", "action", "s3:PutObject", "arn:aws:s3:::photos/a b/ü.txt", "", "relay"
        ),
        Observation(
            NOW, "resize", "action", "s3:GetObject", "arn:aws:s3:::photos/a b/ü.txt", "", "relay"
        ),
    ]


def test_copies_name_their_source(session: Session) -> None:
    s3 = session.client("s3")
    s3.create_bucket(Bucket="copies", CreateBucketConfiguration={"LocationConstraint": "eu-west-1"})
    s3.put_object(Bucket="copies", Key="from/é 1", Body=b"x")
    s3.copy_object(Bucket="copies", Key="to", CopySource={"Bucket": "copies", "Key": "from/é 1"})
    assert _seen(session)[2:] == [
        ("s3:GetObject", "arn:aws:s3:::copies/from/é 1"),
        ("s3:PutObject", "arn:aws:s3:::copies/to"),
    ]


def test_lists_deletions_in_batch_and_subresources(session: Session) -> None:
    s3 = session.client("s3")
    s3.create_bucket(Bucket="lists", CreateBucketConfiguration={"LocationConstraint": "eu-west-1"})
    for key in ("a", "b"):
        s3.put_object(Bucket="lists", Key=key, Body=b"x")
    s3.put_object_tagging(Bucket="lists", Key="a", Tagging={"TagSet": [{"Key": "k", "Value": "v"}]})
    assert s3.list_objects_v2(Bucket="lists", Prefix="a")["KeyCount"] == 1
    s3.delete_objects(Bucket="lists", Delete={"Objects": [{"Key": "a"}, {"Key": "b"}]})
    assert [operation for _, operation, _ in session.calls[3:]] == [
        "PutObjectTagging", "ListObjectsV2", "DeleteObjects",
    ]  # fmt: skip
    assert session.calls[3][2]["Tagging"] == {"TagSet": [{"Key": "k", "Value": "v"}]}
    assert session.calls[4][2]["Prefix"] == "a"
    assert _seen(session)[-3:] == [
        ("s3:ListBucket", "arn:aws:s3:::lists"),
        ("s3:DeleteObject", "arn:aws:s3:::lists/a"),
        ("s3:DeleteObject", "arn:aws:s3:::lists/b"),
    ]


def test_a_large_upload_in_parts_arrives_whole(session: Session) -> None:
    from boto3.s3.transfer import TransferConfig

    s3 = session.client("s3")
    s3.create_bucket(Bucket="large", CreateBucketConfiguration={"LocationConstraint": "eu-west-1"})
    content = bytes(range(256)) * 1024 * 24  # 6 MiB
    s3.upload_fileobj(
        io.BytesIO(content),
        "large",
        "big",
        Config=TransferConfig(
            multipart_threshold=5 << 20, multipart_chunksize=5 << 20, use_threads=False
        ),
    )
    assert s3.get_object(Bucket="large", Key="big")["Body"].read() == content
    assert [operation for _, operation, _ in session.calls[1:-1]] == [
        "CreateMultipartUpload", "UploadPart", "UploadPart", "CompleteMultipartUpload",
    ]  # fmt: skip
    assert [parameters.get("PartNumber") for _, _, parameters in session.calls[2:4]] == [1, 2]
    assert len(session.calls[4][2]["MultipartUpload"]["Parts"]) == 2


def test_what_is_missing_stays_missing_for_the_client(session: Session) -> None:
    s3 = session.client("s3")
    s3.create_bucket(Bucket="empty", CreateBucketConfiguration={"LocationConstraint": "eu-west-1"})
    with pytest.raises(s3.exceptions.ClientError) as problem:
        s3.head_object(Bucket="empty", Key="none")
    assert problem.value.response["Error"]["Code"] == "404"
    assert _seen(session)[-1] == ("s3:GetObject", "arn:aws:s3:::empty/none")


def test_a_bucket_in_the_host_is_found() -> None:
    with relay() as session:
        for host in ("photos.s3.eu-west-1.amazonaws.com", "photos.localhost:4510"):
            session.send("GET", "/a/b", {"Host": host, "Authorization": signed("s3")})
    assert session.calls == [("s3", "GetObject", {"Bucket": "photos", "Key": "a/b"})] * 2


def test_a_presigned_address_is_its_signers(session: Session) -> None:
    s3 = session.client("s3", signature_version="s3v4")
    asked = {"Bucket": "photos", "Key": "k"}
    target = s3.generate_presigned_url("get_object", Params=asked).removeprefix(session.url)
    session.send("GET", target, {})
    assert _seen(session) == [("s3:GetObject", "arn:aws:s3:::photos/k")]
    assert session.observations[0].function == "resize"


def test_tables(session: Session) -> None:
    table = session.client("dynamodb")
    table.create_table(
        TableName="orders", BillingMode="PAY_PER_REQUEST",
        KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
    )  # fmt: skip
    table.put_item(TableName="orders", Item={"id": {"S": "1"}})
    put = {"Put": {"TableName": "orders", "Item": {"id": {"S": "2"}}}}
    table.transact_write_items(TransactItems=[put])
    assert session.calls[1] == (
        "dynamodb",
        "PutItem",
        {"TableName": "orders", "Item": {"id": {"S": "1"}}},
    )
    assert session.calls[2][2]["TransactItems"] == [put]
    assert _seen(session)[1] == (
        "dynamodb:PutItem",
        "arn:aws:dynamodb:eu-west-1:123456789012:table/orders",
    )


def test_streams_of_tables_are_not_taken_for_tables() -> None:
    with relay() as session:
        client = session.client("dynamodbstreams")
        with pytest.raises(client.exceptions.ClientError):
            client.list_streams()
    assert session.calls == [("dynamodbstreams", "ListStreams", {})]


def test_queues_and_topics(session: Session) -> None:
    queue = session.client("sqs").create_queue(QueueName="work", Attributes={"DelaySeconds": "5"})
    session.client("sqs").send_message(QueueUrl=queue["QueueUrl"], MessageBody="hi")
    topic = session.client("sns").create_topic(Name="news")["TopicArn"]
    entries = [{"Id": "1", "Message": "a"}, {"Id": "2", "Message": "b & c"}]
    session.client("sns").publish_batch(TopicArn=topic, PublishBatchRequestEntries=entries)
    assert session.calls == [
        ("sqs", "CreateQueue", {"QueueName": "work", "Attributes": {"DelaySeconds": "5"}}),
        ("sqs", "SendMessage", {"QueueUrl": queue["QueueUrl"], "MessageBody": "hi"}),
        ("sns", "CreateTopic", {"Name": "news"}),
        ("sns", "PublishBatch", {"TopicArn": topic, "PublishBatchRequestEntries": entries}),
    ]


def test_functions(session: Session) -> None:
    role = session.client("iam").create_role(
        RoleName="r", AssumeRolePolicyDocument="{}", Path="/a/"
    )["Role"]["Arn"]
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("app.py", "def handler(event, context): pass")
    session.client("lambda").create_function(
        FunctionName="f", Runtime="python3.12", Role=role, Handler="app.handler",
        Code={"ZipFile": packed.getvalue()},
    )  # fmt: skip
    session.client("lambda").get_function(FunctionName="f")
    assert session.calls[0][:2] == ("iam", "CreateRole")
    assert session.calls[0][2]["Path"] == "/a/"
    assert (session.calls[1][1], session.calls[1][2]["Role"]) == ("CreateFunction", role)
    assert session.calls[2] == ("lambda", "GetFunction", {"FunctionName": "f"})


#: (client, method, arguments): decoded parameters are the arguments themselves.
PLAIN = [
    ("kms", "list_keys", {"Limit": 5}),
    ("secretsmanager", "create_secret", {"Name": "db", "SecretString": "x"}),
    ("ssm", "put_parameter", {"Name": "/a/b", "Value": "1", "Type": "String"}),
    ("stepfunctions", "list_state_machines", {"maxResults": 5}),
    ("events", "put_events", {"Entries": [{"Source": "s", "DetailType": "d", "Detail": "{}"}]}),
    ("kinesis", "list_streams", {"Limit": 3}),
    (
        "cloudwatch",
        "put_metric_data",
        {"Namespace": "n", "MetricData": [{"MetricName": "m", "Value": 1.5}]},
    ),
    ("logs", "create_log_group", {"logGroupName": "/a/b"}),
    ("ec2", "describe_instances", {"Filters": [{"Name": "tag:a", "Values": ["1", "2"]}]}),
    ("rds", "describe_db_instances", {}),
    ("ses", "list_identities", {"IdentityType": "Domain"}),
    ("firehose", "list_delivery_streams", {"Limit": 2}),
    ("athena", "list_work_groups", {"MaxResults": 5}),
]


#: The same for services whose fake needs more packages: recorded only.
RECORDED = [
    ("apigateway", "create_rest_api", {"name": "n", "tags": {"a": "b"}}),
    ("apigatewayv2", "get_apis", {"MaxResults": "5"}),
    ("sesv2", "list_email_identities", {"PageSize": 5}),
    ("cognito-idp", "list_user_pools", {"MaxResults": 5}),
    ("cloudformation", "describe_stacks", {}),
    ("batch", "describe_jobs", {"jobs": ["a", "b"]}),
    ("iot-data", "publish", {"topic": "a/b", "qos": 1}),
    (
        "textract",
        "detect_document_text",
        {"Document": {"S3Object": {"Bucket": "bbb", "Name": "k"}}},
    ),
    ("apigatewaymanagementapi", "delete_connection", {"ConnectionId": "a="}),
]


@pytest.mark.parametrize(("service", "method", "arguments"), PLAIN)
def test_parameters_come_back(
    session: Session, service: str, method: str, arguments: dict[str, object]
) -> None:
    client = session.client(service)
    getattr(client, method)(**arguments)
    (found,) = session.calls
    operation = client.meta.method_to_api_mapping[method]
    assert found[:2] == (service, operation)
    extra = {"ClientRequestToken", "CreationToken"}  # tokens that the SDK makes up
    assert {key: value for key, value in found[2].items() if key not in extra} == arguments


@pytest.mark.parametrize(("service", "method", "arguments"), RECORDED)
def test_parameters_are_recorded(service: str, method: str, arguments: dict[str, object]) -> None:
    with relay() as session:
        client = session.client(service, inject_host_prefix=False)
        with pytest.raises(client.exceptions.ClientError, match="no upstream"):
            getattr(client, method)(**arguments)
    assert session.calls == [(service, client.meta.method_to_api_mapping[method], arguments)]


def test_a_large_metric_batch_that_the_sdk_packs_is_read(session: Session) -> None:
    data = [{"MetricName": f"metric-{n}" * 20, "Value": float(n)} for n in range(100)]
    session.client("cloudwatch").put_metric_data(Namespace="n", MetricData=data)
    assert session.calls[0][2]["MetricData"] == data
    assert session.recorded[0].call and session.recorded[0].call.complete


def test_operations_without_credentials_use_nothing() -> None:
    with relay() as session:
        pools = session.client("cognito-idp")
        with pytest.raises(pools.exceptions.ClientError):
            pools.sign_up(ClientId="c", Username="u", Password="Passw0rd!")
    assert [call[:2] for call in session.calls] == [("cognito-idp", "SignUp")]
    assert session.observations == []


def test_assumed_credentials_are_not_the_functions_own(session: Session) -> None:
    given = session.client("sts").assume_role(
        RoleArn="arn:aws:iam::123456789012:role/other", RoleSessionName="ss"
    )
    assert _seen(session) == [("sts:AssumeRole", "*")]
    session.client("sqs", function=given["Credentials"]["AccessKeyId"]).list_queues()
    assert [item.function for item in session.observations] == ["resize", ""]


def test_functions_side_by_side_are_told_apart(session: Session) -> None:
    for name in ("one", "two"):
        session.client("sqs", function=name).list_queues()
    assert [item.function for item in session.observations] == ["one", "two"]


def test_one_function_may_be_named_for_all(cloud: FakeCloud) -> None:
    with relay(cloud.url, function="Only") as session:
        session.client("sqs", function="whatever").list_queues()
    assert [item.function for item in session.observations] == ["Only"]


def test_without_an_upstream_calls_are_recorded_and_answered_clearly() -> None:
    with relay() as session:
        lambdas = session.client("lambda")
        with pytest.raises(
            lambdas.exceptions.ClientError,
            match="lambda Invoke was recorded; the relay has no upstream",
        ):
            lambdas.invoke(FunctionName="other", Payload=json.dumps({"a": 1}))
    assert session.calls == [("lambda", "Invoke", {"FunctionName": "other"})]
