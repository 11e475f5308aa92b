import { createHmac, timingSafeEqual } from 'node:crypto';
import middy from '@middy/core';
import httpErrorHandler from '@middy/http-error-handler';
import secretsManager from '@middy/secrets-manager';
import { SFN } from '@aws-sdk/client-sfn';

const sfn = new SFN({ maxAttempts: 2 });

function verify(event, secret) {
  const expected = createHmac('sha256', secret).update(event.body).digest();
  const given = Buffer.from(event.headers['x-signature'] ?? '', 'hex');
  return expected.length === given.length && timingSafeEqual(expected, given);
}

const base = async (event, context) => {
  if (!verify(event, context.provider.webhookKey)) {
    return { statusCode: 401 };
  }
  const { taskToken, result, error } = JSON.parse(event.body);
  if (error) {
    await sfn.sendTaskFailure({ taskToken, error: error.code, cause: error.message });
  } else {
    await sfn.sendTaskSuccess({ taskToken, output: JSON.stringify(result) });
  }
  return { statusCode: 204 };
};

export const handler = middy(base)
  .use(secretsManager({ fetchData: { provider: process.env.SECRET_ID }, setToContext: true }))
  .use(httpErrorHandler());
