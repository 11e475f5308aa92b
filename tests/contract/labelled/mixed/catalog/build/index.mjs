import middy from '@middy/core';
import appConfig from '@middy/appconfig';
import httpJsonBodyParser from '@middy/http-json-body-parser';
import ssm from '@middy/ssm';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient, ExecuteStatementCommand, paginateScan } from '@aws-sdk/lib-dynamodb';

const documents = DynamoDBDocumentClient.from(new DynamoDBClient({}));

const insert = (table, product) =>
  documents.send(
    new ExecuteStatementCommand({
      Statement: `INSERT INTO "${table}" VALUE {'id': ?, 'title': ?}`,
      Parameters: [product.id, product.title],
    }),
  );

async function count(table) {
  let total = 0;
  for await (const page of paginateScan({ client: documents }, { TableName: table, Select: 'COUNT' })) {
    total += page.Count;
  }
  return total;
}

const main = async (event, context) => {
  const table = `catalog-${context.settings.region}-products`;
  if (context.flags.readOnly) return { statusCode: 503 };
  if (event.requestContext.http.method === 'POST') {
    await insert(table, event.body);
    return { statusCode: 201 };
  }
  return { statusCode: 200, body: JSON.stringify({ products: await count(table) }) };
};

export const handler = middy()
  .use(httpJsonBodyParser({ disableContentTypeError: true }))
  .use(ssm({ fetchData: { settings: process.env.SETTINGS }, setToContext: true }))
  .use(
    appConfig({
      fetchData: {
        flags: { ApplicationIdentifier: 'catalog', EnvironmentIdentifier: 'live', ConfigurationProfileIdentifier: 'flags' },
      },
      setToContext: true,
    }),
  )
  .handler(main);
