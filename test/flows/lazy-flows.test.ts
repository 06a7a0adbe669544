import t from 'tap'
import * as flows from '../../lib/flows/lazy-flows.js'

/** For each part: what an application calls it, and a function of its file. */
const parts: Record<keyof typeof flows, [what: string, member: string]> = {
  apiCalls: ['request.auth0.fetch()', 'apiFetch'],
  onBehalfOf: ['getTokenOnBehalfOf()', 'getTokenOnBehalfOf'],
  connectedAccounts: ['connected accounts', 'startConnectAccount'],
  myAccountApi: ['request.auth0.myAccount', 'myAccount'],
  backchannelLogin: ['backchannel logins', 'loginBackchannel'],
  enterpriseLogin: ['enterprise logins', 'startEnterpriseLogin'],
  exchangeLogin: ['loginWithCustomTokenExchange()', 'loginWithCustomTokenExchange'],
  accountLinking: ['account linking', 'startLinkUser'],
  passkeyLogin: ['request.auth0.passkeys', 'passkeys'],
  passwordlessLogin: ['request.auth0.passwordless', 'passwordless'],
  backchannelLogout: ['back-channel logout', 'handleBackchannelLogout'],
  applicationTokens: ['tokens without a session', 'getTokenByRefreshToken'],
  connectionTokens: ['getAccessTokenForConnection()', 'getAccessTokenForConnection'],
  userRefresh: ['refreshUser()', 'refreshUser'],
  sessionTransfer: ['requestSessionTransferToken()', 'requestSessionTransferToken'],
  tokenExchange: ['token exchange', 'customTokenExchange'],
  logins: ['logins', 'startInteractiveLogin'],
  loginCallbacks: ['callbacks of logins', 'completeInteractiveLogin'],
  logouts: ['request.auth0.logout()', 'logout'],
  mfaCalls: ['request.auth0.mfa', 'mfaCalls'],
  visitorSessions: ['request.auth0.anonymous', 'anonymous'],
  anonymousApi: ['fastify.auth0.anonymous', 'anonymousSessions']
}

t.test('parts are loaded when they are called, and named when that fails', async t => {
  t.strictSame(Object.keys(flows).sort(), Object.keys(parts).sort())
  for (const [name, [what, member]] of Object.entries(parts)) {
    const part = flows[name as keyof typeof flows]
    t.equal(part.what, what)
    t.type((await part() as Record<string, unknown>)[member], 'function', `${name}: ${member}`)
  }
})
