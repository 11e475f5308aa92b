import { AnalyzeDocumentCommand, AnalyzeIDCommand, TextractClient } from '@aws-sdk/client-textract';

const textract = new TextractClient({});

const s3Object = (Name) => ({ S3Object: { Bucket: process.env.SCANS, Name } });

async function identity(key) {
  const { IdentityDocuments } = await textract.send(new AnalyzeIDCommand({ DocumentPages: [s3Object(key)] }));
  const fields = IdentityDocuments[0].IdentityDocumentFields;
  return Object.fromEntries(fields.map((f) => [f.Type.Text, f.ValueDetection.Text]));
}

async function inline(base64) {
  const { Blocks } = await textract.send(
    new AnalyzeDocumentCommand({ Document: { Bytes: Buffer.from(base64, 'base64') }, FeatureTypes: ['FORMS'] }),
  );
  return Blocks.filter((b) => b.BlockType === 'LINE').map((b) => b.Text);
}

export async function handler(event) {
  if (event.key) return { kind: 'id', fields: await identity(event.key) };
  if (event.image) return { kind: 'form', lines: await inline(event.image) };
  throw new TypeError('key or image');
}
