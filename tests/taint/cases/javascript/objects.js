const _ = require('lodash');
const extend = require('deep-extend');
const mergeWithout = require('lodash/merge');

exports.merged = async (event) => {
  const body = JSON.parse(event.body);
  _.merge({}, body); // bad: prototype-pollution
  mergeWithout({}, body); // bad: prototype-pollution
  extend({}, body); // bad: prototype-pollution
  _.set({}, body.path, body.value); // bad: prototype-pollution
  Object.assign({}, body);
  _.merge({}, { a: 1 });
};

exports.by_hand = async (event) => {
  const body = JSON.parse(event.body);
  const target = {};
  target[body.a][body.b] = body.c; // bad: prototype-pollution
  target[body.a] = body.c;
};

exports.by_path = async (event) => {
  const _ = require('lodash');
  const deepMerge = require('deep-extend');
  const flat = require('flat');
  _.set({}, 'a.b', event.value);
  deepMerge({}, { a: String(event.a) });
  flat.unflatten(JSON.parse(event.body)); // bad: prototype-pollution
  flat.unflatten({ 'a.b': String(event.a) });
};
