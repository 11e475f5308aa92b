import os

from itsdangerous import URLSafeSerializer

signer = URLSafeSerializer("key")


def signed(event, context):
    os.system("ls " + signer.loads(event["cookie"]))


def unsigned(event, context):
    os.system("ls " + event["cookie"])  # bad: os-command-injection
