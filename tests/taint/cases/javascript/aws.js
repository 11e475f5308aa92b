const AWS = require('aws-sdk');
const { DynamoDBClient } = require('@aws-sdk/client-dynamodb');
const { DynamoDBDocumentClient, PutCommand, QueryCommand, ScanCommand, ExecuteStatementCommand } = require('@aws-sdk/lib-dynamodb');
const { S3Client, GetObjectCommand } = require('@aws-sdk/client-s3');
const { RDSDataClient, ExecuteStatementCommand: Sql } = require('@aws-sdk/client-rds-data');

const documents = DynamoDBDocumentClient.from(new DynamoDBClient({}));
const old = new AWS.DynamoDB.DocumentClient();

exports.statements = async (event) => {
  await documents.send(new ExecuteStatementCommand({ Statement: `SELECT * FROM t WHERE id = '${event.id}'` })); // bad: sql-injection
  await documents.send(new ExecuteStatementCommand({ Statement: 'SELECT * FROM t WHERE id = ?', Parameters: [event.id] }));
  await new RDSDataClient({}).send(new Sql({ sql: `SELECT * FROM t WHERE id = ${event.id}` })); // bad: sql-injection
};

exports.expressions = async (event) => {
  await documents.send(new QueryCommand({ TableName: 't', KeyConditionExpression: 'id = :id', ExpressionAttributeValues: { ':id': event.id } }));
  await documents.send(new ScanCommand({ TableName: 't', FilterExpression: `id = ${event.id}` })); // bad: nosql-injection
  await old.scan({ TableName: 't', FilterExpression: 'id = ' + event.id }).promise(); // bad: nosql-injection
};

exports.resources = async (event) => {
  await new S3Client({}).send(new GetObjectCommand({ Bucket: event.bucket, Key: 'k' })); // bad: cloud-resource-injection
  await new S3Client({}).send(new GetObjectCommand({ Bucket: process.env.BUCKET, Key: event.key }));
  await old.get({ TableName: event.table, Key: { id: '1' } }).promise(); // bad: cloud-resource-injection
};

exports.items = async (event) => {
  const body = JSON.parse(event.body);
  await documents.send(new PutCommand({ TableName: 't', Item: body })); // bad: mass-assignment
  await documents.send(new PutCommand({ TableName: 't', Item: { ...body, id: '1' } })); // bad: mass-assignment
  await documents.send(new PutCommand({ TableName: 't', Item: { id: body.id, name: body.name } }));
};

exports.requests_of_the_sender = async (event) => {
  const AWS = require('aws-sdk');
  const documents = new AWS.DynamoDB.DocumentClient();
  await documents.query(JSON.parse(event.body)).promise(); // bad: cloud-resource-injection
  await documents.query({ TableName: 't', KeyConditionExpression: 'pk = :p', ExpressionAttributeValues: { ':p': event.p } }).promise();
};

exports.buses_and_jobs = async (event) => {
  const { EventBridgeClient, PutEventsCommand } = require('@aws-sdk/client-eventbridge');
  const { BatchClient, SubmitJobCommand } = require('@aws-sdk/client-batch');
  const bus = new EventBridgeClient({});
  const batch = new BatchClient({});
  await bus.send(new PutEventsCommand({ Entries: [{ EventBusName: event.bus, Source: 's', DetailType: 'd', Detail: '{}' }] })); // bad: cloud-resource-injection
  await bus.send(new PutEventsCommand({ Entries: [{ EventBusName: 'orders', Source: 's', DetailType: 'd', Detail: JSON.stringify({ id: event.id }) }] }));
  await batch.send(new SubmitJobCommand({ jobName: 'a', jobQueue: event.queue, jobDefinition: 'a:1' })); // bad: cloud-resource-injection
  await batch.send(new SubmitJobCommand({ jobName: 'a', jobQueue: 'a', jobDefinition: 'a:1', parameters: { id: String(event.id) } }));
};
