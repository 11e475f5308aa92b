import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import { GetParameterCommand, SSMClient } from '@aws-sdk/client-ssm';
import { createHmac, timingSafeEqual } from 'node:crypto';

const table = DynamoDBDocumentClient.from(new DynamoDBClient({}));
const ssm = new SSMClient({});
const STATES = new Map([
  ['accept', 'accepted'],
  ['refuse', 'refused'],
]);
let secret;

async function key() {
  secret ??= (
    await ssm.send(new GetParameterCommand({ Name: process.env.PARTNER_SECRET, WithDecryption: true }))
  ).Parameter.Value;
  return secret;
}

async function isSigned(event) {
  const given = Buffer.from(event.headers['x-signature'] ?? '', 'hex');
  const wanted = createHmac('sha256', await key()).update(event.body ?? '').digest();
  return given.length === wanted.length && timingSafeEqual(given, wanted);
}

export const webhook = async (event) => {
  if (!(await isSigned(event))) {
    return { statusCode: 401 };
  }
  const { owner, slot, decision } = JSON.parse(event.body);
  const state = STATES.get(decision);
  if (state === undefined) {
    return { statusCode: 400 };
  }
  await table.send(
    new UpdateCommand({
      TableName: process.env.TABLE,
      Key: { owner: String(owner), slot: String(slot) },
      UpdateExpression: 'SET #state = :state',
      ExpressionAttributeNames: { '#state': 'state' },
      ExpressionAttributeValues: { ':state': state },
      ConditionExpression: 'attribute_exists(slot)',
    }),
  );
  return { statusCode: 204 };
};
