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


def moved(event, context):
    os.rename("/tmp/a", "/tmp/" + event["name"])  # bad: path-traversal
    os.rename("/tmp/a", "/tmp/" + os.path.basename(event["name"]))
    os.remove("/tmp/" + os.path.basename(event["name"]))
    shutil.copy("/data/" + os.path.basename(event["name"]), "/tmp/a")


def through_pathlib(event, context):
    from pathlib import Path

    Path("/data/" + event["name"]).open()  # bad: path-traversal
    Path("/data/" + event["name"]).open("rb")  # bad: path-traversal
    Path("/data/" + event["name"]).open("w")  # bad: path-traversal
    Path("/data/" + event["name"]).write_text("x")  # bad: path-traversal
    Path("/data/" + os.path.basename(event["name"])).open()
    Path("/data/" + os.path.basename(event["name"])).open("rb")
    Path("/data/" + os.path.basename(event["name"])).open("w")
    Path("/data/" + os.path.basename(event["name"])).write_text("x")
    Path("/data/a").write_text(event["text"])


def unpacked(event, context):
    import io
    import zipfile

    from flask import send_from_directory
    from werkzeug.utils import safe_join

    shutil.unpack_archive("/tmp/" + event["name"], "/tmp/x")  # bad: path-traversal
    shutil.unpack_archive("/tmp/a.tar", "/tmp/x", filter="data")
    zipfile.ZipFile("/tmp/a.zip").extractall(path="/tmp/" + event["name"])  # bad: path-traversal
    zipfile.ZipFile("/tmp/a.zip").extractall("/tmp/" + event["name"])  # bad: path-traversal
    zipfile.ZipFile("/tmp/a.zip").extractall("/tmp/x")
    zipfile.ZipFile("/tmp/a.zip").extractall(path="/tmp/x")
    zipfile.ZipFile(io.BytesIO(event["body"])).extractall("/tmp/x")  # perhaps: denial-of-service-loop
    tarfile.open(fileobj=io.BytesIO(event["body"])).extractall("/tmp/x", filter="fully_trusted")  # bad: path-traversal
    tarfile.open(fileobj=io.BytesIO(event["body"])).extractall("/tmp/x", filter="data")
    open(safe_join("/data", event["name"]))
    send_from_directory("/data", event["name"])


def written(event, context):
    import pandas as pd

    frame = pd.DataFrame([])
    frame.to_csv("/tmp/" + event["name"])  # bad: path-traversal
    frame.to_csv("/tmp/" + os.path.basename(event["name"]))


def stored(event, context):
    from google.cloud import storage

    blob = storage.Client().bucket("reports").blob("a")
    blob.download_to_filename("/tmp/" + event["name"])  # bad: path-traversal
    blob.download_to_filename("/tmp/" + os.path.basename(event["name"]))
    blob.upload_from_filename("/data/" + event["name"])  # bad: path-traversal
    blob.upload_from_filename("/data/" + os.path.basename(event["name"]))
