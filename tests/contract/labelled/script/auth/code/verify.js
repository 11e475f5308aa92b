'use strict';
const crypto = require('crypto');
const kmsSdk = require('@aws-sdk/client-kms');
const { split } = require('./jwt');

const kms = new kmsSdk.KMS({});
let publicKey;

async function key() {
  if (!publicKey) {
    const { PublicKey } = await kms.getPublicKey({ KeyId: process.env.KEY_ALIAS });
    publicKey = crypto.createPublicKey({ key: Buffer.from(PublicKey), format: 'der', type: 'spki' });
  }
  return publicKey;
}

exports.handler = async (event) => {
  const token = (event.authorizationToken || '').replace(/^Bearer /, '');
  let effect = 'Deny';
  let claims = {};
  try {
    const parts = split(token);
    const valid = crypto.verify('RSA-SHA256', Buffer.from(parts.message), await key(), parts.signature);
    claims = parts.claims;
    if (valid && claims.exp > Date.now() / 1000) effect = 'Allow';
  } catch (error) {
    console.warn('token refused', error.message);
  }
  return {
    principalId: claims.sub || 'anonymous',
    policyDocument: { Version: '2012-10-17', Statement: [{ Action: 'execute-api:Invoke', Effect: effect, Resource: event.methodArn }] },
  };
};
