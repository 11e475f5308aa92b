const slow = /^(\w+\s?)*$/;
const quick = /^\w+(\s\w+)*$/;

exports.tested = async (event) => {
  slow.test(event.name); // bad: slow-regex-on-input
  slow.exec(event.name); // bad: slow-regex-on-input
  new RegExp('^(\\d+,?)+$').test(event.name); // bad: slow-regex-on-input
  quick.test(event.name);
  slow.test('a fixed text');
};

exports.text = async (event) => {
  event.name.match(/^(\w+\s?)*$/); // bad: slow-regex-on-input
  event.name.replace(/(a+)+b/g, ''); // bad: slow-regex-on-input
  event.name.match(/^\w+(\s\w+)*$/);
  event.name.replace(/a+b/g, '');
  String(Number(event.name)).match(slow);
};

exports.textsAsPatterns = async (event) => {
  'a list of names'.search(event.name); // bad: regex-injection
  'a list of names'.match(event.name); // bad: regex-injection
  'a list of names'.includes(event.name);
  event.name.match(/^[a-z]{1,9}$/);
};
