const jwt = require('jsonwebtoken');
const jwtDecode = require('jwt-decode');
const { decodeJwt } = require('jose');
const { exec } = require('child_process');

exports.decoded = async (event) => {
  const token = event.headers.Authorization;
  jwt.decode(token); // bad: unverified-token
  jwtDecode(token); // bad: unverified-token
  decodeJwt(token); // bad: unverified-token
};

exports.keys = async (event) => {
  const token = event.headers.Authorization;
  jwt.verify(token, process.env.KEY, { algorithms: ['none'] }); // bad: token-signature-not-verified
  jwt.verify(token, 'not a secret'); // bad: hard-coded-secret
  jwt.sign({ a: 1 }, 'not a secret'); // bad: hard-coded-secret
};

exports.key_first = async (event) => {
  const { kid } = jwt.decode(event.headers.Authorization);
  return jwt.verify(event.headers.Authorization, process.env[kid.slice(0, 4)]);
};

exports.verified = async (event) => {
  const claims = jwt.verify(event.headers.Authorization, process.env.KEY, { algorithms: ['HS256'] });
  exec('echo ' + claims.sub);
};

exports.by_hand = async (event) => {
  const [, payload] = event.headers.Authorization.split('.');
  const claims = JSON.parse(Buffer.from(payload, 'base64').toString()); // bad: unverified-token
  const again = JSON.parse(atob(event.headers.Authorization.split('.')[1])); // bad: unverified-token
  return [claims, again];
};

exports.body = async (event) => JSON.parse(Buffer.from(event.body, 'base64').toString());

exports.simple = async (event) => {
  const simple = require('jwt-simple');
  const jsonwebtoken = require('jsonwebtoken');
  const { CognitoJwtVerifier } = require('aws-jwt-verify');
  simple.decode(event.a, process.env.KEY, true); // bad: unverified-token
  simple.decode(event.b, process.env.KEY);
  jsonwebtoken.verify(event.b, process.env.KEY, { ignoreExpiration: true }); // bad: token-signature-not-verified
  jsonwebtoken.verify(event.b, process.env.KEY, { algorithms: [event.algorithm] }); // bad: token-signature-not-verified
  jsonwebtoken.verify(event.b, process.env.KEY, { algorithms: ['RS256'] });
  await CognitoJwtVerifier.create({ userPoolId: 'a', tokenUse: 'access', clientId: 'b' }).verify(event.c);
};
