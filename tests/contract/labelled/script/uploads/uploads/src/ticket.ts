import { PutObjectCommand, S3Client, UploadPartCommand } from '@aws-sdk/client-s3';
import { createPresignedPost } from '@aws-sdk/s3-presigned-post';
import { getSignedUrl } from '@aws-sdk/s3-request-presigner';
import type { APIGatewayProxyHandlerV2 } from 'aws-lambda';
import { randomBytes } from 'crypto';

const client = new S3Client({});
const Bucket = process.env.INCOMING!;
const MAX = 25 * 1024 * 1024;

const newKey = (name: string) => `${randomBytes(8).toString('hex')}/${name.replace(/[^\w.-]/g, '_')}`;

async function formTicket(name: string) {
  const Key = newKey(name);
  const post = await createPresignedPost(client, {
    Bucket,
    Key,
    Conditions: [['content-length-range', 1, MAX], ['starts-with', '$Content-Type', 'image/']],
    Expires: 600,
  });
  return { kind: 'form', key: Key, ...post };
}

async function putTicket(name: string, type: string) {
  const Key = newKey(name);
  const url = await getSignedUrl(client, new PutObjectCommand({ Bucket, Key, ContentType: type }), { expiresIn: 600 });
  return { kind: 'put', key: Key, url };
}

export const handler: APIGatewayProxyHandlerV2 = async (event) => {
  const { name, type, form } = JSON.parse(event.body ?? '{}');
  if (!name) return { statusCode: 400, body: 'name?' };
  const ticket = form ? await formTicket(name) : await putTicket(name, type ?? 'application/octet-stream');
  return { statusCode: 200, body: JSON.stringify(ticket) };
};
