# ruff: noqa
# fmt: off
import io
import os
import shutil
import tarfile
from pathlib import Path

from werkzeug.utils import secure_filename


def opened(event, context):
    open(event["f"])  # bad: path-traversal
    open("/tmp/" + event["f"], "w")  # bad: path-traversal
    open(os.path.join("/tmp", event["f"]))  # bad: path-traversal
    io.open(f"/data/{event['f']}", "rb")  # bad: path-traversal
    os.remove("/tmp/" + event["f"])  # bad: path-traversal
    os.makedirs("/tmp/" + event["f"])  # bad: path-traversal
    shutil.copy("/tmp/a", "/tmp/" + event["f"])  # bad: path-traversal
    os.listdir("/mnt/efs/" + event["f"])  # bad: path-traversal
    shutil.rmtree("/tmp/" + event["f"])  # bad: path-traversal


def paths(event, context):
    Path(event["f"]).read_text()  # bad: path-traversal
    (Path("/data") / event["f"]).read_bytes()  # bad: path-traversal
    Path("/data", event["f"]).write_text("x")  # bad: path-traversal
    Path("/data/a.txt").read_text()


def cleaned(event, context):
    open("/tmp/" + os.path.basename(event["f"]))
    open("/tmp/" + secure_filename(event["f"]), "w")
    open("/tmp/%d.txt" % int(event["n"]))
    open("/tmp/fixed")


def confined(event, context):
    path = os.path.realpath(os.path.join("/data", event["f"]))
    if not path.startswith("/data/"):
        raise ValueError(path)
    open(path)


def archive(event, context):
    tar = tarfile.open(fileobj=io.BytesIO(event["body"]))
    tar.extractall("/tmp/x")  # bad: path-traversal


def filtered_archive(event, context):
    tar = tarfile.open(fileobj=io.BytesIO(event["body"]))
    tar.extractall("/tmp/x", filter="data")


def content(event, context):
    text = Path("/data/a.txt").read_text()
    open(text.strip())
