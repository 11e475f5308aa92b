import * as gateway from '@aws-sdk/client-apigatewaymanagementapi';

const client = new gateway.ApiGatewayManagementApiClient({ endpoint: process.env.ENDPOINT });
const IDLE = 10 * 60 * 1000;

async function idle(ConnectionId) {
  try {
    const { LastActiveAt } = await client.send(new gateway.GetConnectionCommand({ ConnectionId }));
    return Date.now() - LastActiveAt.getTime() > IDLE;
  } catch (error) {
    if (error instanceof gateway.GoneException) return false;
    throw error;
  }
}

export const handler = async ({ connections }) => {
  const kicked = [];
  for (const id of connections) {
    if (await idle(id)) {
      await client.send(new gateway.DeleteConnectionCommand({ ConnectionId: id }));
      kicked.push(id);
    }
  }
  return { kicked };
};
