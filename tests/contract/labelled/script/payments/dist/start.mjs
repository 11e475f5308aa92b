import { makeIdempotent, IdempotencyConfig } from '@aws-lambda-powertools/idempotency';
import { DynamoDBPersistenceLayer } from '@aws-lambda-powertools/idempotency/dynamodb';
import { SFNClient, StartExecutionCommand, DescribeExecutionCommand } from '@aws-sdk/client-sfn';

const sfn = new SFNClient({});
const persistenceStore = new DynamoDBPersistenceLayer({ tableName: process.env.IDEMPOTENCY });
const config = new IdempotencyConfig({ eventKeyJmesPath: 'powertools_json(body).paymentId', expiresAfterSeconds: 3600 });

async function start(payment) {
  const { executionArn } = await sfn.send(
    new StartExecutionCommand({
      stateMachineArn: process.env.FLOW_ARN,
      name: payment.paymentId,
      input: JSON.stringify(payment),
    }),
  );
  const { status } = await sfn.send(new DescribeExecutionCommand({ executionArn }));
  return { executionArn, status };
}

export const handler = makeIdempotent(
  async (event, _context) => {
    const payment = JSON.parse(event.body);
    if (!(payment.amount > 0)) {
      return { statusCode: 422, body: JSON.stringify({ message: 'amount must be positive' }) };
    }
    const started = await start(payment);
    return { statusCode: 202, body: JSON.stringify(started) };
  },
  { persistenceStore, config },
);
