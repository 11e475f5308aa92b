const request = require('request');
const got = require('got');
const undici = require('undici');

exports.clients = async () => {
  request.defaults({ strictSSL: false }); // bad: tls-verification-disabled
  request.defaults({ strictSSL: true });
  got.extend({ https: { rejectUnauthorized: false } }); // bad: tls-verification-disabled
  got.extend({ https: { rejectUnauthorized: true } });
  new undici.Agent({ connect: { rejectUnauthorized: false } }); // bad: tls-verification-disabled
  new undici.Agent({ connect: { rejectUnauthorized: true } });
};

exports.process = async () => {
  process.env.NODE_TLS_REJECT_UNAUTHORIZED = '0'; // bad: tls-verification-disabled
  process.env.NODE_TLS_REJECT_UNAUTHORIZED = '1';
};
