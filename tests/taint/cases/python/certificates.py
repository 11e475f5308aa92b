# ruff: noqa
# fmt: off
import os
import ssl

import aiohttp
import httpx
import requests


def clients(event, context):
    httpx.Client(verify=True)
    aiohttp.TCPConnector(ssl=False)  # bad: tls-verification-disabled
    aiohttp.TCPConnector(ssl=True)
    session = requests.Session()
    session.verify = False  # bad: tls-verification-disabled
    session.verify = "/etc/ssl/certs/own.pem"


def contexts(event, context):
    made = ssl.create_default_context()
    made.check_hostname = False  # bad: tls-verification-disabled
    made.check_hostname = True
    made.verify_mode = ssl.CERT_NONE  # bad: tls-verification-disabled
    made.verify_mode = ssl.CERT_REQUIRED


def process(event, context):
    os.environ["PYTHONHTTPSVERIFY"] = "0"  # bad: tls-verification-disabled
    os.environ["PYTHONHTTPSVERIFY"] = "1"
    ssl._create_default_https_context = ssl._create_unverified_context  # bad: tls-verification-disabled
    ssl._create_default_https_context = ssl.create_default_context
