const { ApiGatewayManagementApiClient, PostToConnectionCommand } = require('@aws-sdk/client-apigatewaymanagementapi');
const { inRoom, remove } = require('./connections');

module.exports.handler = async (event) => {
  const { domainName, stage, connectionId } = event.requestContext;
  const api = new ApiGatewayManagementApiClient({ endpoint: `https://${domainName}/${stage}` });
  const { room, text } = JSON.parse(event.body);
  const Data = Buffer.from(JSON.stringify({ room, text, from: connectionId }));
  const targets = (await inRoom(room)).filter((id) => id !== connectionId);
  await Promise.all(
    targets.map(async (ConnectionId) => {
      try {
        await api.send(new PostToConnectionCommand({ ConnectionId, Data }));
      } catch (error) {
        if (error.$metadata && error.$metadata.httpStatusCode === 410) {
          await remove(ConnectionId);
        } else {
          throw error;
        }
      }
    }),
  );
  return { statusCode: 200 };
};
