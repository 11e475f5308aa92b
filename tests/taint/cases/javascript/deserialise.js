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
