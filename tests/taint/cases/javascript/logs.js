const util = require('util');

exports.lines = async (event) => {
  console.log(`signed in: ${event.user}`); // bad: log-injection
  console.log('signed in:', event.user); // bad: log-injection
  console.log(JSON.stringify({ user: event.user }));
  console.log(util.inspect({ user: event.user }));
  console.log({ user: event.user });
  console.log(`signed in: ${event.user.replace(/[\r\n]/g, ' ')}`);
  console.log(`orders: ${Number(event.count)}`);
};

const middy = require('@middy/core');
const { Logger } = require('@aws-lambda-powertools/logger');
const { injectLambdaContext } = require('@aws-lambda-powertools/logger/middleware');
const logger = new Logger();

exports.loggedByMiddleware = middy(async () => ({}))
  .use(injectLambdaContext(logger, { logEvent: true })); // bad: event-logged
exports.notLoggedByMiddleware = middy(async () => ({})).use(injectLambdaContext(logger));

exports.loggedIfEnabled = async (event) => {
  logger.logEventIfEnabled(event, true); // bad: event-logged
  logger.logEventIfEnabled(event, false);
  logger.logEventIfEnabled(event);
};
