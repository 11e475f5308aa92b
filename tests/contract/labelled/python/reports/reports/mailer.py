import os
from email.mime.application import MIMEApplication
from email.mime.multipart import MIMEMultipart
from email.mime.text import MIMEText
from urllib.parse import unquote_plus

import boto3

session = boto3.session.Session()
ssm = session.client("ssm")
s3 = session.resource("s3")
ses = session.client("ses", region_name="eu-west-1")


def recipients():
    value = ssm.get_parameter(Name=os.environ["RECIPIENT_PARAM"], WithDecryption=False)["Parameter"]["Value"]
    return [a.strip() for a in value.split(",") if a.strip()]


def compose(to, key, data):
    mail = MIMEMultipart()
    mail["From"] = "reports@acme.example"
    mail["To"] = ", ".join(to)
    mail["Subject"] = f"Report {key}"
    mail.attach(MIMEText("The report is attached."))
    part = MIMEApplication(data)
    part.add_header("Content-Disposition", "attachment", filename=key.rsplit("/", 1)[-1])
    mail.attach(part)
    return mail.as_string()


def main(event, context):
    to = recipients()
    for record in event["Records"]:
        bucket = record["s3"]["bucket"]["name"]
        key = unquote_plus(record["s3"]["object"]["key"])
        obj = s3.Object(bucket, key)
        data = obj.get()["Body"].read()
        ses.send_raw_email(Source="reports@acme.example", Destinations=to, RawMessage={"Data": compose(to, key, data)})
