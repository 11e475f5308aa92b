import * as S3 from '@aws-sdk/client-s3';
import { getSignedUrl } from '@aws-sdk/s3-request-presigner';

const s3 = new S3.S3Client({});
const Bucket = process.env.PHOTOS!;

async function enqueue(key: string): Promise<void> {
  const { SQS } = await import('@aws-sdk/client-sqs');
  const sqs = new SQS({});
  await sqs.sendMessage({ QueueUrl: process.env.RESIZES, MessageBody: JSON.stringify({ key }) });
}

const actions: Record<string, (key: string) => Promise<unknown>> = {
  link: (Key) => getSignedUrl(s3, new S3.GetObjectCommand({ Bucket, Key }), { expiresIn: 60 }),
  remove: (Key) => s3.send(new S3.DeleteObjectCommand({ Bucket, Key })),
  tag: (Key) =>
    s3.send(new S3.PutObjectTaggingCommand({ Bucket, Key, Tagging: { TagSet: [{ Key: 'kept', Value: 'yes' }] } })),
  resize: enqueue,
};

export const handler = async ({ action, key }: { action: string; key: string }) => {
  const run = actions[action];
  if (!run) throw new Error(`unknown action ${action}`);
  return { action, key, result: await run(key) };
};
