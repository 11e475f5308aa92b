# ruff: noqa
# fmt: off
import json
import os

import elasticsearch
import opensearchpy
import redis
from arango import ArangoClient
from azure.cosmos import CosmosClient
from azure.data.tables import TableClient, TableServiceClient
from azure.search.documents import SearchClient
from cassandra.cluster import Cluster
from cassandra.query import SimpleStatement
from google.cloud import datastore, firestore
from gremlin_python.driver import client as gremlin
from neo4j import GraphDatabase
from people_models import Person
from pymongo import MongoClient

cache = redis.Redis(host="h")
people = MongoClient(os.environ["URL"])["d"]["people"]


def stores(event, context):
    cache.eval("return redis.call('get', '" + event["k"] + "')", 0)  # bad: nosql-injection
    cache.execute_command(event["command"])  # bad: nosql-injection
    cache.eval("return redis.call('get', KEYS[1])", 1, event["k"])
    cache.execute_command("GET", event["k"])
    cache.get(event["k"])


def searches(event, context):
    body = json.loads(event["body"])
    client = opensearchpy.OpenSearch(hosts=[os.environ["HOST"]])
    client.search(index="i", body=body)  # bad: nosql-injection
    client.search(index="i", body={"query": {"query_string": {"query": event["q"]}}})  # bad: nosql-injection
    client.search(index="i", q=event["q"])  # bad: nosql-injection
    client.search(index="i", body={"query": {"match": {"title": str(event["q"])}}})  # perhaps: nosql-injection
    elasticsearch.Elasticsearch(os.environ["HOST"]).search(index="i", query={"match_all": {}})
    client.search(index="i", q="title:a")
    client.index(index="i", body=body)  # bad: mass-assignment
    client.index(index="i", body={"title": body["title"]})
    es = elasticsearch.Elasticsearch(os.environ["HOST"])
    es.index(index="i", document=body)  # bad: mass-assignment
    es.index(index="i", document={"title": body["title"]})
    es.index(index="i", body={**body, "seen": False})  # bad: mass-assignment
    es.update(index="i", id=body["id"], doc=body)  # bad: mass-assignment
    es.update(index="i", id=body["id"], doc={"title": body["title"]})
    es.update(index="i", id=body["id"], body={"doc": body})  # bad: mass-assignment
    es.update(index="i", id=body["id"], body={"doc": {"title": body["title"]}})


def graphs(event, context):
    driver = GraphDatabase.driver(os.environ["URL"])
    with driver.session() as session:
        session.run("MATCH (n {name: '" + event["n"] + "'}) RETURN n")  # bad: nosql-injection
        session.run("MATCH (n {name: $name}) RETURN n", name=event["n"])
        session.execute_read(lambda tx: tx.run("MATCH (n:" + event["n"] + ") RETURN n"))  # bad: nosql-injection
        session.execute_read(lambda tx: tx.run("MATCH (n {name: $name}) RETURN n", name=event["n"]))
    gremlin.Client(os.environ["URL"], "g").submit("g.V('" + event["id"] + "')")  # bad: nosql-injection
    gremlin.Client(os.environ["URL"], "g").submit("g.V(id)", {"id": event["id"]})


def columns(event, context):
    session = Cluster(["h"]).connect("k")
    session.execute("SELECT * FROM t WHERE n = '" + event["n"] + "'")  # bad: sql-injection
    session.execute(SimpleStatement("SELECT * FROM " + event["t"]))  # bad: sql-injection
    session.execute("SELECT * FROM t WHERE n = %s", (event["n"],))
    session.execute(SimpleStatement("SELECT * FROM t WHERE n = %s"), (event["n"],))


def documents(event, context):
    body = json.loads(event["body"])
    container = CosmosClient(os.environ["URL"]).get_database_client("d").get_container_client("c")
    container.query_items("SELECT * FROM c WHERE c.n = '" + event["n"] + "'")  # bad: nosql-injection
    container.query_items(query="SELECT * FROM c WHERE c.n = @n", parameters=[{"name": "@n", "value": event["n"]}])
    container.create_item(body)  # bad: mass-assignment
    container.create_item(body={"id": body["id"], "name": body["name"]})
    container.upsert_item(body={**body, "owner": "me"})  # bad: mass-assignment
    container.upsert_item({"id": body["id"], "name": body["name"]})
    container.replace_item(body["id"], body)  # bad: mass-assignment
    container.replace_item(item=body["id"], body=body)  # bad: mass-assignment
    container.replace_item(item=body["id"], body={"id": body["id"], "name": body["name"]})
    db = firestore.Client()
    db.collection("people").document(event["id"]).set(body)  # bad: mass-assignment
    db.collection("people").document(event["id"]).set({"name": body["name"]})
    db.collection("people").where(event["field"], "==", "x")  # bad: nosql-injection
    db.collection("people").where("name", "==", event["name"])
    entity = datastore.Entity(key=datastore.Client().key("Person", body["id"]))
    entity.update(body)  # bad: mass-assignment
    entity.update({"name": body["name"]})


def mongo(event, context):
    body = json.loads(event["body"])
    people.insert_one(body)  # bad: mass-assignment
    people.insert_one({"name": str(body["name"])})
    people.update_one({"_id": str(body["id"])}, {"$set": body})  # bad: mass-assignment
    people.update_one({"_id": str(body["id"])}, {"$set": {"name": str(body["name"])}})
    people.map_reduce("function() { emit('" + event["n"] + "', 1) }", "function() {}", "out")  # bad: nosql-injection
    people.map_reduce("function() { emit(this.n, 1) }", "function() {}", "out")
    people.aggregate([{"$match": {"name": str(event["n"])}}])
    people.insert_many(body["people"])  # bad: mass-assignment
    people.insert_many([{"name": str(body["name"])}])
    people.replace_one({"_id": str(body["id"])}, body)  # bad: mass-assignment
    people.replace_one({"_id": str(body["id"])}, {"name": str(body["name"])})


def engine(event, context):
    body = json.loads(event["body"])
    Person.objects(__raw__={"name": body["name"]})  # bad: nosql-injection
    Person.objects(__raw__={"name": str(body["name"])})
    Person.objects(name=str(body["name"]))


def of_azure(event, context):
    body = json.loads(event["body"])
    table = TableClient.from_connection_string(os.environ["CONNECTION"], table_name="people")
    table.query_entities("Name eq '" + event["name"] + "'")  # bad: nosql-injection
    table.query_entities("Name eq @name", parameters={"name": event["name"]})
    table.create_entity(body)  # bad: mass-assignment
    table.create_entity({"PartitionKey": "people", "RowKey": body["id"], "Name": body["name"]})
    table.upsert_entity(entity={**body, "PartitionKey": "people"})  # bad: mass-assignment
    table.upsert_entity(entity={"PartitionKey": "people", "RowKey": body["id"], "Name": body["name"]})
    tables = TableServiceClient.from_connection_string(os.environ["CONNECTION"])
    tables.get_table_client("people").update_entity(entity=body)  # bad: mass-assignment
    tables.get_table_client("people").update_entity({"PartitionKey": "people", "RowKey": body["id"]})
    index = SearchClient(os.environ["ENDPOINT"], "people", os.environ["CREDENTIAL"])
    index.search(search_text="*", filter="name eq '" + event["name"] + "'")  # bad: nosql-injection
    index.search(search_text=event["text"], filter="active eq true")


def of_arango(event, context):
    db = ArangoClient(hosts=os.environ["HOST"]).db("shop", username="u", password=os.environ["PASSWORD"])
    db.aql.execute("FOR p IN people FILTER p.name == '" + event["name"] + "' RETURN p")  # bad: nosql-injection
    db.aql.execute("FOR p IN people FILTER p.name == @name RETURN p", bind_vars={"name": event["name"]})
