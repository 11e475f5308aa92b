const { DynamoDB: Dynamo } = require('aws-sdk');
const { v4 } = require('uuid');

const dc = new Dynamo.DocumentClient({ apiVersion: '2012-08-10' });
const { TICKETS, AGENTS } = process.env;
const json = (statusCode, value) => ({ statusCode, body: JSON.stringify(value) });

function emptiest(ids) {
  const params = { RequestItems: { [AGENTS]: { Keys: ids.map((id) => ({ id })) } } };
  return new Promise((resolve, reject) => {
    dc.batchGet(params, (error, data) => {
      if (error) return reject(error);
      const agents = data.Responses[AGENTS].sort((a, b) => a.load - b.load);
      return resolve(agents[0]);
    });
  });
}

module.exports.open = (event, context, done) => {
  const ticket = Object.assign(JSON.parse(event.body), { id: v4(), state: 'open' });
  dc.put({ TableName: TICKETS, Item: ticket }).promise()
    .then(() => done(null, json(201, ticket)))
    .catch(done);
};

module.exports.assign = async (event) => {
  const { ticket, candidates } = JSON.parse(event.body);
  const agent = await emptiest(candidates);
  if (!agent) return json(404, { message: 'no agent' });
  const write = dc.transactWrite({
    TransactItems: [
      {
        Update: {
          TableName: TICKETS,
          Key: { id: ticket },
          UpdateExpression: 'SET agent = :a',
          ConditionExpression: 'attribute_exists(id)',
          ExpressionAttributeValues: { ':a': agent.id },
        },
      },
      {
        Update: {
          TableName: AGENTS,
          Key: { id: agent.id },
          UpdateExpression: 'ADD #l :one',
          ExpressionAttributeNames: { '#l': 'load' },
          ExpressionAttributeValues: { ':one': 1 },
        },
      },
    ],
  });
  await write.promise();
  return json(200, { ticket, agent: agent.id });
};

module.exports.purge = async () => {
  // run by hand from the console; not deployed as a function
  const { Items } = await dc.scan({ TableName: TICKETS }).promise();
  return Promise.all(Items.map(({ id }) => dc.delete({ TableName: TICKETS, Key: { id } }).promise()));
};
