import json

import boto3

dynamodb = boto3.resource("dynamodb")
s3 = boto3.resource("s3")
sqs = boto3.resource("sqs")
events = boto3.client("events")
batch = boto3.client("batch")


def table_of_the_sender(event, context):
    table = dynamodb.Table(event["table"])  # bad: cloud-resource-injection
    table.put_item(Item={"id": "1"})
    return table.get_item(Key={"id": "1"})


def table_of_a_list(event, context):
    if event["table"] not in ("orders", "returns"):
        raise ValueError(event["table"])
    dynamodb.Table(event["table"]).put_item(Item={"id": "1"})
    dynamodb.Table("orders").get_item(Key={"id": event["id"]})


def bucket_of_the_sender(event, context):
    s3.Bucket(event["bucket"]).objects.all()  # bad: cloud-resource-injection
    return s3.Object(event["bucket"], "a").get()  # bad: cloud-resource-injection


def bucket_of_a_list(event, context):
    if event["bucket"] in ("reports", "archive"):
        s3.Bucket(event["bucket"]).objects.all()
    return s3.Object("reports", "a").get()


def queue_of_the_sender(event, context):
    sqs.Queue(event["queue"]).send_message(MessageBody="a")  # bad: cloud-resource-injection


def queue_of_a_list(event, context):
    queues = {"a": "https://sqs.eu-west-1.amazonaws.com/123456789012/jobs"}
    if event["queue"] in queues:
        sqs.Queue(event["queue"]).send_message(MessageBody="a")


def bus_of_the_sender(event, context):
    letter = {"Source": "shop", "DetailType": "order", "Detail": "{}"}
    letter["EventBusName"] = event["bus"]
    events.put_events(Entries=[letter])  # bad: cloud-resource-injection
    entries = [{**letter, "EventBusName": event["bus"], "Detail": text} for text in event["texts"]]
    events.put_events(Entries=entries)  # bad: cloud-resource-injection


def bus_of_the_code(event, context):
    letter = {"Source": "shop", "DetailType": "order", "EventBusName": "orders"}
    events.put_events(Entries=[{**letter, "Detail": json.dumps({"id": event["id"]})}])


def job_of_the_sender(event, context):
    line, job = event["queue"], event["job"]
    batch.submit_job(jobName="a", jobQueue=line, jobDefinition="a")  # bad: cloud-resource-injection
    batch.submit_job(jobName="a", jobQueue="a", jobDefinition=job)  # bad: cloud-resource-injection


def job_of_the_code(event, context):
    batch.submit_job(
        jobName="a", jobQueue="a", jobDefinition="a", parameters={"id": str(event["id"])}
    )


def settings(event, context):
    ssm = boto3.client("ssm")
    ssm.put_parameter(Name=event["name"], Value="on")  # bad: cloud-resource-injection
    ssm.put_parameter(Name="/shop/banner", Value=event["text"], Overwrite=True)
    boto3.client("athena").start_query_execution(  # bad: cloud-resource-injection
        QueryString="SELECT 1", ResultConfiguration={"OutputLocation": event["place"]}
    )
    boto3.client("athena").start_query_execution(
        QueryString="SELECT 1", ResultConfiguration={"OutputLocation": "s3://results/"}
    )
