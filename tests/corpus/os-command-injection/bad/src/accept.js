const { SQSClient, SendMessageCommand } = require('@aws-sdk/client-sqs');

const queue = new SQSClient({});

exports.handler = async (event) => {
  const { name } = JSON.parse(event.body);
  await queue.send(
    new SendMessageCommand({ QueueUrl: process.env.JOBS, MessageBody: JSON.stringify({ name }) }),
  );
  return { statusCode: 202 };
};
