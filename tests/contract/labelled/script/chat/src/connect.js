const { add } = require('./connections');

const ROOM = /^[a-z0-9-]{1,40}$/;

module.exports.handler = async (event) => {
  const room = event.queryStringParameters && event.queryStringParameters.room;
  if (!room || !ROOM.test(room)) {
    return { statusCode: 400, body: 'room?' };
  }
  try {
    await add(event.requestContext.connectionId, room);
  } catch (error) {
    console.error('connect', error);
    return { statusCode: 500 };
  }
  return { statusCode: 200 };
};
