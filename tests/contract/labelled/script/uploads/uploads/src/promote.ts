import {
  CopyObjectCommand,
  DeleteObjectCommand,
  HeadObjectCommand,
  S3Client,
  waitUntilObjectExists,
} from '@aws-sdk/client-s3';
import type { S3Event } from 'aws-lambda';

const s3 = new S3Client({});
const ALLOWED = /^image\/(png|jpeg|webp)$/;

export const handler = async (event: S3Event): Promise<void> => {
  for (const { s3: source } of event.Records) {
    const Bucket = source.bucket.name;
    const Key = decodeURIComponent(source.object.key.replace(/\+/g, ' '));
    const head = await s3.send(new HeadObjectCommand({ Bucket, Key }));
    if (!ALLOWED.test(head.ContentType ?? '')) {
      console.warn('refused', Key, head.ContentType);
      await s3.send(new DeleteObjectCommand({ Bucket, Key }));
      continue;
    }
    const target = { Bucket: process.env.CLEAN!, Key };
    await s3.send(new CopyObjectCommand({ ...target, CopySource: `${Bucket}/${encodeURIComponent(Key)}` }));
    await waitUntilObjectExists({ client: s3, maxWaitTime: 20 }, target);
    await s3.send(new DeleteObjectCommand({ Bucket, Key }));
  }
};
