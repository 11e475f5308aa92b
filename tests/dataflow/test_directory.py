"""Which resource a name means when several templates of one folder use it."""

from __future__ import annotations

from ringfence.dataflow.directory import Directory
from ringfence.model.application import Application, Resource
from ringfence.model.location import Location
from ringfence.model.value import EMPTY, Scalar

PLACE = Location("template.yml", 1)


def table(identity: str, name: str) -> Resource:
    return Resource(identity, "AWS::DynamoDB::Table", "table", EMPTY, PLACE, name=Scalar(name))


def directory(*resources: Resource) -> Directory:
    return Directory(Application("", resources={one.id: one for one in resources}))


def test_of_templates_with_one_name_the_functions_own_is_meant() -> None:
    names = directory(table("a/app.yml#Orders", "orders"), table("b/app.yml#Orders", "orders"))
    assert names.of_text("orders", "table", "b/app.yml#Read") == ("b/app.yml#Orders",)
    assert names.of_text("orders", "table", "a/app.yml#Read") == ("a/app.yml#Orders",)


def test_a_nested_template_means_the_table_of_its_own_folder() -> None:
    names = directory(table("a/app.yml#Orders", "orders"), table("b/app.yml#Orders", "orders"))
    assert names.of_text("orders", "table", "b/stacks/api.yml#Read") == ("b/app.yml#Orders",)


def test_equally_near_tables_are_all_meant() -> None:
    names = directory(table("a/app.yml#Orders", "orders"), table("b/app.yml#Orders", "orders"))
    both = ("a/app.yml#Orders", "b/app.yml#Orders")
    assert names.of_text("orders", "table", "app.yml#Read") == both


def test_a_name_is_found_in_another_template_when_the_own_has_none() -> None:
    names = directory(table("a/app.yml#Orders", "orders"), table("b/app.yml#Users", "users"))
    assert names.of_text("orders", "table", "b/app.yml#Read") == ("a/app.yml#Orders",)


def test_different_names_that_fit_a_pattern_are_all_meant() -> None:
    names = directory(table("a/app.yml#A", "shop-orders"), table("b/app.yml#B", "shop-users"))
    assert names.of_text("shop-*", "table", "b/app.yml#Read") == ("a/app.yml#A", "b/app.yml#B")
