import {
  CloudWatchLogsClient,
  GetQueryResultsCommand,
  StartQueryCommand,
} from '@aws-sdk/client-cloudwatch-logs';
import { SNSClient, PublishCommand } from '@aws-sdk/client-sns';
import { GetQueueAttributesCommand, SQSClient } from '@aws-sdk/client-sqs';

const logs = new CloudWatchLogsClient();
const sqs = new SQSClient();
const sns = new SNSClient();
const sleep = (ms: number) => new Promise((r) => setTimeout(r, ms));

async function failures(): Promise<number> {
  const now = Math.floor(Date.now() / 1000);
  const { queryId } = await logs.send(
    new StartQueryCommand({
      logGroupName: '/aws/lambda/notifier-prod-mail',
      startTime: now - 6 * 3600,
      endTime: now,
      queryString: 'filter @message like /error/ | stats count() as n',
    }),
  );
  for (;;) {
    const { status, results } = await logs.send(new GetQueryResultsCommand({ queryId }));
    if (status === 'Complete') return Number(results?.[0]?.find((f) => f.field === 'n')?.value ?? 0);
    if (status === 'Failed' || status === 'Cancelled') throw new Error(`query ${status}`);
    await sleep(1000);
  }
}

export async function main(): Promise<void> {
  const { Attributes } = await sqs.send(
    new GetQueueAttributesCommand({
      QueueUrl: process.env.OUTBOX,
      AttributeNames: ['ApproximateNumberOfMessages'],
    }),
  );
  const waiting = Attributes?.ApproximateNumberOfMessages ?? '?';
  const failed = await failures();
  if (failed > 0 || Number(waiting) > 1000) {
    await sns.send(
      new PublishCommand({ TopicArn: process.env.ALERTS_TOPIC, Subject: 'digest', Message: `${failed} failed, ${waiting} waiting` }),
    );
  }
}
