import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient, PutCommand, QueryCommand } from '@aws-sdk/lib-dynamodb';
import { randomUUID } from 'node:crypto';

const table = DynamoDBDocumentClient.from(new DynamoDBClient({}));
const SLOT = /^\d{4}-\d{2}-\d{2}T\d{2}:00$/;

const answer = (statusCode, content) => ({
  statusCode,
  headers: { 'content-type': 'application/json' },
  body: JSON.stringify(content),
});

const owner = (event) => event.requestContext.authorizer.jwt.claims.sub;

export const book = async (event) => {
  let wish;
  try {
    wish = JSON.parse(event.body ?? '{}');
  } catch {
    return answer(400, { error: 'not JSON' });
  }
  const { slot, guests } = wish;
  if (typeof slot !== 'string' || !SLOT.test(slot) || !Number.isInteger(guests) || guests > 12) {
    return answer(400, { error: 'a booking has a slot and at most 12 guests' });
  }
  const id = randomUUID();
  await table.send(
    new PutCommand({
      TableName: process.env.TABLE,
      Item: { owner: owner(event), slot, id, guests, state: 'asked' },
      ConditionExpression: 'attribute_not_exists(slot)',
    }),
  );
  console.log(JSON.stringify({ booked: id }));
  return answer(201, { id });
};

export const mine = async (event) => {
  const { Items } = await table.send(
    new QueryCommand({
      TableName: process.env.TABLE,
      KeyConditionExpression: '#owner = :owner',
      ExpressionAttributeNames: { '#owner': 'owner' },
      ExpressionAttributeValues: { ':owner': owner(event) },
    }),
  );
  return answer(200, Items);
};
