import type { APIGatewayProxyStructuredResultV2 } from 'aws-lambda';

export class HttpError extends Error {
  constructor(readonly status: number, message: string) {
    super(message);
  }
}

export const reply = (statusCode: number, body: unknown): APIGatewayProxyStructuredResultV2 => ({
  statusCode,
  headers: { 'content-type': 'application/json' },
  body: JSON.stringify(body),
});

export function parse<T>(text: string | undefined): T {
  try {
    return JSON.parse(text ?? '{}') as T;
  } catch {
    throw new HttpError(400, 'invalid JSON');
  }
}
