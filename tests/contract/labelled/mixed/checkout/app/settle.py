import os

import boto3
from aws_lambda_powertools.utilities.batch import BatchProcessor, EventType, process_partial_response
from aws_lambda_powertools.utilities.data_classes.sqs_event import SQSRecord

processor = BatchProcessor(event_type=EventType.SQS)
s3 = boto3.resource("s3")


def receipt(payment):
    return f"payment {payment['id']}\n{payment['amount'] / 100:.2f} {payment['currency']}\n"


def settle(record: SQSRecord):
    payment = record.json_body
    key = f"{payment['id'][:2]}/{payment['id']}.txt"
    s3.Object(os.environ["RECEIPTS"], key).put(Body=receipt(payment).encode(), ACL="bucket-owner-full-control")


def handler(event, context):
    return process_partial_response(event=event, record_handler=settle, processor=processor, context=context)
