// POST /attachments: a signed form to upload one file with.
const { S3Client } = require("@aws-sdk/client-s3");
const { createPresignedPost } = require("@aws-sdk/s3-presigned-post");

const storage = new S3Client({});

exports.handler = async (event) => {
  const { name } = JSON.parse(event.body);
  const { sub } = event.requestContext.authorizer.jwt.claims;
  const form = await createPresignedPost(storage, {
    Bucket: process.env.ATTACHMENTS_BUCKET,
    Key: `${sub}/${name}`,
    Conditions: [["content-length-range", 1, 5_000_000]],
    Expires: 120,
  });
  return { statusCode: 200, body: JSON.stringify(form) };
};
