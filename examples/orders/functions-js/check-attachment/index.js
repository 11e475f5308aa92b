// Bucket AttachmentsBucket: says what kind of file was uploaded.
const { execSync } = require("node:child_process");
const { writeFileSync } = require("node:fs");
const { S3Client, GetObjectCommand } = require("@aws-sdk/client-s3");

const storage = new S3Client({});

async function download(bucket, key) {
  const object = await storage.send(new GetObjectCommand({ Bucket: bucket, Key: key }));
  const file = `/tmp/${key.split("/").pop()}`;
  writeFileSync(file, await object.Body.transformToByteArray());
  return file;
}

exports.handler = async (event) => {
  for (const record of event.Records) {
    const key = decodeURIComponent(record.s3.object.key.replace(/\+/g, " "));
    const file = await download(record.s3.bucket.name, key);
    // VULNERABLE: the uploader chose the file's name, and the shell reads it as part of a command.
    const kind = execSync(`file --brief ${file}`).toString();
    console.log({ kind });
  }
};
