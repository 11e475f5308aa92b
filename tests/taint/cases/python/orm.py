# ruff: noqa
# fmt: off
import json

import peewee
from django.db import models
from pynamodb.attributes import UnicodeAttribute
from pynamodb.models import Model
from sqlalchemy import create_engine, insert
from sqlalchemy.orm import Session, declarative_base

Base = declarative_base()


class Person(models.Model):
    name = models.CharField()


class Order(Model):
    id = UnicodeAttribute(hash_key=True)


class Book(peewee.Model):
    pass


class Row(Base):
    __tablename__ = "rows"


def django(event, context):
    body = json.loads(event["body"])
    Person.objects.create(**body)  # bad: mass-assignment
    Person.objects.filter(id=1).update(**body)  # bad: mass-assignment
    Person.objects.filter(**body)  # bad: sql-injection
    Person.objects.extra(where=["name = '" + body["name"] + "'"])  # bad: sql-injection
    Person.objects.raw("SELECT * FROM person WHERE name = '" + body["name"] + "'")  # bad: sql-injection
    Person.objects.create(name=body["name"])
    Person.objects.filter(name=body["name"]).update(name=body["name"])
    Person.objects.filter(name=body["name"])
    Person.objects.extra(where=["name = %s"], params=[body["name"]])
    Person.objects.raw("SELECT * FROM person WHERE name = %s", [body["name"]])
    Person(**body)  # bad: mass-assignment
    Person(name=body["name"])
    Person.objects.update_or_create(id=1, defaults=body)  # bad: mass-assignment
    Person.objects.update_or_create(id=1, defaults={"name": body["name"]})


def others(event, context):
    body = json.loads(event["body"])
    Order(**body).save()  # bad: mass-assignment
    Order(id=body["id"]).save()
    Book.create(**body)  # bad: mass-assignment
    Book.create(title=body["title"])
    Book.update(**body).where(Book.id == 1).execute()  # bad: mass-assignment
    Book.update(title=body["title"]).where(Book.id == 1).execute()
    Row(**body)  # bad: mass-assignment
    Row(name=body["name"])
    insert(Row).values(**body)  # bad: mass-assignment
    insert(Row).values(name=body["name"])
    insert(Row).values({"name": body["name"]})


def of_session(event, context):
    body = json.loads(event["body"])
    with Session(create_engine("postgresql://h/d")) as session:
        session.query(Row).filter_by(id=1).update(body)  # bad: mass-assignment
        session.query(Row).filter_by(id=1).update({"name": body["name"]})
        session.query(Row).filter(Row.id == 1).update(values={**body, "seen": True})  # bad: mass-assignment
        session.query(Row).filter(Row.id == 1).update(values={"name": body["name"]})
        session.query(Row).update(body)  # bad: mass-assignment
        session.query(Row).update({"seen": True})
        session.bulk_insert_mappings(Row, body["rows"])  # bad: mass-assignment
        session.bulk_insert_mappings(Row, [{"name": one["name"]} for one in body["rows"]])
        session.bulk_update_mappings(Row, mappings=[body])  # bad: mass-assignment
        session.bulk_update_mappings(Row, [{"id": 1, "name": body["name"]}])
