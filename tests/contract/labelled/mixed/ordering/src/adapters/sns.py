import json
import os

import boto3

from ports import Publisher


class SnsPublisher(Publisher):
    def __init__(self):
        self.topic = boto3.resource("sns").Topic(os.environ["TOPIC_ARN"])

    def publish(self, name, body):
        self.topic.publish(
            Message=json.dumps(body),
            MessageAttributes={"event": {"DataType": "String", "StringValue": name}},
        )
