import json
import os

import boto3

textract = boto3.client("textract")
stepfunctions = boto3.client("stepfunctions")
s3 = boto3.resource("s3")


def _text(job_id):
    lines, token = [], None
    while True:
        args = {"JobId": job_id, **({"NextToken": token} if token else {})}
        page = textract.get_document_text_detection(**args)
        lines += [b["Text"] for b in page["Blocks"] if b["BlockType"] == "LINE"]
        token = page.get("NextToken")
        if token is None:
            return "\n".join(lines)


def handle(event, _context):
    for record in event["Records"]:
        note = json.loads(record["Sns"]["Message"])
        if note["Status"] != "SUCCEEDED":
            print("textract failed", note["JobId"], note["Status"])
            continue
        key = f"text/{note['JobId']}.txt"
        s3.Object(os.environ["INBOX"], key).put(Body=_text(note["JobId"]).encode())
        stepfunctions.start_execution(
            stateMachineArn=os.environ["STATE_MACHINE"],
            name=note["JobId"],
            input=json.dumps({"textKey": key, "tag": note.get("JobTag")}),
        )
