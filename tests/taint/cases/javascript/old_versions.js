// package.json: {"dependencies": {"js-yaml": "^3.14.1"}}
const yaml = require('js-yaml');

exports.functions = async (event) => {
  yaml.load(event.body); // bad: unsafe-deserialization
  yaml.safeLoad(event.body);
  yaml.load(event.body, { schema: yaml.SAFE_SCHEMA });
  yaml.load('a: 1');
};
