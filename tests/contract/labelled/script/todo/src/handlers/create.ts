import { randomUUID } from 'node:crypto';
import type { APIGatewayProxyEventV2WithJWTAuthorizer } from 'aws-lambda';
import { HttpError, parse, reply } from '../lib/http';
import { put, type Todo } from '../lib/store';

type Body = { title?: string; due?: string };

export const handler = async (event: APIGatewayProxyEventV2WithJWTAuthorizer) => {
  try {
    const body = parse<Body>(event.body);
    if (!body.title) throw new HttpError(400, 'title is required');
    const todo: Todo = {
      owner: String(event.requestContext.authorizer.jwt.claims.sub),
      id: randomUUID(),
      title: body.title,
      due: body.due,
      done: false,
    };
    await put(todo);
    return reply(201, todo);
  } catch (error) {
    if (error instanceof HttpError) return reply(error.status, { message: error.message });
    console.error(error);
    return reply(500, { message: 'internal error' });
  }
};
