import json
import os

import boto3
import firebase_admin.firestore
import httpx
from aws_lambda_powertools.utilities import parameters
from aws_lambda_powertools.utilities.parameters import SecretsProvider, SSMProvider, get_secret
from azure.data.tables import TableClient, TableServiceClient
from azure.keyvault.secrets import SecretClient
from azure.servicebus import ServiceBusClient
from azure.storage.blob import BlobServiceClient
from azure.storage.queue import QueueClient
from google.cloud import firestore, pubsub_v1, secretmanager, storage

PLACE = os.environ["CONNECTION"]
blobs = BlobServiceClient.from_connection_string(PLACE)
tables = TableServiceClient.from_connection_string(PLACE)
bus = ServiceBusClient.from_connection_string(PLACE)
vault = SecretClient(PLACE, None)
secrets = secretmanager.SecretManagerServiceClient()
topics = pubsub_v1.PublisherClient()
objects = storage.Client()


def chosen(event, context):
    body = json.loads(event["body"])
    name = body["name"]
    objects.bucket(name)  # bad: cloud-resource-injection
    objects.list_blobs(name)  # bad: cloud-resource-injection
    secrets.access_secret_version(request={"name": name})  # bad: cloud-resource-injection
    topics.publish(topic=name, data=b"")  # bad: cloud-resource-injection
    blobs.get_container_client(name)  # bad: cloud-resource-injection
    blobs.get_blob_client(container=name, blob="a")  # bad: cloud-resource-injection
    vault.get_secret(name)  # bad: cloud-resource-injection
    bus.get_queue_sender(queue_name=name)  # bad: cloud-resource-injection
    tables.get_table_client(name)  # bad: cloud-resource-injection
    QueueClient.from_connection_string(PLACE, name)  # bad: cloud-resource-injection


def fixed(event, context):
    body = json.loads(event["body"])
    name = body["name"]
    objects.bucket(os.environ["BUCKET"]).blob(name)
    objects.list_blobs("orders", prefix=name)
    secrets.access_secret_version(name="projects/p/secrets/s")
    topics.publish(topic=os.environ["TOPIC"], data=name.encode())
    blobs.get_container_client("uploads")
    blobs.get_blob_client(container="uploads", blob=name)
    vault.get_secret("signing")
    bus.get_queue_sender(queue_name="orders")
    tables.get_table_client("orders")
    TableClient.from_connection_string(PLACE, "orders")


def administers(event, context):
    body = json.loads(event["body"])
    ec2 = boto3.client("ec2")
    ec2.terminate_instances(InstanceIds=[body["id"]])  # bad: cloud-resource-injection
    ec2.terminate_instances(InstanceIds=["i-1"])
    s3 = boto3.client("s3")
    boto3.client("sqs").purge_queue(QueueUrl=body["queue"])  # bad: cloud-resource-injection
    boto3.client("sqs").purge_queue(QueueUrl="https://sqs.eu-west-1.amazonaws.com/1/orders")
    s3.list_object_versions(Bucket=body["bucket"])  # bad: cloud-resource-injection
    s3.list_object_versions(Bucket="orders")
    httpx.Client(base_url=body["host"])  # bad: server-side-request-forgery
    httpx.Client(base_url="https://api.example.com")


def parameters_of_the_sender(event, context):
    name = json.loads(event["body"])["name"]
    parameters.get_secret(name)  # bad: cloud-resource-injection
    get_secret(f"tenants/{name}/key")  # bad: cloud-resource-injection
    SecretsProvider().get(name=name)  # bad: cloud-resource-injection
    parameters.get_parameter(name, decrypt=True)  # bad: cloud-resource-injection
    SSMProvider().get(name)  # bad: cloud-resource-injection
    parameters.get_parameters(path=f"/tenants/{name}")  # bad: cloud-resource-injection


def parameters_of_a_list(event, context):
    name = json.loads(event["body"])["name"]
    if name in ("mail", "payments"):
        get_secret(name)
    SecretsProvider().get("signing")
    parameters.get_parameter(f"/{os.environ['STAGE']}/limits", decrypt=True)
    SSMProvider().get("/shop/limits")
    return parameters.get_parameters("/shop/limits").get(name)


def topic_of_the_sender(event, context):
    name = event["topic"]
    path = topics.topic_path("shop", name)  # bad: cloud-resource-injection
    topics.publish(path, b"")
    pubsub_v1.PublisherClient.topic_path("shop", topic=name)  # bad: cloud-resource-injection


def topic_of_the_code(event, context):
    path = topics.topic_path("shop", os.environ["TOPIC"])
    topics.publish(path, json.dumps({"text": event["text"]}).encode())
    pubsub_v1.PublisherClient.topic_path("shop", topic="orders")


def collection_of_the_sender(event, context):
    db = firestore.Client()
    db.collection(event["kind"]).document("1").get()  # bad: cloud-resource-injection
    db.collection(f"users/{event['kind']}/orders").get()  # bad: cloud-resource-injection
    firebase_admin.firestore.client().collection(event["kind"])  # bad: cloud-resource-injection


def collection_of_the_code(event, context):
    db = firestore.Client()
    db.collection("orders").document(event["id"]).get()
    firebase_admin.firestore.client().collection("orders").document(event["id"]).get()
