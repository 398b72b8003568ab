// The library as the rows of the benchmark ask it: the endpoints where the server beside it has them, the same clients,
// signatures, lifetimes and rotation. What is not named here is as the library delivers it.

import { adapterOn } from './adapter.js';

const PERSON = 'select sub, email, name from people where sub = $1';

// Who may ask, for whom, and for which API: the library gives out a JWT for an API only. Tokens of `web-opaque` are for
// the server itself, which neither introspects JWTs nor takes them at userinfo.
const service = (id, alg) => ({
  client_id: id,
  client_secret: `${id}-secret-0123456789-0123456789-012345`,
  grant_types: ['client_credentials'],
  redirect_uris: [],
  response_types: [],
  id_token_signed_response_alg: alg,
});
const web = (id, alg, redirectUri) => ({
  client_id: id,
  client_secret: `${id}-secret-0123456789-0123456789-012345`,
  grant_types: ['authorization_code', 'refresh_token'],
  redirect_uris: [redirectUri],
  response_types: ['code'],
  id_token_signed_response_alg: alg,
});
const API_OF = {
  'service-rs256': 'urn:load:rs256',
  'service-es256': 'urn:load:es256',
  'web-rs256': 'urn:load:es256',
  'web-es256': 'urn:load:es256',
};
const ALGORITHM_OF = { 'urn:load:rs256': 'RS256', 'urn:load:es256': 'ES256' };
const API_SCOPE = 'profile email';

async function findAccount(pool, sub) {
  const { rows: [person] } = await pool.query({ name: 'person', text: PERSON, values: [sub] });
  if (!person) return undefined;
  const claims = { ...person, email_verified: true };
  return { accountId: person.sub, claims: () => claims };
}

// The applications are the operator's own, so nobody is asked for consent: the library's recipe for that.
async function loadExistingGrant(ctx) {
  const { client, session, account, result, provider } = ctx.oidc;
  const known = result?.consent?.grantId || session.grantIdFor(client.clientId);
  if (known) return provider.Grant.find(known);
  const grant = new provider.Grant({ clientId: client.clientId, accountId: account.accountId });
  grant.addOIDCScope('openid profile email');
  const api = API_OF[client.clientId];
  if (api) grant.addResourceScope(api, API_SCOPE);
  await grant.save();
  return grant;
}

export const configuration = ({ pool, keys, redirectUri }) => ({
  adapter: adapterOn(pool),
  clients: [
    service('service-rs256', 'RS256'),
    service('service-es256', 'ES256'),
    web('web-rs256', 'RS256', redirectUri),
    web('web-es256', 'ES256', redirectUri),
    web('web-opaque', 'RS256', redirectUri),
  ],
  jwks: { keys },
  claims: { openid: ['sub'], profile: ['name'], email: ['email', 'email_verified'] },
  routes: {
    authorization: '/oauth2/authorize',
    token: '/oauth2/token',
    introspection: '/oauth2/introspect',
    userinfo: '/oauth2/userinfo',
    jwks: '/.well-known/jwks.json',
  },
  features: {
    clientCredentials: { enabled: true },
    devInteractions: { enabled: false },
    introspection: { enabled: true, allowedPolicy: () => true },
    resourceIndicators: {
      enabled: true,
      defaultResource: (_ctx, client, oneOf) => oneOf ?? API_OF[client.clientId],
      useGrantedResource: () => true,
      getResourceServerInfo: (_ctx, api) => ({
        scope: API_SCOPE,
        audience: api,
        accessTokenTTL: 900,
        accessTokenFormat: 'jwt',
        jwt: { sign: { alg: ALGORITHM_OF[api] } },
      }),
    },
  },
  findAccount: (_ctx, sub) => findAccount(pool, sub),
  loadExistingGrant,
  issueRefreshToken: (_ctx, client) => client.grantTypeAllowed('refresh_token'),
  rotateRefreshToken: true,
  clientBasedCORS: () => false,
  ttl: {
    AccessToken: 900,
    AuthorizationCode: 600,
    ClientCredentials: 900,
    Grant: 14 * 24 * 3600,
    IdToken: 3600,
    Interaction: 3600,
    RefreshToken: 14 * 24 * 3600,
    Session: 14 * 24 * 3600,
  },
});
