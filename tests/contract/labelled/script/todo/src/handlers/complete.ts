import { ConditionalCheckFailedException } from '@aws-sdk/client-dynamodb';
import type { APIGatewayProxyEventV2WithJWTAuthorizer } from 'aws-lambda';
import { reply } from '../lib/http';
import * as store from '../lib/store';

export const handler = async (event: APIGatewayProxyEventV2WithJWTAuthorizer) => {
  const owner = String(event.requestContext.authorizer.jwt.claims.sub);
  const id = event.pathParameters?.id as string;
  try {
    const before = await store.get(owner, id);
    if (before?.done) return reply(200, before);
    const { Attributes } = await store.complete(owner, id);
    return reply(200, Attributes);
  } catch (error) {
    if (error instanceof ConditionalCheckFailedException) return reply(404, { message: 'not found' });
    throw error;
  }
};
