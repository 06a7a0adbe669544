import { createPublicKey, generateKeyPairSync, verify } from 'node:crypto'
import fastify, { type FastifyRequest } from 'fastify'
import t, { type Test } from 'tap'
import { AuthenticationClient } from '../../lib/authentication/index.js'
import auth0, { type Auth0Options } from '../../lib/index.js'
import {
  createTenant, SoftwarePasskey, type LoggedRequest, type PasskeyParams, type TenantClient
} from '../../lib/testing/index.js'
import { ask, does } from '../flows/site.js'
import { Visitor } from '../fixtures/visitor.js'
import { claimsOf, headerOf, Wire } from '../testing/tenant/wire.js'

const issuer = 'https://acme.eu.auth0.com/'
const origin = 'http://localhost:3000'
const ada = { sub: 'auth0|ada', email: 'ada@example.com' }
const body = (request: FastifyRequest): never =>
  (request.query as { with?: string }).with === undefined
    ? {} as never
    : JSON.parse((request.query as { with: string }).with) as never

/** An application, its tenant without a socket, and a hand in the wire between them. */
async function world (t: Test, client: Partial<TenantClient>, options: Partial<Auth0Options>) {
  const tenant = await createTenant({
    issuer,
    clients: [{ clientId: 'app', ...client }],
    users: [{ ...ada, authenticators: [{ type: 'otp', secret: 'JBSWY3DPEHPK3PXP' }] }],
    organizations: [{ id: 'org_1', name: 'acme', members: [ada.email, 'new@example.com'] }, {
      id: 'org_2',
      name: 'other',
      members: [ada.email, 'new@example.com']
    }],
    requireMfa: ({ user, grantType }) => user.sub === ada.sub && grantType.includes('passwordless'),
    passkeyRpId: 'localhost',
    pollingInterval: 0.01
  })
  t.teardown(tenant.close)
  const wire: { tamper?: ((path: string, sent: string) => string) | undefined } = {}
  const customFetch: typeof fetch = async (input, init) => {
    const { pathname } = new URL(input as string)
    const response = await tenant.fetch(input, wire.tamper === undefined || typeof init?.body !== 'string'
      ? init
      : { ...init, body: wire.tamper(pathname, init.body) })
    if (pathname === '/bc-authorize' && response.ok) await tenant.approve(tenant.backchannelRequests.at(-1)!.authReqId)
    return response
  }
  const app = fastify({ pluginTimeout: 0 })
  await app.register(auth0, {
    domain: tenant.domain,
    clientId: 'app',
    appBaseUrl: origin,
    sessionSecret: 'a session secret of enough characters',
    customFetch,
    httpTimeout: 60,
    ...options
  })
  t.teardown(async () => {
    await app.close()
  })
  const routes: Record<string, (request: FastifyRequest) => Promise<unknown>> = {
    '/code': async request => await request.auth0.passwordless.start({ connection: 'email', email: ada.email }),
    '/code-in': async request =>
      (await request.auth0.passwordless.verify({
        connection: 'email',
        email: ada.email,
        ...body(request) as { verificationCode: string }
      })).session.user.sub,
    '/challenge': async request =>
      await request.auth0.mfa.challenge({ challengeType: 'otp', ...body(request) as { mfaToken: string } }),
    '/factor': async request => (await request.auth0.mfa.verify(body(request))).session?.user.sub,
    '/signup': async request =>
      await request.auth0.passkeys.signupChallenge({ userProfile: { email: 'new@example.com' } }),
    '/passkey': async request => await request.auth0.passkeys.loginChallenge(),
    '/passkey-in': async request => (await request.auth0.passkeys.signIn(body(request))).session.user.org_id ?? 'in',
    '/device': async request =>
      (await request.auth0.loginBackchannel({
        bindingMessage: 'order 1',
        loginHint: { sub: ada.sub },
        organization: 'org_1'
      })).session.user.org_id,
    '/token': async request => (await request.auth0.getAccessToken({ refresh: true })).accessToken
  }
  for (const [path, work] of Object.entries(routes)) app.get(path, does(work))
  app.get('/me', async request => (await request.getSession()) ?? 'nobody')
  await app.ready()
  return { tenant, app, wire, customFetch, browser: () => new Visitor(app, { origin, now: () => Date.now() / 1000 }) }
}

const given = (path: string, options: object): string => `${path}?with=${encodeURIComponent(JSON.stringify(options))}`

t.test('private_key_jwt for codes, factors and passkeys: a new assertion each time, never a secret', async t => {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const key = {
    clientAssertionSigningKey: privateKey.export({ type: 'pkcs8', format: 'pem' }) as string,
    clientAssertionSigningAlg: 'ES256' as const,
    clientAssertionSigningKeyId: 'key-7'
  }
  const jwk = { ...publicKey.export({ format: 'jwk' }), kid: 'key-7', alg: 'ES256', use: 'sig' }
  const { tenant, browser, customFetch } = await world(t, {
    tokenEndpointAuthMethod: 'private_key_jwt',
    jwks: { keys: [jwk] }
  }, key)
  const used = new Set<unknown>()
  const isSigned = (request: LoggedRequest): void => {
    const { client_assertion: assertion, client_assertion_type: type, ...rest } = request.params as Record<string,
      string>
    const what = `${request.path} ${rest.grant_type ?? ''}`
    t.equal(type, 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer', what)
    t.notOk('client_secret' in rest || 'authorization' in request.headers, what)
    const [header, payload, signature] = assertion!.split('.') as [string, string, string]
    t.ok(
      verify('sha256', Buffer.from(`${header}.${payload}`), {
        key: createPublicKey({ key: jwk, format: 'jwk' }),
        dsaEncoding: 'ieee-p1363'
      }, Buffer.from(signature, 'base64url')),
      what
    )
    t.match(headerOf(assertion!), { alg: 'ES256', kid: 'key-7' }, what)
    const claims = claimsOf(assertion!)
    t.match(claims, { iss: 'app', sub: 'app', aud: issuer, jti: /./ }, what)
    t.ok(Number(claims.exp) - Number(claims.iat) <= 300, what)
    t.notOk(used.has(claims.jti), `${what}: used once`)
    used.add(claims.jti)
  }
  const paths = ['/passwordless/start', '/oauth/token', '/mfa/challenge', '/passkey/register', '/passkey/challenge']
  const allSigned = (count: number): void => {
    const sent = tenant.requests.filter(({ path }) => paths.includes(path))
    t.equal(sent.length, count)
    t.strictSame([...new Set(sent.map(({ path }) => path))].sort(), [...paths].sort())
    for (const request of sent) isSigned(request)
    tenant.requests.clear()
  }

  const visitor = browser()
  await ask(visitor, '/code')
  const mfaToken = (await ask(visitor, given('/code-in', { verificationCode: tenant.mailbox.at(-1)!.code }))).error
    ?.sealed
  t.equal((await ask(visitor, given('/challenge', { mfaToken }))).error, undefined)
  t.equal((await ask(visitor, given('/factor', { mfaToken, otp: await tenant.totp(ada.email) }))).value, ada.sub)
  const passkey = new SoftwarePasskey({ origin })
  const signup = (await ask(browser(), '/signup')).value as unknown as {
    authSession: string,
    authnParamsPublicKey: PasskeyParams
  }
  t.equal(
    (await ask(browser(), given('/passkey-in', {
      authSession: signup.authSession,
      authnResponse: passkey.create(signup.authnParamsPublicKey)
    }))).value,
    'in'
  )
  const login = (await ask(browser(), '/passkey')).value as unknown as typeof signup
  t.equal(
    (await ask(browser(),
      given('/passkey-in', { authSession: login.authSession, authnResponse: passkey.get(login.authnParamsPublicKey) })))
      .value,
    'in'
  )
  allSigned(8)

  const client = new AuthenticationClient({ domain: tenant.domain, clientId: 'app', customFetch, ...key })
  await client.passwordless.email({ email: ada.email })
  const raw = await client.getToken.passwordlessOtp({
    realm: 'email',
    username: ada.email,
    otp: tenant.mailbox.at(-1)!.code!
  }).then(() => '', (error: { mfaToken: string }) => error.mfaToken)
  t.match(await client.mfa.challenge({ mfaToken: raw, challengeType: 'otp' }), { challengeType: 'otp' })
  t.ok((await client.getToken.mfaOtp({ mfaToken: raw, otp: await tenant.totp(ada.email) })).access_token)
  await t.rejects(client.passkeys.signupChallenge({ userProfile: { email: 'new@example.com' } }), {
    code: 'invalid_request'
  }, 'the user is there already')
  const challenge = await client.passkeys.loginChallenge()
  t.ok(
    (await client.getToken.webauthn({
      authSession: challenge.authSession,
      authnResponse: passkey.get(challenge.authnParamsPublicKey as unknown as PasskeyParams)
    })).access_token
  )
  allSigned(7)
  await client.close()

  const stranger = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey.export({
    type: 'pkcs8',
    format: 'pem'
  }) as string
  const impostor = new AuthenticationClient({
    domain: tenant.domain,
    clientId: 'app',
    customFetch,
    ...key,
    clientAssertionSigningKey: stranger
  })
  const calls: (() => Promise<unknown>)[] = [() => impostor.passwordless.email({ email: ada.email }),
    () => impostor.mfa.challenge({ mfaToken: raw }), () => impostor.passkeys.loginChallenge()]
  for (const call of calls) await t.rejects(call(), { code: 'invalid_client', status: 401 }, 'another key is refused')
  await impostor.close()
})

t.test('tokens of an organization that was not asked for are refused on every way in and change nothing', async t => {
  const { tenant, wire, browser } = await world(t, { clientSecret: 'app-secret' }, { clientSecret: 'app-secret' })
  const otherOrganization = (path: string, sent: string): string =>
    path === '/passkey/challenge' ? sent : sent.replaceAll('org_1', 'org_2')

  const visitor = browser()
  const { headers } = await visitor.navigate('/auth/login?organization=org_1')
  await visitor.navigate(
    (await tenant.login({ authorizationUrl: String(headers.location), user: ada.email })).slice(origin.length)
  )
  t.equal((await visitor.call('/me')).json().user.org_id, 'org_1')
  const { refresh_token: foreign } = await new Wire(tenant).login({ organization: 'org_2' }, { user: ada.email })
  wire.tamper = (path, sent) => sent.replace(/refresh_token=[^&]+/u, `refresh_token=${encodeURIComponent(foreign)}`)
  const refused = await visitor.call('/token')
  t.equal((refused.json() as { error: { code: string } }).error.code, 'failed_to_refresh_token')
  t.equal((await visitor.call('/me')).body, 'nobody', 'a refresh that says another organization ends the session')
  wire.tamper = undefined
  t.equal((await ask(visitor, '/token')).error?.code, 'missing_session')
  for (const name of visitor.names()) visitor.forget(name)
  const again = (await visitor.navigate('/auth/login?organization=org_1')).headers.location
  await visitor.navigate(
    (await tenant.login({ authorizationUrl: String(again), user: ada.email })).slice(origin.length)
  )

  const passkey = new SoftwarePasskey({ origin })
  const made = (await ask(browser(), '/signup')).value as unknown as {
    authSession: string,
    authnParamsPublicKey: PasskeyParams
  }
  await ask(browser(),
    given('/passkey-in', { authSession: made.authSession, authnResponse: passkey.create(made.authnParamsPublicKey) }))
  const byPasskey = async (who: Visitor) => {
    const { authSession, authnParamsPublicKey } = (await ask(who, '/passkey')).value as unknown as typeof made
    return await ask(who,
      given('/passkey-in', { authSession, authnResponse: passkey.get(authnParamsPublicKey), organization: 'org_1' }))
  }
  for (
    const [way, enter] of Object.entries({
      passkey: byPasskey,
      'another device': async (who: Visitor) => await ask(who, '/device')
    })
  ) {
    wire.tamper = otherOrganization
    const stranger = browser()
    t.equal((await enter(stranger)).error?.code, 'organization_token_validation_error', way)
    t.strictSame(stranger.names(), [], `${way}: no cookie`)
    const member = visitor.copy()
    const held = (await member.call('/me')).json()
    t.equal((await enter(member)).error?.code, 'organization_token_validation_error', way)
    t.strictSame((await member.call('/me')).json(), held, `${way}: the session before it is unchanged`)
    wire.tamper = undefined
    t.equal((await enter(stranger)).value, 'org_1', `${way}: the control`)
    t.equal((await stranger.call('/me')).json().user.org_id, 'org_1')
  }
  t.strictSame(tenant.errors, [])
})
