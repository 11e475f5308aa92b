import json
import os

import boto3

sfn = boto3.client("stepfunctions")


def definition(steps):
    names = list(steps)
    states = {}
    for index, name in enumerate(names):
        states[name] = {"Type": "Task", "Resource": steps[name]}
        if index + 1 < len(names):
            states[name]["Next"] = names[index + 1]
        else:
            states[name]["End"] = True
    return json.dumps({"StartAt": names[0], "States": states})


def handler(event, context):
    name = f"import-{event['customer']}"
    text = definition(event["steps"])
    try:
        arn = sfn.create_state_machine(name=name, definition=text, roleArn=os.environ["ROLE"], type="STANDARD")[
            "stateMachineArn"
        ]
    except sfn.exceptions.StateMachineAlreadyExists:
        print(name, "exists")
        return None
    sfn.start_execution(stateMachineArn=arn, input="{}")
    return arn
