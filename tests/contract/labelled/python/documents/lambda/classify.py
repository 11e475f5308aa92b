"""Called by the state machine."""
import os

import boto3

s3 = boto3.resource("s3")
comprehend = boto3.client("comprehend")
KEYWORDS = {"invoice": "INVOICE", "contract": "CONTRACT", "receipt": "RECEIPT"}


def _guess(text):
    low = text.lower()
    for word, label in KEYWORDS.items():
        if word in low:
            return label
    return "OTHER"


def handle(event, _context):
    body = s3.Object(os.environ["INBOX"], event["textKey"]).get()["Body"].read().decode()
    language = comprehend.detect_dominant_language(Text=body[:4000])["Languages"][0]["LanguageCode"]
    entities = comprehend.detect_entities(Text=body[:4000], LanguageCode=language)["Entities"]
    return {
        "label": _guess(body),
        "language": language,
        "organisations": sorted({e["Text"] for e in entities if e["Type"] == "ORGANIZATION"}),
    }
