import { S3 } from '@aws-sdk/client-s3';
import type { SQSEvent } from 'aws-lambda';
import sharp from 'sharp';

class Resizer {
  constructor(private readonly s3: S3, private readonly bucket: string) {}

  async run(key: string): Promise<string> {
    const { Body, ContentType } = await this.s3.getObject({ Bucket: this.bucket, Key: key });
    const bytes = await Body!.transformToByteArray();
    const small = await sharp(bytes).resize(320).toBuffer();
    const target = key.replace(/^photos\//, 'small/');
    await this.s3.putObject({ Bucket: this.bucket, Key: target, Body: small, ContentType });
    return target;
  }
}

export const handler = async (event: SQSEvent) => {
  const resizer = new Resizer(new S3({}), process.env.PHOTOS!);
  const made: string[] = [];
  for (const record of event.Records) {
    made.push(await resizer.run(JSON.parse(record.body).key));
  }
  console.log('made', made);
};
