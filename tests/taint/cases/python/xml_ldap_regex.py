# ruff: noqa
# fmt: off
import re
import xml.etree.ElementTree as ET

import ldap
import ldap3
from ldap3.utils.conv import escape_filter_chars
from lxml import etree


def xxe(event, context):
    etree.fromstring(event["body"])  # bad: xml-external-entity
    etree.fromstring(event["body"], parser=etree.XMLParser(resolve_entities=False))
    ET.fromstring(event["body"])


def xpath(event, context):
    tree = etree.parse("/opt/users.xml")
    tree.xpath("//user[@name='" + event["n"] + "']")  # bad: xpath-injection
    tree.xpath("//user[@name=$name]", name=event["n"])


def directory(event, context):
    conn = ldap.initialize("ldap://h")
    conn.search_s("dc=x", ldap.SCOPE_SUBTREE, "(uid=" + event["u"] + ")")  # bad: ldap-injection
    conn.search_s("dc=x", ldap.SCOPE_SUBTREE, "(uid=" + ldap.filter.escape_filter_chars(event["u"]) + ")")


def directory3(event, context):
    conn = ldap3.Connection("h")
    conn.search("dc=x", "(uid=%s)" % event["u"])  # bad: ldap-injection
    conn.search("dc=x", "(uid=%s)" % escape_filter_chars(event["u"]))


def patterns(event, context):
    re.compile(event["p"])  # bad: regex-injection
    re.search(event["p"], "text")  # bad: regex-injection
    re.search("a+", event["p"])
    re.compile(re.escape(event["p"]))


def parsers(event, context):
    import xml.sax

    import defusedxml.ElementTree
    import elementpath
    import xmltodict
    from lxml import etree

    etree.fromstring(event["x"], parser=etree.XMLParser(resolve_entities=True))  # bad: xml-external-entity
    etree.fromstring(event["x"], parser=etree.XMLParser(load_dtd=True))  # bad: xml-external-entity
    etree.fromstring(event["x"], parser=etree.XMLParser(resolve_entities=False, no_network=True))
    xml.sax.parseString(event["x"], None)  # bad: xml-external-entity
    xml.sax.parseString("<a/>", None)
    etree.XSLT(event["x"])  # bad: xml-external-entity
    etree.XSLT("<a/>")
    xmltodict.parse(event["x"])
    tree = defusedxml.ElementTree.fromstring(event["x"])
    tree.findall(".//user[@name='" + event["n"] + "']")  # bad: xpath-injection
    tree.findall(".//user")
    tree.find("name").text
    elementpath.select(tree, "//user[@name='" + event["n"] + "']")  # bad: xpath-injection
    elementpath.select(tree, "//user[@name=$name]", variables={"name": event["n"]})
    document = etree.parse("/opt/users.xml")
    document.xpath("//user[@name=$name]", name=event["n"])


def directories(event, context):
    import bonsai
    import ldap3
    from ldap3.utils.dn import escape_rdn

    connection = ldap3.Connection("h")
    connection.delete("cn=" + event["n"] + ",dc=example")  # bad: ldap-injection
    connection.delete("cn=" + escape_rdn(event["n"]) + ",dc=example")
    ldap3.Connection("ldaps://h", user="cn=" + event["n"] + ",dc=example", password=event["p"])  # bad: ldap-injection
    ldap3.Connection("ldaps://h", user="cn=" + escape_rdn(event["n"]) + ",dc=example", password=event["p"])
    with bonsai.LDAPClient("ldaps://h").connect() as found:
        found.search("dc=example", bonsai.LDAPSearchScope.SUB, "(uid=" + event["n"] + ")")  # bad: ldap-injection
        found.search("dc=example", bonsai.LDAPSearchScope.SUB, "(uid=" + bonsai.escape_filter_exp(event["n"]) + ")")
        found.search("dc=example", bonsai.LDAPSearchScope.SUB, "(objectClass=person)")
