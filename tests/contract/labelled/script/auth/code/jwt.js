'use strict';
const b64 = (value) => Buffer.from(value).toString('base64url');

/** Assembles the part of the token that is signed. */
exports.unsigned = (claims) => `${b64(JSON.stringify({ alg: 'RS256', typ: 'JWT' }))}.${b64(JSON.stringify(claims))}`;

exports.split = (token) => {
  const [head, body, signature] = token.split('.');
  if (!signature) throw new Error('not a token');
  return { message: `${head}.${body}`, claims: JSON.parse(Buffer.from(body, 'base64url')), signature: Buffer.from(signature, 'base64url') };
};

/** Looks like the KMS operation, is node's own crypto. */
exports.sign = (text, pem) => require('crypto').createSign('RSA-SHA256').update(text).sign(pem);
