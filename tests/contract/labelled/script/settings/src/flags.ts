import { getAppConfig } from '@aws-lambda-powertools/parameters/appconfig';
import { SSMProvider, getParameter, getParameters } from '@aws-lambda-powertools/parameters/ssm';
import { Transform } from '@aws-lambda-powertools/parameters';
import type { APIGatewayProxyEventV2 } from 'aws-lambda';

type FlagSet = Record<string, { enabled: boolean; percent?: number }>;

const bucketOf = (user: string) => [...user].reduce((h, c) => (h * 31 + c.charCodeAt(0)) % 100, 7);

export const handler = async (event: APIGatewayProxyEventV2) => {
  const key = await getParameter(process.env.API_KEY_PARAM!, { maxAge: 60 });
  if (event.headers['x-api-key'] !== key) return { statusCode: 403 };
  const flags = (await getAppConfig('flags', {
    application: 'shop',
    environment: 'dev',
    transform: Transform.JSON,
  })) as FlagSet;
  const overrides = (await getParameters(`${process.env.CONFIG_PATH}/overrides`, { recursive: true })) ?? {};
  const user = event.queryStringParameters?.user ?? 'anonymous';
  const result = Object.fromEntries(
    Object.entries(flags).map(([name, flag]) => [
      name,
      overrides[name] ? overrides[name] === 'on' : flag.enabled && bucketOf(user) < (flag.percent ?? 100),
    ]),
  );
  return { statusCode: 200, body: JSON.stringify(result) };
};

export class Writer {
  // used by the command line tool only
  constructor(private readonly provider = new SSMProvider()) {}
  override(name: string, on: boolean) {
    return this.provider.set(`${process.env.CONFIG_PATH}/overrides/${name}`, { value: on ? 'on' : 'off', overwrite: true });
  }
}
