const BucketService = require('aws-sdk/clients/s3');

const store = new BucketService({ signatureVersion: 'v4', params: { Bucket: process.env.FILES } });

function form(key) {
  return new Promise((resolve, reject) => {
    store.createPresignedPost({ Fields: { key }, Expires: 300 }, (error, data) => (error ? reject(error) : resolve(data)));
  });
}

exports.attach = async (event) => {
  const { key, finished } = JSON.parse(event.body);
  if (!finished) {
    return { statusCode: 200, body: JSON.stringify(await form(key)) };
  }
  await store.waitFor('objectExists', { Key: key }).promise();
  const link = store.getSignedUrl('getObject', { Key: key, Expires: 60 });
  return { statusCode: 200, body: JSON.stringify({ link }) };
};
