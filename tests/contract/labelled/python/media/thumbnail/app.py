import io
import os
import urllib.parse

import boto3
from PIL import Image

s3 = boto3.client("s3")
SIZES = {"small": (160, 160), "medium": (640, 640)}


def _source(record):
    bucket = record["s3"]["bucket"]["name"]
    key = urllib.parse.unquote_plus(record["s3"]["object"]["key"])
    return bucket, key


def _render(image, size):
    copy = image.copy()
    copy.thumbnail(size)
    out = io.BytesIO()
    copy.convert("RGB").save(out, "JPEG", quality=82)
    out.seek(0)
    return out


def lambda_handler(event, context):
    made = []
    for record in event["Records"]:
        bucket, key = _source(record)
        body = io.BytesIO()
        s3.download_fileobj(bucket, key, body)
        body.seek(0)
        with Image.open(body) as image:
            for name, size in SIZES.items():
                target = f"{name}/{os.path.splitext(key)[0]}.jpg"
                s3.upload_fileobj(
                    _render(image, size),
                    os.environ["RENDITIONS"],
                    target,
                    ExtraArgs={"ContentType": "image/jpeg"},
                )
                made.append(target)
    return {"made": made}
