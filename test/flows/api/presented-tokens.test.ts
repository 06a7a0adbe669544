import { createHash } from 'node:crypto'
import t from 'tap'
import { createUsedIds } from '../../../lib/base/use-once.js'
import { ConfigurationError, InvalidArgumentError } from '../../../lib/errors.js'
import { apiIssuers } from '../../../lib/flows/api/api-issuers.js'
import { refuseBound, verifyTokenProof } from '../../../lib/flows/api/token-proof.js'
import type { PluginContext, RequestContext } from '../../../lib/flows/context.js'
import { createDpopKey } from '../../../lib/tokens/dpop.js'
import { createDpopNonces } from '../../../lib/tokens/dpop-nonces.js'
import { errorOf } from '../../tokens/problem.js'

const given = (value: unknown) => value as never
const own = 'https://acme.eu.auth0.com/'

t.test('whose tokens a request may carry', async t => {
  const original = { headers: {} }
  const request = given({ server: () => ({ issuer: own }), original }) as RequestContext
  const issuersOf = async (issuers?: unknown) =>
    await apiIssuers(given({ config: { api: { issuers }, httpTimeout: 5 } }), request)
  const other = 'https://login.example.com/'
  t.strictSame(await issuersOf(), [own])
  t.strictSame(await issuersOf([other]), [own, other])
  let asked: unknown
  const choose = async (request: unknown) => {
    asked = request
    return ['login.example.com']
  }
  t.strictSame(await issuersOf(choose), [own, other])
  t.equal(asked, original)
  const cause = new Error('no database')
  const failing: [issuers: () => unknown, cause?: Error][] = [
    [() => 'login.example.com'], [() => undefined], [() => [7]],
    [() => { throw cause }, cause]
  ]
  for (const [issuers, cause] of failing) {
    const error = await errorOf(async () => await issuersOf(issuers))
    t.type(error, ConfigurationError)
    t.match(error, { option: 'api.issuers', message: /api\.issuers/ })
    t.equal(error.cause, cause)
  }
  // What a request's headers may have said: nobody's fault but the caller's, and no way to this machine.
  for (const domain of ['https://10.0.0.1/x', 'localhost', 'localhost:6379', '127.0.0.1', 'https://[::1]/', 'internal',
    'evil.example.com:22', 'http://evil.example.com', 'a b', '%', 'u@evil.example.com', '']) {
    const error = await errorOf(async () => await issuersOf(() => [other, domain]))
    t.match(error, { name: 'InvalidArgumentError', argument: 'api.issuers', statusCode: 400 }, domain)
  }
  t.strictSame(await issuersOf(() => ['http://localhost:3000']), [own, 'http://localhost:3000/'], 'in development')
  const ours = new InvalidArgumentError('tenant', 'There is no such tenant.')
  t.equal(await errorOf(async () => await issuersOf(() => { throw ours })), ours)
})

t.test('the proof beside a token that is bound to a key', async t => {
  let now = 1_800_000_000
  const key = await createDpopKey(true)
  const [method, url, token] = ['GET', 'https://api.example.com/items', 'the token']
  const dpopNonces = createDpopNonces('a secret of the process')
  const world = (dpopProofAge?: number, withNonces = false) => given({
    config: { api: { dpopProofAge } },
    now: () => now,
    dpopProofs: createUsedIds({ maxEntries: 10 }),
    ...(withNonces && { dpopNonces })
  }) as PluginContext
  const claims = { cnf: { jkt: await key.thumbprint } }
  const proof = async (more: object = {}) => await key.proof({ method, url, accessToken: token, now, ...more })
  const verify = async (context: PluginContext, proof: unknown, more: object = {}) =>
    await verifyTokenProof(context, given({ token, claims, ...more }), given({ proof, method, url }))
  const refused = async (context: PluginContext, proof: unknown, more?: object) => {
    const { code, claim, reason } = given(await errorOf(() => verify(context, proof, more))) as Record<string, string>
    return { code, claim, reason }
  }
  for (const cnf of [undefined, {}, { jkt: 7 }]) {
    t.strictSame(await refused(world(), await proof(), { claims: { cnf } }),
      { code: 'token_validation_error', claim: 'cnf', reason: 'unbound' })
  }
  for (const none of [undefined, [await proof()]]) {
    t.strictSame(await refused(world(), none), { code: 'invalid_dpop_proof', claim: undefined, reason: 'missing' })
  }
  const invalid = 'invalid_dpop_proof'
  t.match(await refused(world(), await proof({ method: 'POST' })), { code: invalid, claim: 'htm' })
  t.match(await refused(world(), await proof({ url: 'https://api.example.com/' })), { code: invalid, claim: 'htu' })
  t.match(await refused(world(), await proof({ accessToken: 'other' })), { code: invalid, claim: 'ath' })
  t.match(await refused(world(), await proof(), { claims: { cnf: { jkt: 'other' } } }),
    { code: invalid, reason: 'proof_binding' })
  t.match(await refused(world(300, true), await proof()), { code: 'use_dpop_nonce', claim: 'nonce' })
  await verify(world(300, true), await proof({ nonce: dpopNonces.current(now) }))
  for (const [age, context] of [[300, world()], [60, world(60)]] as const) {
    const ahead = await proof({ now: now + 30 })
    await verify(context, ahead)
    now += age + 30
    t.match(await refused(context, ahead), { reason: 'replay' }, 'remembered for as long as it is good')
    now += 1
    t.match(await refused(context, ahead), { claim: 'iat' })
  }
})

t.test('a bound token is no bearer token, but with a certificate', async t => {
  const x5t = createHash('sha256').update('a certificate').digest('base64url')
  for (const cnf of [undefined, { 'x5t#S256': x5t }]) refuseBound(given({ claims: { cnf } }))
  for (const cnf of [{}, null, 'x', { jkt: 'x' }, { jkt: 'x', 'x5t#S256': x5t }, { x5t }]) {
    t.match(await errorOf(() => refuseBound(given({ claims: { cnf } }))),
      { code: 'token_validation_error', reason: 'bound', claim: 'cnf' }, JSON.stringify(cnf))
  }
})
