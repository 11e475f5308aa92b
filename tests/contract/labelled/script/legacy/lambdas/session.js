'use strict';

var AWS = require('aws-sdk');
var docs = new AWS.DynamoDB.DocumentClient();
var TABLE = process.env.SESSIONS;

function respond(callback, code, body) {
  callback(null, { statusCode: code, body: body === undefined ? '' : JSON.stringify(body) });
}

function read(sid, callback) {
  docs.get({ TableName: TABLE, Key: { sid: sid }, ConsistentRead: true }, function (err, data) {
    if (err) {
      console.log('get failed', err);
      return respond(callback, 500, { message: err.code });
    }
    if (!data.Item) return respond(callback, 404);
    respond(callback, 200, data.Item);
  });
}

function write(sid, body, callback) {
  var item = Object.assign({}, JSON.parse(body || '{}'), { sid: sid, touched: Date.now() });
  docs.put({ TableName: TABLE, Item: item }, function (err) {
    if (err) return callback(err);
    respond(callback, 200, item);
  });
}

function drop(sid, callback) {
  docs.delete({ TableName: TABLE, Key: { sid: sid } }, function (err) {
    if (err) return callback(err);
    respond(callback, 204);
  });
}

exports.handler = function (event, context, callback) {
  context.callbackWaitsForEmptyEventLoop = false;
  var sid = event.pathParameters.sid;
  switch (event.httpMethod) {
    case 'GET':
      return read(sid, callback);
    case 'PUT':
      return write(sid, event.body, callback);
    case 'DELETE':
      return drop(sid, callback);
    default:
      return respond(callback, 405);
  }
};
