import json

import boto3

from notify.preferences import channels

sns = boto3.client("sns")


def _allowed(phone):
    return not sns.check_if_phone_number_is_opted_out(phoneNumber=phone)["isOptedOut"]


def handler(event, context):
    for record in event["Records"]:
        message = json.loads(record["Sns"]["Message"])
        phone = channels(message["userId"]).get("phone")
        if phone and _allowed(phone):
            sns.publish(
                PhoneNumber=phone,
                Message=message["text"][:140],
                MessageAttributes={
                    "AWS.SNS.SMS.SMSType": {"DataType": "String", "StringValue": "Transactional"}
                },
            )
