const crypto = require('crypto');
const moment = require('moment');
const validator = require('validator');
const { validate } = require('uuid');
const { exec } = require('child_process');

exports.converted = async (event) => {
  exec('ls ' + crypto.createHash('sha256').update(event.id).digest('hex'));
  exec('ls ' + moment(event.date).format('YYYY'));
  exec('ls ' + new Date(event.date).getFullYear());
  exec('ls ' + Number(event.id));
};

exports.validated = async (event) => {
  if (!validate(event.id)) throw new Error('bad');
  exec('ls ' + event.id);
};

exports.validator = async (event) => {
  if (validator.isAlphanumeric(event.id)) {
    exec('ls ' + event.id);
  }
};

exports.not_converted = async (event) => {
  exec('ls ' + event.id.trim().toLowerCase()); // bad: os-command-injection
  exec('ls ' + event.id.replace(';', '')); // bad: os-command-injection
  if (validator.isLength(event.id, 1, 5)) exec('ls ' + event.id); // bad: os-command-injection
};
