import { PassThrough, Readable } from 'node:stream';
import { S3 } from '@aws-sdk/client-s3';
import { Upload } from '@aws-sdk/lib-storage';
import archiver from 'archiver';

const s3 = new S3({});
const Bucket = process.env.CLEAN!;

type Request = { album: string; keys?: string[] };

async function keysOf(album: string): Promise<string[]> {
  const keys: string[] = [];
  let token: string | undefined;
  do {
    const page = await s3.listObjectsV2({ Bucket, Prefix: `${album}/`, ContinuationToken: token });
    page.Contents?.forEach((o) => keys.push(o.Key!));
    token = page.NextContinuationToken;
  } while (token);
  return keys;
}

export const handler = async ({ album, keys }: Request) => {
  const archive = archiver('zip', { zlib: { level: 1 } });
  const pipe = new PassThrough();
  archive.pipe(pipe);
  const upload = new Upload({
    client: s3,
    params: { Bucket, Key: `bundles/${album}.zip`, Body: pipe, ContentType: 'application/zip' },
    queueSize: 4,
    partSize: 8 * 1024 * 1024,
  });
  const sending = upload.done();
  for (const key of keys ?? (await keysOf(album))) {
    const { Body } = await s3.getObject({ Bucket, Key: key });
    archive.append(Body as Readable, { name: key.split('/').pop()! });
  }
  await archive.finalize();
  await sending;
  return { bundle: `bundles/${album}.zip` };
};
