import { defaultProvider } from '@aws-sdk/credential-provider-node';
import { unmarshall } from '@aws-sdk/util-dynamodb';
import { Client } from '@opensearch-project/opensearch';
import { AwsSigv4Signer } from '@opensearch-project/opensearch/aws';
import type { DynamoDBStreamEvent } from 'aws-lambda';

const client = new Client({
  ...AwsSigv4Signer({
    region: process.env.AWS_REGION!,
    service: 'es',
    getCredentials: () => defaultProvider()(),
  }),
  node: `https://${process.env.ENDPOINT}`,
});

export const handler = async (event: DynamoDBStreamEvent) => {
  const body: object[] = [];
  for (const record of event.Records) {
    const id = record.dynamodb!.Keys!.id.S!;
    if (record.eventName === 'REMOVE') {
      body.push({ delete: { _index: 'products', _id: id } });
      continue;
    }
    body.push({ index: { _index: 'products', _id: id } });
    body.push(unmarshall(record.dynamodb!.NewImage as never));
  }
  const { body: result } = await client.bulk({ body });
  if (result.errors) {
    console.error(JSON.stringify(result.items.filter((i: any) => i.index?.error)));
    throw new Error('bulk failed');
  }
};
