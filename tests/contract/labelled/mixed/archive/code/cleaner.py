"""Removes a whole prefix with all versions (data protection requests)."""
import os

import boto3


class Prefix:
    def __init__(self, bucket, prefix):
        self.bucket = boto3.resource("s3").Bucket(bucket)
        self.prefix = prefix

    def size(self):
        return sum(v.size or 0 for v in self.bucket.object_versions.filter(Prefix=self.prefix))

    def erase(self):
        deleted = 0
        for batch in self.bucket.object_versions.filter(Prefix=self.prefix).delete():
            errors = batch.get("Errors", [])
            if errors:
                raise RuntimeError(f"{len(errors)} versions left: {errors[0]['Code']}")
            deleted += len(batch.get("Deleted", []))
        return deleted


def handler(event, context):
    subject = event["subject"]
    if not subject.isalnum():
        raise ValueError("subject")
    prefix = Prefix(os.environ["LIVE"], f"people/{subject}/")
    size = prefix.size()
    deleted = prefix.erase()
    print({"subject": subject, "bytes": size, "versions": deleted})
    return {"versions": deleted}
