'use strict';
const { KMSClient, SignCommand } = require('@aws-sdk/client-kms');
const {
  CognitoIdentityProviderClient,
  AdminInitiateAuthCommand,
  AdminListGroupsForUserCommand,
  RespondToAuthChallengeCommand,
} = require('@aws-sdk/client-cognito-identity-provider');
const jwt = require('./jwt');

const kms = new KMSClient();
const cognito = new CognitoIdentityProviderClient();

async function authenticate({ user, password, newPassword }) {
  const UserPoolId = process.env.POOL;
  const first = await cognito.send(
    new AdminInitiateAuthCommand({
      UserPoolId,
      ClientId: process.env.CLIENT_ID,
      AuthFlow: 'ADMIN_USER_PASSWORD_AUTH',
      AuthParameters: { USERNAME: user, PASSWORD: password },
    }),
  );
  if (first.ChallengeName === 'NEW_PASSWORD_REQUIRED') {
    await cognito.send(
      new RespondToAuthChallengeCommand({
        ChallengeName: first.ChallengeName,
        ClientId: process.env.CLIENT_ID,
        Session: first.Session,
        ChallengeResponses: { USERNAME: user, NEW_PASSWORD: newPassword },
      }),
    );
  }
  const { Groups } = await cognito.send(new AdminListGroupsForUserCommand({ UserPoolId, Username: user }));
  return Groups.map((g) => g.GroupName);
}

exports.handler = async (event) => {
  const body = JSON.parse(event.body);
  const groups = await authenticate(body);
  const now = Math.floor(Date.now() / 1000);
  const message = jwt.unsigned({ sub: body.user, groups, iat: now, exp: now + 900 });
  const { Signature } = await kms.send(
    new SignCommand({
      KeyId: process.env.KEY_ID,
      Message: Buffer.from(message),
      MessageType: 'RAW',
      SigningAlgorithm: 'RSASSA_PKCS1_V1_5_SHA_256',
    }),
  );
  return { statusCode: 200, body: `${message}.${Buffer.from(Signature).toString('base64url')}` };
};
