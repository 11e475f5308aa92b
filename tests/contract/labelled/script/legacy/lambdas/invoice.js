'use strict';

const { S3, SQS } = require('aws-sdk');
const s3 = new S3({ signatureVersion: 'v4' });
const sqs = new SQS({ apiVersion: '2012-11-05' });

const LINK_SECONDS = 300;

function check(body) {
  const missing = ['number', 'customer', 'lines'].filter((f) => !(f in body));
  if (missing.length) {
    const error = new Error('missing ' + missing.join(', '));
    error.status = 400;
    throw error;
  }
}

exports.handler = async (event) => {
  try {
    const body = JSON.parse(event.body);
    check(body);
    const key = `invoices/${body.customer}/${body.number}.json`;
    await s3
      .putObject({ Bucket: process.env.INVOICES, Key: key, Body: JSON.stringify(body), ContentType: 'application/json' })
      .promise();
    await sqs.sendMessage({ QueueUrl: process.env.WORK, MessageBody: JSON.stringify({ key }) }).promise();
    const url = await s3.getSignedUrlPromise('getObject', {
      Bucket: process.env.INVOICES,
      Key: key.replace('.json', '.pdf'),
      Expires: LINK_SECONDS,
    });
    return { statusCode: 202, body: JSON.stringify({ url }) };
  } catch (error) {
    console.error(error);
    return { statusCode: error.status || 500, body: JSON.stringify({ message: error.message }) };
  }
};
