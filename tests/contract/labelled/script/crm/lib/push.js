const sdk = require('aws-sdk');
const Cache = require('./cache');

sdk.config.update({ maxRetries: 5 });
const table = new sdk.DynamoDB({ params: { TableName: process.env.CONTACTS } });
const cache = new Cache();

const byEmail = (email) =>
  table
    .query({
      IndexName: 'email',
      KeyConditionExpression: 'email = :e',
      ExpressionAttributeValues: { ':e': { S: email } },
      Limit: 1,
    })
    .promise();

exports.run = async (event) => {
  for (const { kinesis } of event.Records) {
    const change = JSON.parse(Buffer.from(kinesis.data, 'base64').toString('utf8'));
    if (cache.getItem(change.email) === change.version) continue;
    const { Items } = await byEmail(change.email);
    if (!Items.length) {
      console.log('unknown contact', change.email);
      continue;
    }
    const request = table.updateItem({
      Key: { id: Items[0].id },
      UpdateExpression: 'SET #v = :v',
      ExpressionAttributeNames: { '#v': 'version' },
      ExpressionAttributeValues: { ':v': { N: String(change.version) } },
    });
    request.on('retry', (r) => console.log('retry', r.error && r.error.code));
    await request.promise();
    cache.putItem(change.email, change.version);
  }
};
