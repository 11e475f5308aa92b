const vm = require('vm');
const { VM } = require('vm2');

exports.evaluated = async (event) => {
  eval(event.code); // bad: code-injection
  eval('(' + event.code + ')'); // bad: code-injection
  new Function('a', event.code); // bad: code-injection
  vm.runInNewContext(event.code); // bad: code-injection
  new vm.Script(event.code); // bad: code-injection
  new VM().run(event.code); // bad: code-injection
  setTimeout(event.code, 10); // bad: code-injection
};

exports.fixed = async (event) => {
  eval('1 + 2');
  vm.runInNewContext('order.total > 10', { order: event.order });
  setTimeout(() => event.code, 10);
  JSON.parse(event.code);
};

exports.modules = async (event) => {
  require(event.name); // bad: code-injection
  await import('./handlers/' + event.name); // bad: code-injection
  require('./handlers/fixed');
};

exports.paths = async (event) => {
  require('jsonpath').query(event, '$.orders[*]');
  require('jsonpath').query({}, event.path); // bad: code-injection
};
