import json
import os
from dataclasses import asdict, dataclass

import boto3
from aws_lambda_powertools import Logger, Metrics, Tracer
from aws_lambda_powertools.metrics import MetricUnit
from aws_lambda_powertools.utilities.idempotency import DynamoDBPersistenceLayer, IdempotencyConfig, idempotent

logger = Logger()
tracer = Tracer()
metrics = Metrics(namespace="Checkout")
sqs = boto3.client("sqs")
persistence = DynamoDBPersistenceLayer(table_name=os.environ["IDEMPOTENCY_TABLE"])
config = IdempotencyConfig(event_key_jmespath="paymentId", expires_after_seconds=3600)


@dataclass
class Payment:
    id: str
    amount: int
    currency: str = "EUR"


@tracer.capture_method
def enqueue(payment):
    sqs.send_message(QueueUrl=os.environ["QUEUE"], MessageBody=json.dumps(asdict(payment)))
    metrics.add_metric("PaymentQueued", MetricUnit.Count, 1)


@metrics.log_metrics
@tracer.capture_lambda_handler
@logger.inject_lambda_context
@idempotent(config=config, persistence_store=persistence)
def handler(event, context):
    payment = Payment(event["paymentId"], int(event["amount"]))
    if payment.amount <= 0:
        raise ValueError("amount")
    enqueue(payment)
    return {"accepted": payment.id}
