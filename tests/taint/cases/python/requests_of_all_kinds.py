# ruff: noqa
# fmt: off
import socket
import urllib.request

import boto3
import httplib2
import niquests
import pdfkit
import pycurl
import requests
import weasyprint
from playwright.sync_api import sync_playwright
from selenium import webdriver
from urllib.parse import quote


def clients(event, context):
    niquests.get(event["url"])  # bad: server-side-request-forgery
    httplib2.Http().request(event["url"])  # bad: server-side-request-forgery
    urllib.request.build_opener().open(event["url"])  # bad: server-side-request-forgery
    requests.Session().send(requests.Request("GET", event["url"]).prepare())  # bad: server-side-request-forgery
    requests.get("https://a.example.com/", proxies={"https": event["proxy"]})  # bad: server-side-request-forgery
    requests.request("GET", "https://a.example.com/" + quote(event["id"], safe=""))
    niquests.get("https://a.example.com/?q=" + quote(event["id"], safe=""))
    requests.get("https://a.example.com/", params={"id": event["id"]}, proxies={"https": "http://proxy:8080"})
    httplib2.Http().request("https://a.example.com/")


def curl(event, context):
    handle = pycurl.Curl()
    handle.setopt(pycurl.URL, event["url"])  # bad: server-side-request-forgery
    handle.setopt(handle.URL, event["url"])  # bad: server-side-request-forgery
    handle.setopt(pycurl.URL, "https://a.example.com/")
    handle.setopt(pycurl.POSTFIELDS, event["body"])


def sockets(event, context):
    socket.socket().connect((event["host"], 80))  # bad: server-side-request-forgery
    socket.create_connection((event["host"], 80))  # bad: server-side-request-forgery
    socket.socket().connect(("a.example.com", 80))


def clouds(event, context):
    boto3.client("s3", endpoint_url=event["url"])  # bad: server-side-request-forgery
    boto3.client("s3", endpoint_url="https://s3.example.com")


def browsers(event, context):
    webdriver.Chrome().get(event["url"])  # bad: server-side-request-forgery
    webdriver.Chrome().get("https://a.example.com/")
    with sync_playwright() as p:
        p.chromium.launch().new_page().goto(event["url"])  # bad: server-side-request-forgery
    pdfkit.from_url(event["url"], "/tmp/a.pdf")  # bad: server-side-request-forgery
    weasyprint.HTML(url=event["url"])  # bad: server-side-request-forgery
    weasyprint.HTML(string="<h1>" + event["title"] + "</h1>")  # bad: server-side-request-forgery
    weasyprint.HTML(string="<h1>Invoice</h1>")
    weasyprint.HTML(url="https://a.example.com/")
