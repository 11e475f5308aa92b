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
