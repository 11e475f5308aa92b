const math = require('mathjs');
const { Parser } = require('expr-eval');
const jexl = require('jexl');
const jsonpath = require('jsonpath');
const { JSONPath } = require('jsonpath-plus');
const { VM } = require('vm2');
const { Worker } = require('worker_threads');
const { JSDOM } = require('jsdom');
const { spawn } = require('child_process');

exports.languages = async (event) => {
  math.evaluate(event.formula); // bad: code-injection
  Parser.evaluate(event.formula); // bad: code-injection
  new Parser().parse(event.formula); // bad: code-injection
  await jexl.eval(event.formula); // bad: code-injection
  math.evaluate('a + b', { a: Number(event.a), b: 2 });
  Parser.evaluate('a + b', { a: Number(event.a), b: 2 });
  await jexl.eval('a + b', { a: event.a });
};

exports.paths = async (event) => {
  JSONPath({ path: event.path, json: {} }); // bad: code-injection
  JSONPath({ path: '$.a', json: JSON.parse(event.body) });
  jsonpath.query({}, '$.a');
};

exports.sandboxes = async (event) => {
  new VM().run(event.code); // bad: code-injection
  new VM().run('1 + 1');
  new Worker(event.code, { eval: true }); // bad: code-injection
  new Worker('./worker.js', { workerData: event.data });
  new JSDOM(event.html, { runScripts: 'dangerously' }); // bad: code-injection
  new JSDOM(event.html);
  spawn('node', ['-e', event.code]); // bad: os-command-injection
  spawn('node', ['report.js', event.name]);
};
