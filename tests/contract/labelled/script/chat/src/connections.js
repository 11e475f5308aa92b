const {
  DynamoDBClient,
  PutItemCommand,
  DeleteItemCommand,
  QueryCommand,
  ScanCommand,
} = require('@aws-sdk/client-dynamodb');
const { marshall, unmarshall } = require('@aws-sdk/util-dynamodb');

const client = new DynamoDBClient({});
const TableName = process.env.CONNECTIONS_TABLE;

module.exports.add = (connectionId, room) =>
  client.send(new PutItemCommand({ TableName, Item: marshall({ connectionId, room, since: Date.now() }) }));

module.exports.remove = (connectionId) =>
  client.send(new DeleteItemCommand({ TableName, Key: marshall({ connectionId }) }));

module.exports.inRoom = async (room) => {
  const { Items } = await client.send(
    new QueryCommand({
      TableName,
      IndexName: 'room',
      KeyConditionExpression: 'room = :r',
      ExpressionAttributeValues: marshall({ ':r': room }),
    }),
  );
  return Items.map((i) => unmarshall(i).connectionId);
};

module.exports.everyone = async function* everyone() {
  let ExclusiveStartKey;
  do {
    const page = await client.send(new ScanCommand({ TableName, ExclusiveStartKey }));
    for (const item of page.Items) yield unmarshall(item).connectionId;
    ExclusiveStartKey = page.LastEvaluatedKey;
  } while (ExclusiveStartKey);
};
