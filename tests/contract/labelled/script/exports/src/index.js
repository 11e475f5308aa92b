const dynamo = require('@aws-sdk/client-dynamodb');
const s3lib = require('@aws-sdk/client-s3');
const { unmarshall } = require('@aws-sdk/util-dynamodb');

const db = new dynamo.DynamoDBClient({});
const store = new s3lib.S3Client({});
const { TABLE, BUCKET } = process.env;
const PART = 5 * 1024 * 1024;

async function* lines() {
  const pages = dynamo.paginateScan({ client: db, pageSize: 500 }, { TableName: TABLE });
  for await (const page of pages) {
    for (const item of page.Items || []) yield JSON.stringify(unmarshall(item)) + '\n';
  }
}

async function exportAll(Key) {
  const where = { Bucket: BUCKET, Key };
  const { UploadId } = await store.send(new s3lib.CreateMultipartUploadCommand(where));
  const Parts = [];
  let buffer = '';
  const flush = async () => {
    const PartNumber = Parts.length + 1;
    const { ETag } = await store.send(new s3lib.UploadPartCommand({ ...where, UploadId, PartNumber, Body: buffer }));
    Parts.push({ PartNumber, ETag });
    buffer = '';
  };
  try {
    for await (const line of lines()) {
      buffer += line;
      if (buffer.length > PART) await flush();
    }
    await flush();
    await store.send(new s3lib.CompleteMultipartUploadCommand({ ...where, UploadId, MultipartUpload: { Parts } }));
  } catch (error) {
    await store.send(new s3lib.AbortMultipartUploadCommand({ ...where, UploadId }));
    throw error;
  }
}

exports.handler = async (event) => {
  await dynamo.waitUntilTableExists({ client: db, maxWaitTime: 30 }, { TableName: TABLE });
  const Key = `orders/${event.day || new Date().toISOString().slice(0, 10)}.jsonl`;
  await exportAll(Key);
  return { Key };
};
