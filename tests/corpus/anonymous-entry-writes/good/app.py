def save(event, context):
    return {"statusCode": 204}
