import { DeleteObjectsCommand, S3Client, paginateListObjectsV2 } from '@aws-sdk/client-s3';
import { BatchWriteCommand, paginateQuery } from '@aws-sdk/lib-dynamodb';
import { documents, tableName } from '../lib/client';
import type { Todo } from '../lib/store';

const s3 = new S3Client({});
const bucket = process.env.ATTACHMENTS!;

async function removeAttachments(todo: Todo): Promise<number> {
  let count = 0;
  const pages = paginateListObjectsV2({ client: s3 }, { Bucket: bucket, Prefix: `${todo.owner}/${todo.id}/` });
  for await (const page of pages) {
    const objects = (page.Contents ?? []).map(({ Key }) => ({ Key: Key! }));
    if (objects.length === 0) continue;
    await s3.send(new DeleteObjectsCommand({ Bucket: bucket, Delete: { Objects: objects, Quiet: true } }));
    count += objects.length;
  }
  return count;
}

async function removeItems(todos: Todo[]): Promise<void> {
  for (let i = 0; i < todos.length; i += 25) {
    const requests = todos.slice(i, i + 25).map(({ owner, id }) => ({ DeleteRequest: { Key: { owner, id } } }));
    await documents.send(new BatchWriteCommand({ RequestItems: { [tableName]: requests } }));
  }
}

export async function handler(): Promise<{ todos: number; files: number }> {
  const day = new Date(Date.now() - 90 * 86_400_000).toISOString().slice(0, 10);
  const old: Todo[] = [];
  const pages = paginateQuery(
    { client: documents },
    {
      TableName: tableName,
      IndexName: process.env.DUE_INDEX,
      KeyConditionExpression: 'due = :d',
      ExpressionAttributeValues: { ':d': day },
    },
  );
  for await (const page of pages) old.push(...((page.Items ?? []) as Todo[]));
  let files = 0;
  for (const todo of old) files += await removeAttachments(todo);
  await removeItems(old);
  return { todos: old.length, files };
}
