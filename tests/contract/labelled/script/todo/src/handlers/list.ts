import type { APIGatewayProxyEventV2WithJWTAuthorizer } from 'aws-lambda';
import { reply } from '../lib/http';
import { query } from '../lib/store';

export const handler = async (event: APIGatewayProxyEventV2WithJWTAuthorizer) => {
  const owner = String(event.requestContext.authorizer.jwt.claims.sub);
  const open = event.queryStringParameters?.open === 'true';
  const todos = await query({
    KeyConditionExpression: '#o = :o',
    ExpressionAttributeNames: { '#o': 'owner' },
    ExpressionAttributeValues: { ':o': owner },
  });
  return reply(200, { todos: open ? todos.filter((t) => !t.done) : todos });
};
