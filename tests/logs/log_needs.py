"""What operations need, for the tests of log sources: as little as they look at."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from ringfence.logs.observing import Place
from ringfence.model.facts import CallArgument
from ringfence.model.record import record

NEEDS = {
    "s3.GetObject": ("s3:GetObject", "arn:aws:s3:::{Bucket}/{Key}"),
    "s3.HeadObject": ("s3:GetObject", "arn:aws:s3:::{Bucket}/{Key}"),
    "s3.ListObjects": ("s3:ListBucket", "arn:aws:s3:::{Bucket}"),
    "s3.PutObject": ("s3:PutObject", "arn:aws:s3:::{Bucket}/{Key}"),
    "dynamodb.PutItem": ("dynamodb:PutItem", "arn:aws:dynamodb:{region}:{account}:table/{TableName}"),
    "dynamodb.GetItem": ("dynamodb:GetItem", "arn:aws:dynamodb:{region}:{account}:table/{TableName}"),
    "kms.Decrypt": ("kms:Decrypt", "arn:aws:kms:{region}:{account}:key/*"),
    "lambda.GetFunction": ("lambda:GetFunction", "arn:aws:lambda:{region}:{account}:function:{FunctionName}"),
    "lambda.Invoke": ("lambda:InvokeFunction", "arn:aws:lambda:{region}:{account}:function:*"),
    "cloudwatch.PutMetricData": ("cloudwatch:PutMetricData", "*"),
    "ses.SendEmail": ("ses:SendEmail", "arn:aws:ses:{region}:{account}:identity/*"),
    "sqs.ReceiveMessage": ("sqs:ReceiveMessage", "arn:aws:sqs:{region}:{account}:*"),
}  # fmt: skip


@record(frozen=True)
class Need:
    action: str
    resources: tuple[str, ...]
    optional: bool = False


def needs(
    service: str,
    operation: str,
    arguments: Mapping[str, CallArgument],
    place: Place,
    complete: bool,
) -> Sequence[Need] | None:
    found = NEEDS.get(f"{service}.{operation}")
    if found is None:
        return None
    arn = found[1].replace("{region}", place.region).replace("{account}", place.account)
    for path, argument in arguments.items():
        arn = arn.replace(f"{{{path}}}", (argument.texts or ("*",))[0])
    assert "{" not in arn, f"{service} {operation}: {arn}: an argument was not found"
    return [Need(found[0], (arn,))]
