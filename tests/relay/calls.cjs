// Calls of the AWS SDK for JavaScript v3, for test_relay_node.py; the endpoint is in the environment.
const { S3Client, PutObjectCommand, GetObjectCommand, ListObjectsV2Command, CopyObjectCommand, CreateBucketCommand } = require("@aws-sdk/client-s3");
const { DynamoDBClient, ListTablesCommand } = require("@aws-sdk/client-dynamodb");
const { SQSClient, CreateQueueCommand } = require("@aws-sdk/client-sqs");
const { SNSClient, CreateTopicCommand } = require("@aws-sdk/client-sns");
const { LambdaClient, InvokeCommand } = require("@aws-sdk/client-lambda");
const { CloudWatchClient, ListMetricsCommand } = require("@aws-sdk/client-cloudwatch");

async function main() {
  const s3 = new S3Client({});
  await s3.send(new CreateBucketCommand({ Bucket: "photos", CreateBucketConfiguration: { LocationConstraint: "eu-west-1" } }));
  await s3.send(new PutObjectCommand({ Bucket: "photos", Key: "a b", Body: "hello" }));
  const got = await s3.send(new GetObjectCommand({ Bucket: "photos", Key: "a b" }));
  const text = await got.Body.transformToString();
  if (text !== "hello") throw new Error(text);
  await s3.send(new CopyObjectCommand({ Bucket: "photos", Key: "to", CopySource: "photos/a%20b" }));
  await s3.send(new ListObjectsV2Command({ Bucket: "photos", Prefix: "a" }));
  await new DynamoDBClient({}).send(new ListTablesCommand({ Limit: 3 }));
  await new SQSClient({}).send(new CreateQueueCommand({ QueueName: "work" }));
  await new SNSClient({}).send(new CreateTopicCommand({ Name: "news" }));
  await new CloudWatchClient({}).send(new ListMetricsCommand({ Namespace: "n" }));
  try {
    await new LambdaClient({}).send(new InvokeCommand({ FunctionName: "none", Payload: "{}" }));
  } catch (error) {
    if (error.name !== "ResourceNotFoundException") throw error;
  }
}

main().catch((error) => {
  console.error(error);
  process.exit(1);
});
