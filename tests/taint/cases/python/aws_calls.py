# ruff: noqa
# fmt: off
import boto3


def statements(event, context):
    import json

    dynamo = boto3.client("dynamodb")
    dynamo.batch_execute_statement(Statements=[{"Statement": "SELECT * FROM t WHERE n = '" + event["n"] + "'"}])  # bad: sql-injection
    dynamo.batch_execute_statement(Statements=[{"Statement": "SELECT * FROM t WHERE n = ?", "Parameters": [{"S": event["n"]}]}])
    athena = boto3.client("athena")
    athena.start_query_execution(QueryString="SELECT * FROM " + event["t"])  # bad: sql-injection
    athena.start_query_execution(QueryString="SELECT * FROM t WHERE n = ?", ExecutionParameters=[event["n"]])
    boto3.client("redshift-data").execute_statement(Sql="SELECT * FROM t WHERE n = :n", Parameters=[{"name": "n", "value": event["n"]}])
    boto3.client("redshift-data").execute_statement(Sql="SELECT * FROM t WHERE n = '" + event["n"] + "'")  # bad: sql-injection
    boto3.client("timestream-query").query(QueryString="SELECT * FROM t WHERE n = '" + event["n"] + "'")  # bad: sql-injection
    boto3.client("timestream-query").query(QueryString="SELECT 1")
    boto3.client("s3").select_object_content(Bucket="b", Key="k", ExpressionType="SQL", Expression="SELECT * FROM s3object s WHERE s.n = '" + event["n"] + "'")  # bad: sql-injection
    boto3.client("config").select_resource_config(Expression="SELECT resourceId WHERE resourceType = '" + event["t"] + "'")  # bad: sql-injection
    boto3.client("config").select_resource_config(Expression="SELECT resourceId")
    boto3.client("rds-data").execute_statement(resourceArn="a", secretArn="s", sql="SELECT :n", parameters=[{"name": "n", "value": {"stringValue": event["n"]}}])
    dynamo.query(TableName="t", KeyConditionExpression="pk = :p AND n = " + event["n"])  # bad: nosql-injection
    dynamo.query(TableName="t", KeyConditionExpression="pk = :p", ProjectionExpression=event["fields"], ExpressionAttributeValues={":p": {"S": event["p"]}})  # bad: nosql-injection
    neptune = boto3.client("neptunedata")
    neptune.execute_open_cypher_query(openCypherQuery="MATCH (n {name: '" + event["n"] + "'}) RETURN n")  # bad: nosql-injection
    neptune.execute_open_cypher_query(openCypherQuery="MATCH (n {name: $n}) RETURN n", parameters=json.dumps({"n": event["n"]}))
    logs = boto3.client("logs")
    logs.start_query(logGroupName="g", startTime=0, endTime=1, queryString="fields @message | filter user = '" + event["u"] + "'")  # bad: nosql-injection
    logs.start_query(logGroupName="g", startTime=0, endTime=1, queryString="fields @message")
    cognito = boto3.client("cognito-idp")
    cognito.list_users(UserPoolId="p", Filter='email = "' + event["email"] + '"')  # bad: nosql-injection
    cognito.list_users(UserPoolId="p", Filter='email ^= "a"')


def elsewhere(event, context):
    boto3.client("ec2").run_instances(ImageId="ami-1", MinCount=1, MaxCount=1, UserData="#!/bin/sh\necho " + event["n"])  # bad: os-command-injection
    boto3.client("ec2").run_instances(ImageId="ami-1", MinCount=1, MaxCount=1, UserData="#!/bin/sh\n")
    boto3.client("ecs").run_task(cluster="c", taskDefinition="t", overrides={"containerOverrides": [{"name": "a", "command": ["sh", "-c", event["c"]]}]})  # bad: os-command-injection
    boto3.client("ecs").run_task(cluster="c", taskDefinition="t", overrides={"containerOverrides": [{"name": "a", "environment": [{"name": "N", "value": event["n"]}]}]})
    boto3.client("batch").submit_job(jobName="j", jobQueue="q", jobDefinition="d", containerOverrides={"command": ["sh", "-c", event["c"]]})  # bad: os-command-injection
    boto3.client("batch").submit_job(jobName="j", jobQueue="q", jobDefinition="d", parameters={"n": event["n"]})
    boto3.client("lambda").update_function_code(FunctionName="f", ZipFile=event["code"])  # bad: code-injection
    boto3.client("lambda").update_function_code(FunctionName="f", ZipFile=open("/opt/a.zip", "rb").read())


def resources(event, context):
    boto3.client("s3").put_object(Bucket=event["bucket"], Key="k", Body="x")  # bad: cloud-resource-injection
    boto3.client("s3").put_object(Bucket="b", Key="k", Body=event["x"])
    boto3.client("secretsmanager").get_secret_value(SecretId=event["id"])  # bad: cloud-resource-injection
    boto3.client("secretsmanager").get_secret_value(SecretId="shop/database")
    boto3.client("lambda").invoke(FunctionName=event["f"])  # bad: cloud-resource-injection
    boto3.client("lambda").invoke(FunctionName="f", Payload=event["p"])
    boto3.client("sts").assume_role(RoleArn=event["role"], RoleSessionName="s")  # bad: cloud-resource-injection
    boto3.client("sts").assume_role(RoleArn="arn:aws:iam::111122223333:role/r", RoleSessionName="s")
    boto3.client("kms").decrypt(KeyId=event["key"], CiphertextBlob=b"x")  # bad: cloud-resource-injection
    boto3.client("kms").decrypt(KeyId="alias/a", CiphertextBlob=event["x"])
    boto3.client("dynamodb").batch_write_item(RequestItems={event["table"]: []})  # bad: cloud-resource-injection
    boto3.client("dynamodb").batch_write_item(RequestItems={"t": []})
    boto3.client("s3").download_file("b", "k", "/tmp/" + event["name"])  # bad: path-traversal
    boto3.client("s3").upload_file("/data/" + event["name"], "b", "k")  # bad: path-traversal
    boto3.client("s3").upload_file("/data/a", "b", "uploads/" + event["name"])


def whole_items(event, context):
    import json

    body = json.loads(event["body"])
    dynamo = boto3.client("dynamodb")
    table = boto3.resource("dynamodb").Table("t")
    with table.batch_writer() as batch:
        batch.put_item(Item=body)  # bad: mass-assignment
        batch.put_item(Item={"id": body["id"]})
    dynamo.transact_write_items(TransactItems=[{"Put": {"TableName": "t", "Item": body}}])  # bad: mass-assignment
    dynamo.transact_write_items(TransactItems=[{"Put": {"TableName": "t", "Item": {"id": {"S": body["id"]}}}}])
    dynamo.batch_write_item(RequestItems={"t": [{"PutRequest": {"Item": body}}]})  # bad: mass-assignment
    dynamo.batch_write_item(RequestItems={"t": [{"PutRequest": {"Item": {"id": {"S": body["id"]}}}}]})
    cognito = boto3.client("cognito-idp")
    cognito.admin_update_user_attributes(UserPoolId="p", Username="u", UserAttributes=body["attributes"])  # bad: mass-assignment
    cognito.admin_update_user_attributes(UserPoolId="p", Username="u", UserAttributes=[{"Name": "name", "Value": body["name"]}])
    cognito.admin_set_user_password(UserPoolId="p", Username="u", Password="correct horse battery")  # bad: hard-coded-secret
    cognito.admin_set_user_password(UserPoolId="p", Username="u", Password=body["password"])


def mails(event, context):
    import html

    ses = boto3.client("ses")
    ses.send_raw_email(RawMessage={"Data": "Subject: " + event["subject"] + "\n\nx"})  # bad: mail-injection
    ses.send_raw_email(RawMessage={"Data": "Subject: x\n\nx"}, Destinations=[event["to"]])  # bad: mail-injection
    ses.send_raw_email(RawMessage={"Data": "Subject: x\n\nx"}, Destinations=["a@example.com"])
    ses.send_email(Source="a@example.com", Destination={"ToAddresses": [event["to"]]}, Message={"Body": {"Text": {"Data": "x"}}})  # bad: mail-injection
    ses.send_email(Source="a@example.com", Destination={"ToAddresses": ["b@example.com"]}, Message={"Body": {"Html": {"Data": "<p>" + event["text"] + "</p>"}}})  # bad: cross-site-scripting
    ses.send_email(Source="a@example.com", Destination={"ToAddresses": ["b@example.com"]}, Message={"Body": {"Html": {"Data": "<p>" + html.escape(event["text"]) + "</p>"}}})
    mail = boto3.client("sesv2")
    mail.send_email(Content={"Simple": {"Body": {"Html": {"Data": "<p>" + event["text"] + "</p>"}}}})  # bad: cross-site-scripting
    mail.send_email(Content={"Simple": {"Body": {"Text": {"Data": event["text"]}}}})
    mail.send_email(Content={"Raw": {"Data": "Subject: " + event["subject"] + "\n\nx"}})  # bad: mail-injection
    mail.send_email(Content={"Raw": {"Data": "Subject: x\n\nx"}})
    ses.send_email(Source=event["from"], Destination={"ToAddresses": ["b@example.com"]}, Message={"Body": {"Text": {"Data": "x"}}})  # bad: mail-injection


def copies(event, context):
    s3 = boto3.client("s3")
    s3.copy_object(Bucket="b", Key="k", CopySource={"Bucket": event["bucket"], "Key": "k"})  # bad: cloud-resource-injection
    s3.copy_object(Bucket="b", Key="k", CopySource={"Bucket": "b", "Key": event["key"]})


def requests_of_the_sender(event, context):
    import json

    body = json.loads(event["body"])
    table = boto3.resource("dynamodb").Table("t")
    table.scan(**body)  # bad: cloud-resource-injection
    table.scan(Limit=int(body["limit"]))
    table.scan(ScanFilter=body["filter"])  # bad: nosql-injection
    table.scan(ScanFilter={"n": {"AttributeValueList": [str(body["n"])], "ComparisonOperator": "EQ"}})
    table.update_item(**body)  # bad: cloud-resource-injection
    table.update_item(Key={"id": str(body["id"])})
    table.update_item(Key={"id": "a"}, UpdateExpression="SET #n = :v", ExpressionAttributeNames={"#n": event["field"]})  # bad: mass-assignment
    table.update_item(Key={"id": "a"}, UpdateExpression="SET #n = :v", ExpressionAttributeNames={"#n": "name"})
