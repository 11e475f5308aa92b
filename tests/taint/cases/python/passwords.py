# ruff: noqa
# fmt: off
import base64
import binascii
import crypt
import hashlib
import hmac
import os

from passlib.context import CryptContext
from werkzeug.security import generate_password_hash


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


def keyed(event, context):
    password = event["password"]
    hmac.new(os.environ["PEPPER"].encode(), password.encode(), "sha256").hexdigest()  # bad: weak-hash-for-password
    hmac.digest(os.environ["PEPPER"].encode(), password.encode(), "sha256")  # bad: weak-hash-for-password
    hmac.new(os.environ["PEPPER"].encode(), event["body"].encode(), "sha256").hexdigest()


def rounds(event, context):
    password = event["password"]
    hashlib.pbkdf2_hmac("sha256", password.encode(), os.urandom(16), 1000)  # bad: weak-hash-for-password
    hashlib.pbkdf2_hmac("sha256", password.encode(), os.urandom(16), 600_000)
    hashlib.scrypt(password.encode(), salt=os.urandom(16), n=512, r=8, p=1)  # bad: weak-hash-for-password


def methods(event, context):
    password = event["password"]
    generate_password_hash(password, method="sha256")  # bad: weak-hash-for-password
    generate_password_hash(password, method="pbkdf2:sha256:600000")
    generate_password_hash(password)
    crypt.crypt(password, crypt.METHOD_MD5)  # bad: weak-hash-for-password
    crypt.crypt(password, crypt.METHOD_SHA512)
    CryptContext(schemes=["md5_crypt", "bcrypt"])  # bad: weak-hash-for-password
    CryptContext(schemes=["argon2", "bcrypt"])


def words_of_a_fixed_alphabet(event, context):
    os.system("echo " + hashlib.sha224(event["a"].encode()).hexdigest())
    os.system("echo " + binascii.hexlify(event["a"].encode()).decode())
    os.system("echo " + base64.b64encode(event["a"].encode()).decode())
    os.system("echo " + base64.b64decode(event["a"]).decode())  # bad: os-command-injection
