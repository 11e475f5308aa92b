import middy from '@middy/core';
import secretsManager from '@middy/secrets-manager';
import ssm from '@middy/ssm';
import type { APIGatewayProxyEventV2, Context } from 'aws-lambda';
import { createPool, type Pool } from './pool';

interface Settings extends Context {
  db: { host: string; username: string; password: string };
  theme: string;
  currency: string;
}

let pool: Pool | undefined;

const lambdaHandler = async (event: APIGatewayProxyEventV2, context: Settings) => {
  pool ??= await createPool(context.db);
  const rows = await pool.query('select id, title, price from products where category = $1', [
    event.pathParameters?.category,
  ]);
  return {
    statusCode: 200,
    headers: { 'x-theme': context.theme },
    body: JSON.stringify({ currency: context.currency, products: rows }),
  };
};

export const handler = middy<APIGatewayProxyEventV2, unknown, Error, Settings>()
  .use(
    ssm({
      fetchData: {
        theme: `${process.env.CONFIG_PATH}/theme`,
        currency: `${process.env.CONFIG_PATH}/currency`,
      },
      cacheExpiry: 300_000,
      setToContext: true,
    }),
  )
  .use(secretsManager({ fetchData: { db: process.env.DB_SECRET! }, setToContext: true }))
  .handler(lambdaHandler);
