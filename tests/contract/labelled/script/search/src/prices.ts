import { DynamoDB, type TransactWriteItem } from '@aws-sdk/client-dynamodb';
import type { MSKEvent, MSKRecord } from 'aws-lambda';

const dynamo = new DynamoDB({});
const TableName = process.env.PRODUCTS;

interface Price { id: string; amount: number; currency: string }

const decode = (r: MSKRecord): Price => JSON.parse(Buffer.from(r.value, 'base64').toString());

const change = (p: Price): TransactWriteItem => ({
  Update: {
    TableName,
    Key: { id: { S: p.id } },
    UpdateExpression: 'SET price = :p, currency = :c',
    ExpressionAttributeValues: { ':p': { N: String(p.amount) }, ':c': { S: p.currency } },
  },
});

export async function handler(event: MSKEvent) {
  const latest = new Map<string, Price>();
  for (const records of Object.values(event.records)) {
    for (const record of records) {
      const price = decode(record);
      latest.set(price.id, price);
    }
  }
  const prices = [...latest.values()];
  for (let at = 0; at < prices.length; at += 100) {
    await dynamo.transactWriteItems({ TransactItems: prices.slice(at, at + 100).map(change) });
  }
}
