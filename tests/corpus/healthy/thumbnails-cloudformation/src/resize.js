'use strict';

const { execFile } = require('node:child_process');
const { promises: fs } = require('node:fs');
const os = require('node:os');
const path = require('node:path');
const { promisify } = require('node:util');
const { S3Client, GetObjectCommand, PutObjectCommand } = require('@aws-sdk/client-s3');

const run = promisify(execFile);
const s3 = new S3Client({});
const KINDS = new Set(['.jpg', '.png', '.webp']);

async function resize(bucket, key) {
  const kind = path.extname(key).toLowerCase();
  if (!KINDS.has(kind)) {
    return;
  }
  const folder = await fs.mkdtemp(path.join(os.tmpdir(), 'resize-'));
  try {
    const source = path.join(folder, `source${kind}`);
    const target = path.join(folder, 'target.webp');
    const object = await s3.send(new GetObjectCommand({ Bucket: bucket, Key: key }));
    await fs.writeFile(source, await object.Body.transformToByteArray());
    await run('/opt/bin/convert', [source, '-resize', '320x320', target]);
    await s3.send(
      new PutObjectCommand({
        Bucket: process.env.SMALL,
        Key: `${path.basename(key, kind)}.webp`,
        Body: await fs.readFile(target),
        ContentType: 'image/webp',
      }),
    );
  } finally {
    await fs.rm(folder, { recursive: true, force: true });
  }
}

exports.handler = async (event) => {
  const failed = [];
  for (const message of event.Records) {
    try {
      const { Records = [] } = JSON.parse(message.body);
      for (const record of Records) {
        const key = decodeURIComponent(record.s3.object.key.replace(/\+/g, ' '));
        await resize(record.s3.bucket.name, key);
      }
    } catch (error) {
      console.error('failed', message.messageId, error.name);
      failed.push({ itemIdentifier: message.messageId });
    }
  }
  return { batchItemFailures: failed };
};
