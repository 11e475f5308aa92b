# ruff: noqa
# fmt: off
import base64
import binascii
import hashlib
import os


def fast(event, context):
    password = event["password"]
    hashlib.sha256(password.encode()).hexdigest()  # bad: weak-hash-for-password
    hashlib.new("sha256", password.encode())  # bad: weak-hash-for-password
    digest = hashlib.sha256()
    digest.update(password.encode())  # bad: weak-hash-for-password
    digest.update(event["body"].encode())
    hashlib.sha256(event["body"].encode())
    hashlib.new("sha256", event["body"].encode())
    hashlib.scrypt(password.encode(), salt=os.urandom(16), n=2**14, r=8, p=1)


def words_of_a_fixed_alphabet(event, context):
    os.system("echo " + hashlib.sha224(event["a"].encode()).hexdigest())
    os.system("echo " + binascii.hexlify(event["a"].encode()).decode())
    os.system("echo " + base64.b64encode(event["a"].encode()).decode())
    os.system("echo " + base64.b64decode(event["a"]).decode())  # bad: os-command-injection
