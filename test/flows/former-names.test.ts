import t from 'tap'
import {
  FORMER_CLIENT_NAMES, FORMER_MFA_NAMES, FormerClient, withFormerNames
} from '../../lib/flows/former-names.js'

t.test('former names lead to the new ones', t => {
  const here = (name: string) => `fastify.auth0.${name}()`
  const own = ['customTokenExchange', 'handleBackchannelLogout', 'getTokenByRefreshToken', 'getTokenForConnection',
    'backchannelAuthentication', 'initiateBackchannelAuthentication', 'backchannelAuthenticationGrant']
  t.strictSame(FORMER_CLIENT_NAMES, {
    ...FORMER_CLIENT_NAMES,
    ...Object.fromEntries(own.map(name => [name, here(name)])),
    startPasswordless: 'request.auth0.passwordless.start()',
    completePasswordless: 'request.auth0.passwordless.verify()',
    completePasswordlessMagicLink: 'request.auth0.completeInteractiveLogin()',
    database: 'fastify.auth0.authentication.database',
    authClient: 'fastify.auth0.authentication'
  })
  t.match(FORMER_CLIENT_NAMES.passkey, /^request\.auth0\.passkeys,.*"signIn" for "getToken"$/)
  t.match(FORMER_CLIENT_NAMES.revokeRefreshToken, /fastify\.auth0\.authentication\.revokeToken\(\)$/)
  t.strictSame(FORMER_MFA_NAMES, {
    enrollAuthenticator: 'request.auth0.mfa.enroll()',
    challengeAuthenticator: 'request.auth0.mfa.challenge()'
  })
  const client = new FormerClient()
  for (const [name, now] of Object.entries(FORMER_CLIENT_NAMES)) {
    t.throws(() => client[name as 'database'], {
      code: 'configuration_error',
      option: name,
      message: `"request.auth0.${name}" does not exist. Use ${now}.`
    })
  }
  t.strictSame(Object.keys(FormerClient.prototype), [], 'they are not listed')
  const target = withFormerNames<object, { old: never }>({}, 'x', { old: 'y' })
  t.strictSame(Object.getOwnPropertyDescriptor(target, 'old')?.configurable, true, 'a subclass may take the name')
  t.end()
})
