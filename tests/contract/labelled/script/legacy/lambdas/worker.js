'use strict';

const aws = require('aws-sdk');
const s3 = new aws.S3();
const lambda = new aws.Lambda();

const RENDERER = 'pdf-renderer';

function load(key) {
  return s3
    .getObject({ Bucket: process.env.INVOICES, Key: key })
    .promise()
    .then((found) => JSON.parse(found.Body.toString('utf8')));
}

function render(invoice) {
  return lambda
    .invoke({ FunctionName: RENDERER, Payload: JSON.stringify(invoice) })
    .promise()
    .then((reply) => {
      if (reply.FunctionError) throw new Error(reply.Payload);
      return Buffer.from(JSON.parse(reply.Payload).pdf, 'base64');
    });
}

function save(key, pdf) {
  const upload = s3.upload({
    Bucket: process.env.INVOICES,
    Key: key.replace(/\.json$/, '.pdf'),
    Body: pdf,
    ContentType: 'application/pdf',
  });
  upload.on('httpUploadProgress', (p) => console.log('sent', p.loaded));
  return upload.promise();
}

exports.handler = (event) =>
  Promise.all(
    event.Records.map((record) => {
      const { key } = JSON.parse(record.body);
      return load(key)
        .then(render)
        .then((pdf) => save(key, pdf));
    }),
  ).then((done) => ({ done: done.length }));
