import { CognitoIdentityProvider } from '@aws-sdk/client-cognito-identity-provider';

const idp = new CognitoIdentityProvider({});
const UserPoolId = process.env.POOL_ID;
const ClientId = '3n4b5urk1ft4fl3mg5e62d9ado';

const operations = {
  forgot: ({ user }) => idp.forgotPassword({ ClientId, Username: user }),
  confirm: ({ user, code, password }) =>
    idp.confirmForgotPassword({ ClientId, Username: user, ConfirmationCode: code, Password: password }),
  change: ({ token, before, after }) =>
    idp.changePassword({ AccessToken: token, PreviousPassword: before, ProposedPassword: after }),
  reset: ({ user }) => idp.adminResetUserPassword({ UserPoolId, Username: user }),
  set: async ({ user, password }) => {
    await idp.adminSetUserPassword({ UserPoolId, Username: user, Password: password, Permanent: true });
    await idp.adminUpdateUserAttributes({
      UserPoolId,
      Username: user,
      UserAttributes: [{ Name: 'email_verified', Value: 'true' }],
    });
  },
};

export const handler = async (event) => {
  const { operation, ...rest } = JSON.parse(event.body);
  if (!Object.hasOwn(operations, operation)) return { statusCode: 400 };
  await operations[operation](rest);
  return { statusCode: 204 };
};
