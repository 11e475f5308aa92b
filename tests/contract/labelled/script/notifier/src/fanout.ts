import { EventBridgeClient, PutEventsCommand } from '@aws-sdk/client-eventbridge';
import { PublishBatchCommand, SNSClient } from '@aws-sdk/client-sns';
import { SQSClient, SendMessageBatchCommand, type SendMessageBatchRequestEntry } from '@aws-sdk/client-sqs';
import type { EventBridgeEvent } from 'aws-lambda';

const sqs = new SQSClient();
const sns = new SNSClient();
const bus = new EventBridgeClient();

type Invoice = { id: string; total: number; recipients: string[]; urgent?: boolean };

function* inTens<T>(list: T[]): Generator<T[]> {
  for (let i = 0; i < list.length; i += 10) yield list.slice(i, i + 10);
}

export const main = async ({ detail }: EventBridgeEvent<'Invoice', Invoice>) => {
  const entries: SendMessageBatchRequestEntry[] = detail.recipients.map((to, i) => ({
    Id: String(i),
    MessageBody: JSON.stringify({ to, subject: `Invoice ${detail.id}`, total: detail.total }),
  }));
  for (const Entries of inTens(entries)) {
    const { Failed } = await sqs.send(new SendMessageBatchCommand({ QueueUrl: process.env.OUTBOX, Entries }));
    if (Failed?.length) throw new Error(`${Failed.length} not queued`);
  }
  if (detail.urgent) {
    await sns.send(
      new PublishBatchCommand({
        TopicArn: process.env.ALERTS_TOPIC,
        PublishBatchRequestEntries: [{ Id: 'a', Message: `urgent invoice ${detail.id}` }],
      }),
    );
  }
  await bus.send(
    new PutEventsCommand({
      Entries: [{ Source: 'notifier', DetailType: 'Fanned', Detail: JSON.stringify({ id: detail.id }) }],
    }),
  );
};
