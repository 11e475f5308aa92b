const { ApiGatewayManagementApi } = require('@aws-sdk/client-apigatewaymanagementapi');
const { everyone } = require('./connections');

const api = new ApiGatewayManagementApi({ endpoint: process.env.WS_ENDPOINT });

exports.handler = async (event) => {
  const text = event.Records.map((r) => r.Sns.Message).join('\n');
  let sent = 0;
  let gone = 0;
  for await (const id of everyone()) {
    try {
      await api.postToConnection({ ConnectionId: id, Data: JSON.stringify({ announcement: text }) });
      sent += 1;
    } catch (error) {
      if (error.name === 'GoneException') gone += 1;
      else console.error(id, error);
    }
  }
  console.log(JSON.stringify({ sent, gone }));
};
