const connections = require('./connections');

module.exports.handler = async (event) => {
  const id = event.requestContext.connectionId;
  try {
    await connections.remove(id);
  } catch (error) {
    console.warn('could not remove', id, error.name);
  }
  return { statusCode: 200 };
};
