# ruff: noqa
# fmt: off
import os
import smtplib
import ssl
import ftplib
import urllib.request

import aiohttp
import asyncpg
import boto3
import confluent_kafka
import grpc
import httpx
import kafka
import ldap3
import mysql.connector
import paho.mqtt.client as mqtt
import paramiko
import pika
import psycopg2
import pymongo
import pymysql
import redis
import requests
import sqlalchemy
import stomp
from botocore import UNSIGNED
from botocore.config import Config
from elasticsearch import Elasticsearch
from opensearchpy import OpenSearch, RequestsHttpConnection
from requests_aws4auth import AWS4Auth


def databases(event, context):
    password = os.environ["PASSWORD"]
    host = os.environ["HOST"]
    pymysql.connect(host="db.example.com", user="u", password=password)  # bad: plaintext-transport
    pymysql.connect(host=host, user="u", password=password)  # perhaps: plaintext-transport
    psycopg2.connect(host=host, password=password, sslmode="disable")  # bad: plaintext-transport
    psycopg2.connect(host=host, password=password, sslmode="prefer")  # bad: tls-verification-disabled
    psycopg2.connect(f"postgresql://app:{password}@{host}/orders?sslmode=disable")  # bad: plaintext-transport
    psycopg2.connect(host=host, password=password)  # perhaps: tls-verification-disabled
    sqlalchemy.create_engine(f"mysql+pymysql://app:{password}@db.example.com/orders")  # bad: plaintext-transport
    pymongo.MongoClient("mongodb://db.example.com:27017/orders")  # bad: plaintext-transport, unauthenticated-connection
    pymongo.MongoClient(os.environ["MONGO_URL"], tlsAllowInvalidCertificates=True)  # bad: tls-verification-disabled


def databases_well(event, context):
    password = os.environ["PASSWORD"]
    host = os.environ["HOST"]
    pymysql.connect(host="db.example.com", user="u", password=password, ssl={"ca": "ca.pem"})
    pymysql.connect(host="localhost", user="u", password=password)
    pymysql.connect(host="mysql", user="u", password=password)
    pymysql.connect(host="10.0.1.5", user="u", password=password)
    psycopg2.connect(host=host, password=password, sslmode="verify-full", sslrootcert="ca.pem")
    psycopg2.connect(host=host, password=password, sslmode="require")
    psycopg2.connect(f"postgresql://app:{password}@{host}/orders?sslmode=verify-full")
    psycopg2.connect(os.environ["DATABASE_URL"])
    mysql.connector.connect(host=host, password=password, ssl_verify_cert=True, ssl_ca="ca.pem")
    sqlalchemy.create_engine("sqlite:///orders.db")
    sqlalchemy.create_engine(os.environ["DATABASE_URL"])
    pymongo.MongoClient(os.environ["MONGO_URL"])
    pymongo.MongoClient(f"mongodb+srv://app:{password}@cluster.example.mongodb.net/orders")
    pymongo.MongoClient("mongodb://localhost:27017")
    pymongo.MongoClient(host, username="app", password=password, tls=True)
    token = boto3.client("rds").generate_db_auth_token(DBHostname=host, Port=3306, DBUsername="app")
    pymysql.connect(host=host, user="app", password=token, ssl={"ca": "ca.pem"})


def stores(event, context):
    redis.Redis(host="cache.example.com", port=6379)  # bad: plaintext-transport, unauthenticated-connection
    redis.Redis(host=os.environ["CACHE"], ssl=True)  # bad: unauthenticated-connection
    redis.from_url("redis://cache.example.com:6379/0", password=os.environ["P"])  # bad: plaintext-transport
    redis.Redis(host=os.environ["CACHE"], ssl=True, ssl_cert_reqs="none", password="" + event["p"])  # bad: tls-verification-disabled
    Elasticsearch(["https://search.example.com"])  # bad: unauthenticated-connection
    Elasticsearch("http://search.example.com:9200", basic_auth=("u", os.environ["P"]))  # bad: plaintext-transport
    OpenSearch(hosts=[{"host": os.environ["S"], "port": 443}], use_ssl=True, verify_certs=False, http_auth=("u", os.environ["P"]))  # bad: tls-verification-disabled


def stores_well(event, context):
    redis.Redis(host=os.environ["CACHE"], ssl=True, password=os.environ["P"])
    redis.Redis(host="localhost")
    redis.Redis()
    redis.Redis(**event["options"])
    redis.Redis(host="redis", port=6379)
    redis.from_url(os.environ["REDIS_URL"])
    redis.from_url(f"rediss://:{os.environ['P']}@cache.example.com:6379")
    signed = AWS4Auth("id", "key", "eu-west-1", "es", session_token="t")
    OpenSearch(hosts=[{"host": os.environ["S"], "port": 443}], http_auth=signed, use_ssl=True, verify_certs=True, connection_class=RequestsHttpConnection)
    Elasticsearch(os.environ["ELASTIC_URL"])
    Elasticsearch(cloud_id=os.environ["C"], api_key=os.environ["K"])


def brokers(event, context):
    kafka.KafkaProducer(bootstrap_servers=["b-1.example.com:9092"])  # bad: plaintext-transport, unauthenticated-connection
    kafka.KafkaProducer(bootstrap_servers=os.environ["B"], security_protocol="SASL_PLAINTEXT", sasl_mechanism="PLAIN", sasl_plain_username="u", sasl_plain_password=os.environ["P"])  # bad: plaintext-transport
    confluent_kafka.Producer({"bootstrap.servers": "b-1.example.com:9092", "security.protocol": "SSL"})  # bad: unauthenticated-connection
    pika.ConnectionParameters("broker.example.com", credentials=pika.PlainCredentials("u", os.environ["P"]))  # bad: plaintext-transport
    pika.URLParameters("amqp://broker.example.com/%2f")  # bad: plaintext-transport


def devices(event, context):
    client = mqtt.Client()
    client.username_pw_set("u", os.environ["P"])
    client.connect("broker.example.com", 1883)  # bad: plaintext-transport


def brokers_well(event, context):
    kafka.KafkaProducer(bootstrap_servers=["b-1.example.com:9096"], security_protocol="SASL_SSL", sasl_mechanism="SCRAM-SHA-512", sasl_plain_username="u", sasl_plain_password=os.environ["P"])
    kafka.KafkaProducer(bootstrap_servers=os.environ["B"], security_protocol=os.environ["PROTOCOL"])
    confluent_kafka.Producer(event["options"])
    pika.URLParameters(f"amqps://u:{os.environ['P']}@broker.example.com:5671")
    pika.ConnectionParameters("localhost")


def devices_well(event, context):
    client = mqtt.Client()
    client.tls_set("ca.pem", "client.pem", "client.key")
    client.connect("broker.example.com", 8883)


def mail(event, context):
    with smtplib.SMTP("mail.example.com", 25) as server:  # bad: plaintext-transport
        server.sendmail("a@example.com", "b@example.com", "text")


def mail_well(event, context):
    server = smtplib.SMTP("mail.example.com", 587)
    server.starttls(context=ssl.create_default_context())
    server.login("u", os.environ["P"])
    server.sendmail("a@example.com", "b@example.com", "text")


def files(event, context):
    ftplib.FTP("files.example.com")  # bad: plaintext-transport
    ldap3.Server("ldap://directory.example.com")  # bad: plaintext-transport
    ldap3.Tls(validate=ssl.CERT_NONE)  # bad: tls-verification-disabled
    grpc.insecure_channel("rpc.example.com:50051")  # bad: plaintext-transport
    client = paramiko.SSHClient()
    client.set_missing_host_key_policy(paramiko.AutoAddPolicy())  # bad: tls-verification-disabled
    client.connect("host.example.com", username="u", key_filename="key.pem")


def files_well(event, context):
    ftplib.FTP_TLS("files.example.com", context=ssl.create_default_context())
    ldap3.Server("ldaps://directory.example.com")
    ldap3.Tls(validate=ssl.CERT_REQUIRED, ca_certs_file="ca.pem")
    grpc.insecure_channel("localhost:50051")
    grpc.insecure_channel(os.environ["TARGET"])  # perhaps: plaintext-transport
    client = paramiko.SSHClient()
    client.load_host_keys("known_hosts")
    client.connect("host.example.com", username="u", key_filename="key.pem")


def cloud(event, context):
    boto3.client("s3", verify=False)  # bad: tls-verification-disabled
    boto3.Session().client("s3", use_ssl=False)  # bad: plaintext-transport
    boto3.client("s3", endpoint_url="http://objects.example.com")  # bad: plaintext-transport


def cloud_well(event, context):
    boto3.client("s3")
    boto3.client("s3", endpoint_url="http://localhost:4566")
    boto3.client("s3", endpoint_url="http://localstack:4566")
    boto3.client("s3", endpoint_url=os.environ.get("ENDPOINT"))
    boto3.client("s3", config=Config(signature_version=UNSIGNED))


def http_well(event, context):
    requests.get("http://169.254.169.254/latest/meta-data/")
    requests.get("http://localhost:2772/applications/a")
    requests.get("http://api:8080/")
    requests.get("http://" + os.environ["HOST"] + "/x")
    requests.get("https://localhost:8443", verify=False)
    urllib.request.urlopen("https://api.example.com/")
