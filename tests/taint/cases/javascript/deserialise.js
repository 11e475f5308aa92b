const serialize = require('node-serialize');
const { unserialize } = require('node-serialize');
const yaml = require('js-yaml');
const cryo = require('cryo');

exports.unsafe = async (event) => {
  serialize.unserialize(event.body); // bad: unsafe-deserialization
  unserialize(event.body); // bad: unsafe-deserialization
  cryo.parse(event.body); // bad: unsafe-deserialization
  yaml.load(event.body);
};

exports.safe = async (event) => {
  JSON.parse(event.body);
  yaml.safeLoad(event.body);
  yaml.load(event.body, { schema: yaml.JSON_SCHEMA });
  serialize.serialize(event.body);
};

exports.loaders = async (event) => {
  const yaml = require('js-yaml');
  const v8 = require('v8');
  const bson = require('bson');
  require('node-serialize').unserialize('{}');
  yaml.load(event.body, { schema: yaml.DEFAULT_FULL_SCHEMA }); // bad: unsafe-deserialization
  yaml.load(event.body, { schema: yaml.CORE_SCHEMA });
  v8.deserialize(Buffer.from(event.body, 'base64')); // bad: unsafe-deserialization
  v8.deserialize(Buffer.from('AAAA', 'base64'));
  bson.deserialize(Buffer.from(event.body, 'base64'), { evalFunctions: true }); // bad: unsafe-deserialization
  bson.deserialize(Buffer.from(event.body, 'base64'));
};
