# ruff: noqa
# fmt: off
import http.client
import ssl
import urllib.request
from urllib.parse import quote, urlencode

import aiohttp
import httpx
import requests
import urllib3
from requests import get as fetch

pool = urllib3.PoolManager()
session = requests.Session()


def wide(event, context):
    requests.get(event["url"])  # bad: server-side-request-forgery
    fetch(event["url"])  # bad: server-side-request-forgery
    requests.post(url=event["url"], json={})  # bad: server-side-request-forgery
    requests.request("GET", event["url"])  # bad: server-side-request-forgery
    session.put(event["url"])  # bad: server-side-request-forgery
    urllib.request.urlopen(event["url"])  # bad: server-side-request-forgery
    pool.request("GET", event["url"])  # bad: server-side-request-forgery
    httpx.get("https://" + event["host"] + "/x")  # bad: server-side-request-forgery
    requests.get(f"https://{event['tenant']}.example.com/")  # bad: server-side-request-forgery


def prepared(event, context):
    request = urllib.request.Request(event["url"])
    urllib.request.urlopen(request)  # bad: server-side-request-forgery


def connection(event, context):
    conn = http.client.HTTPSConnection(event["host"])  # bad: server-side-request-forgery
    conn.request("GET", "/")


def fixed_connection(event, context):
    conn = http.client.HTTPSConnection("api.example.com")
    conn.request("GET", "/items?id=" + event["id"])


async def client(event, context):
    async with aiohttp.ClientSession() as http_session:
        async with http_session.get(event["url"]) as answer:  # bad: server-side-request-forgery
            return await answer.text()


def narrow(event, context):
    requests.get("https://api.example.com/items", params={"id": event["id"]})
    requests.post("https://api.example.com/items", json=event)
    requests.get("https://api.example.com/items?" + urlencode({"q": event["q"]}))
    requests.get("https://api.example.com/items/" + quote(event["id"], safe=""))


def prefix(event, context):
    url = event["url"]
    if not url.startswith("https://api.example.com/"):
        return
    requests.get(url)


def hosts(event, context):
    host = event["host"]
    if host in ["a.example.com", "b.example.com"]:
        requests.get("https://" + host)


def answer(event, context):
    found = requests.get("https://api.example.com/items", params={"id": event["id"]}).json()
    requests.get(found["next"])  # perhaps: server-side-request-forgery


def insecure(event, context):
    requests.get("https://a.example.com", verify=False)  # bad: tls-verification-disabled
    session.post("https://a.example.com", verify=False)  # bad: tls-verification-disabled
    httpx.Client(verify=False)  # bad: tls-verification-disabled
    urllib3.PoolManager(cert_reqs="CERT_NONE")  # bad: tls-verification-disabled
    ssl._create_unverified_context()  # bad: tls-verification-disabled
    requests.get("https://a.example.com", verify="/etc/ca.pem")
    ssl.create_default_context()


def plaintext(event, context):
    requests.get("http://api.example.com/items")  # bad: plaintext-transport
    requests.get("http://localhost:2773/secretsmanager/get")
    requests.get("http://169.254.170.2/credentials")
    requests.get("http://service.internal/x")
