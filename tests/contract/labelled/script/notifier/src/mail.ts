import { SESv2Client, SendEmailCommand } from '@aws-sdk/client-sesv2';
import type { SQSBatchItemFailure, SQSEvent, SQSRecord } from 'aws-lambda';

const ses = new SESv2Client({ region: 'eu-west-1' });
const FROM = 'Billing <billing@acme.example>';

async function send(record: SQSRecord) {
  const { to, subject, total } = JSON.parse(record.body);
  await ses.send(
    new SendEmailCommand({
      FromEmailAddress: FROM,
      Destination: { ToAddresses: [to] },
      Content: {
        Simple: { Subject: { Data: subject }, Body: { Text: { Data: `Please pay ${total.toFixed(2)} EUR.` } } },
      },
    }),
  );
}

export const main = async (event: SQSEvent): Promise<{ batchItemFailures: SQSBatchItemFailure[] }> => {
  const batchItemFailures: SQSBatchItemFailure[] = [];
  await Promise.all(
    event.Records.map(async (record) => {
      try {
        await send(record);
      } catch (error) {
        console.error({ id: record.messageId, error });
        batchItemFailures.push({ itemIdentifier: record.messageId });
      }
    }),
  );
  return { batchItemFailures };
};
