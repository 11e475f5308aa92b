# ruff: noqa
# fmt: off
import json

import pymongo
from elasticsearch import Elasticsearch
from neo4j import GraphDatabase

db = pymongo.MongoClient("mongodb://h").shop


def parsed(event, context):
    body = json.loads(event["body"])
    db.users.find_one({"name": body["name"]})  # bad: nosql-injection
    db["users"].find({"$or": body["any"]})  # bad: nosql-injection
    db.users.update_one({"_id": body["id"]}, {"$set": {"a": 1}})  # bad: nosql-injection
    db.users.aggregate([{"$match": body["match"]}])  # bad: nosql-injection
    db.users.find_one({"n": int(body["n"])})
    db.users.find_one(body)  # bad: nosql-injection
    db.users.insert_one({"name": body["name"]})


def texts(event, context):
    db.users.find_one({"name": event["queryStringParameters"]["name"]})  # perhaps: nosql-injection


def where(event, context):
    db.users.find({"$where": "this.name == '" + event["name"] + "'"})  # bad: nosql-injection
    db.users.find({"$where": "this.a == this.b"})


def graph(event, context):
    session = GraphDatabase.driver("bolt://h").session()
    session.run("MATCH (n {name: '" + event["name"] + "'}) RETURN n")  # bad: nosql-injection
    session.run("MATCH (n {name: $name}) RETURN n", name=event["name"])


def search(event, context):
    client = Elasticsearch("https://h")
    client.search(index="a", body=json.loads(event["body"]))  # bad: nosql-injection
    client.search(index="a", body={"query": {"match_all": {}}})


def look_alikes(event, context):
    body = json.loads(event["body"])
    body["text"].find(body["word"])
    [1, 2].index(body["n"])
