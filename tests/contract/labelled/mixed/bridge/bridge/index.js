'use strict';
const AWSXRay = require('aws-xray-sdk-core');
const aws = AWSXRay.captureAWS(require('aws-sdk'));

const kinesis = new aws.Kinesis();

const decode = (message) => {
  const text = Buffer.from(message.data, 'base64').toString('utf8');
  try {
    return JSON.parse(text);
  } catch (e) {
    return { raw: text };
  }
};

exports.handler = async (event) => {
  const Records = event.messages.map((message) => {
    const body = decode(message);
    return { Data: JSON.stringify(body), PartitionKey: String(body.customer || message.messageID) };
  });
  const reply = await kinesis.putRecords({ StreamName: process.env.STREAM, Records }).promise();
  if (reply.FailedRecordCount > 0) {
    const codes = new Set(reply.Records.map((r) => r.ErrorCode).filter(Boolean));
    throw new Error(`${reply.FailedRecordCount} refused: ${[...codes]}`);
  }
  return { sent: Records.length };
};
