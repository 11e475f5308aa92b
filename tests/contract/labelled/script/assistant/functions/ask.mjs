import { BedrockRuntimeClient, ConverseCommand, InvokeModelWithResponseStreamCommand } from '@aws-sdk/client-bedrock-runtime';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocument } from '@aws-sdk/lib-dynamodb';

const bedrock = new BedrockRuntimeClient({});
const history = DynamoDBDocument.from(new DynamoDBClient({}));
const TableName = process.env.HISTORY;

async function recall(user) {
  const { Items } = await history.query({
    TableName,
    KeyConditionExpression: '#u = :u',
    ExpressionAttributeNames: { '#u': 'user' },
    ExpressionAttributeValues: { ':u': user },
    ScanIndexForward: false,
    Limit: 6,
  });
  return Items.reverse().flatMap((i) => [
    { role: 'user', content: i.question },
    { role: 'assistant', content: i.answer },
  ]);
}

async function title(question) {
  const { output } = await bedrock.send(
    new ConverseCommand({
      modelId: 'amazon.nova-micro-v1:0',
      messages: [{ role: 'user', content: [{ text: `Give a three word title: ${question}` }] }],
    }),
  );
  return output.message.content[0].text;
}

export const handler = awslambda.streamifyResponse(async (event, stream) => {
  const { user, question } = JSON.parse(event.body);
  const messages = [...(await recall(user)), { role: 'user', content: question }];
  const { body } = await bedrock.send(
    new InvokeModelWithResponseStreamCommand({
      modelId: process.env.MODEL_ID,
      contentType: 'application/json',
      body: JSON.stringify({ anthropic_version: 'bedrock-2023-05-31', max_tokens: 800, messages }),
    }),
  );
  let answer = '';
  for await (const { chunk } of body) {
    const part = JSON.parse(new TextDecoder().decode(chunk.bytes));
    if (part.type !== 'content_block_delta') continue;
    answer += part.delta.text;
    stream.write(part.delta.text);
  }
  stream.end();
  await history.put({ TableName, Item: { user, at: Date.now(), question, answer, title: await title(question) } });
});
