import { createPublicKey, createSecretKey, generateKeyPairSync, verify, webcrypto, type KeyObject } from 'node:crypto'
import { compactVerify, decodeJwt, decodeProtectedHeader } from 'jose'
import t from 'tap'
import { createAssertionSigner, type AssertionSignerOptions } from '../../lib/tokens/assertion.js'
import { createTestKey } from './jws-builder.js'
import { errorOf } from './problem.js'

const claims = { clientId: 'client-1', audience: 'https://acme.eu.auth0.com/', now: 1_800_000_000.7 }
const rsa = createTestKey('RS256')
const ec = createTestKey('ES256')
const ed = createTestKey('EdDSA')
const pem = (key: KeyObject, type: 'pkcs8' | 'pkcs1' = 'pkcs8') => key.export({ type, format: 'pem' }) as string

t.test('a client assertion says who signs, for whom, for a minute', async t => {
  const signer = createAssertionSigner({ key: rsa.privateKey })
  const assertion = await signer.sign(claims)
  t.strictSame(decodeProtectedHeader(assertion), { alg: 'RS256' })
  const { jti, ...rest } = decodeJwt(assertion)
  t.strictSame(rest, {
    iss: 'client-1',
    sub: 'client-1',
    aud: 'https://acme.eu.auth0.com/',
    iat: 1_800_000_000,
    nbf: 1_800_000_000,
    exp: 1_800_000_060
  })
  t.type(jti, 'string')
  t.not(decodeJwt(await signer.sign(claims)).jti, jti, 'each has an id of its own')
  const [header, payload, signature] = assertion.split('.') as [string, string, string]
  t.ok(verify('sha256', Buffer.from(`${header}.${payload}`), rsa.publicKey, Buffer.from(signature, 'base64url')))
})

t.test('the key id is sent when given', async t => {
  t.strictSame(decodeProtectedHeader(await createAssertionSigner({ key: rsa.privateKey, keyId: 'kid-1' }).sign(claims)),
    { alg: 'RS256', kid: 'kid-1' })
})

t.test('a request object holds the parameters, and who made it', async t => {
  const signer = createAssertionSigner({ key: rsa.privateKey, keyId: 'kid-1' })
  const request = await signer.signRequestObject({
    response_type: 'code',
    scope: 'openid',
    iss: 'evil',
    aud: 'evil',
    exp: 1,
    client_id: 'evil'
  }, claims)
  t.strictSame(decodeProtectedHeader(request), { alg: 'RS256', kid: 'kid-1', typ: 'oauth-authz-req+jwt' })
  const { jti, ...rest } = decodeJwt(request)
  t.type(jti, 'string')
  t.strictSame(rest, {
    response_type: 'code',
    scope: 'openid',
    client_id: 'client-1',
    iss: 'client-1',
    aud: 'https://acme.eu.auth0.com/',
    iat: 1_800_000_000,
    nbf: 1_800_000_000,
    exp: 1_800_000_060
  })
})

t.test('every form of key, every algorithm', async t => {
  const generate = async (
    algorithm: webcrypto.RsaHashedKeyGenParams | webcrypto.EcKeyGenParams | webcrypto.Algorithm
  ) => {
    const { privateKey, publicKey } = await webcrypto.subtle.generateKey(algorithm, false, ['sign',
      'verify']) as webcrypto.CryptoKeyPair
    return {
      privateKey,
      publicKey: createPublicKey({
        key: await webcrypto.subtle.exportKey('jwk', publicKey) as JsonWebKeyInput,
        format: 'jwk'
      })
    }
  }
  const rsaParameters = { modulusLength: 2048, publicExponent: new Uint8Array([1, 0, 1]) }
  const webRsa = await generate({ name: 'RSASSA-PKCS1-v1_5', hash: 'SHA-256', ...rsaParameters })
  const pss = await Promise.all((['256', '384', '512'] as const).map(async bits => ({
    alg: `PS${bits}` as const,
    ...await generate({ name: 'RSA-PSS', hash: `SHA-${bits}`, ...rsaParameters })
  })))
  const webEc = await generate({ name: 'ECDSA', namedCurve: 'P-256' })
  const webEd = await generate({ name: 'Ed25519' })
  const p384 = createTestKey('ES384')
  const cases: [string, AssertionSignerOptions, KeyObject][] = [
    ['PKCS8 PEM', { key: pem(rsa.privateKey) }, rsa.publicKey],
    ['PKCS1 PEM', { key: pem(rsa.privateKey, 'pkcs1') }, rsa.publicKey],
    ['private JWK', { key: rsa.privateKey.export({ format: 'jwk' }) }, rsa.publicKey],
    ['KeyObject', { key: rsa.privateKey }, rsa.publicKey],
    ['CryptoKey', { key: webRsa.privateKey }, webRsa.publicKey],
    ...pss.map(({ alg, privateKey, publicKey }): [string, AssertionSignerOptions, KeyObject] =>
      [`${alg} CryptoKey`, { key: privateKey, alg }, publicKey]),
    ['EC CryptoKey', { key: webEc.privateKey, alg: 'ES256' }, webEc.publicKey],
    ['Ed25519 CryptoKey', { key: webEd.privateKey, alg: 'EdDSA' }, webEd.publicKey],
    ...(['RS384', 'RS512', 'PS256', 'PS384', 'PS512'] as const).map((
      alg
    ): [string, AssertionSignerOptions, KeyObject] => [alg, { key: rsa.privateKey, alg }, rsa.publicKey]),
    ['ES256', { key: ec.privateKey, alg: 'ES256' }, ec.publicKey],
    ['ES384', { key: p384.privateKey, alg: 'ES384' }, p384.publicKey],
    ['EdDSA', { key: pem(ed.privateKey), alg: 'EdDSA' }, ed.publicKey]
  ]
  for (const [title, options, publicKey] of cases) {
    const { protectedHeader } = await compactVerify(await createAssertionSigner(options).sign(claims), publicKey)
    t.equal(protectedHeader.alg, options.alg ?? 'RS256', title)
  }
})

t.test('a key that cannot sign is a configuration error that shows nothing of it', async t => {
  const jwk = rsa.privateKey.export({ format: 'jwk' })
  const { publicKey } = await webcrypto.subtle.generateKey({ name: 'ECDSA', namedCurve: 'P-256' }, true, ['sign',
    'verify'])
  const encrypted = rsa.privateKey.export({
    type: 'pkcs8',
    format: 'pem',
    cipher: 'aes-256-cbc',
    passphrase: 'secret'
  }) as string
  const keys: Record<string, unknown> = {
    nonsense: 'secret-nonsense',
    'cut PEM': pem(rsa.privateKey).slice(0, 300),
    'PEM with a passphrase': encrypted,
    'public PEM': rsa.publicKey.export({ type: 'spki', format: 'pem' }),
    'public JWK': rsa.publicKey.export({ format: 'jwk' }),
    'broken JWK': { ...jwk, n: 1 },
    'JWK of another kind': { kty: 'secret-kind', d: 'secret' },
    'public KeyObject': rsa.publicKey,
    'secret KeyObject': createSecretKey(Buffer.from('secret-key')),
    'public CryptoKey': publicKey,
    nothing: undefined,
    null: null
  }
  for (const [title, key] of Object.entries(keys)) {
    const error = await errorOf(() => createAssertionSigner({ key } as AssertionSignerOptions))
    t.match(error, { code: 'configuration_error', option: 'clientAssertionSigningKey' }, title)
    t.notMatch(`${error.message}${error.stack}${String(error.cause)}`, /secret-|BEGIN|MII/, title)
    t.equal(error.cause, undefined, title)
  }
})

t.test('an algorithm that does not fit the key is a configuration error', async t => {
  const p384 = generateKeyPairSync('ec', { namedCurve: 'P-384' }).privateKey
  const weak = createTestKey('RS256', { modulusLength: 1024 }).privateKey
  const pssPair = await webcrypto.subtle.generateKey({
    name: 'RSA-PSS',
    hash: 'SHA-256',
    modulusLength: 2048,
    publicExponent: new Uint8Array([1, 0, 1])
  }, false, ['sign', 'verify'])
  const weakPair = await webcrypto.subtle.generateKey({
    name: 'RSA-PSS',
    hash: 'SHA-256',
    modulusLength: 1024,
    publicExponent: new Uint8Array([1, 0, 1])
  }, false, ['sign', 'verify'])
  const deriving = await webcrypto.subtle.generateKey({ name: 'ECDH', namedCurve: 'P-256' }, false, ['deriveBits'])
  const p384Pair = await webcrypto.subtle.generateKey({ name: 'ECDSA', namedCurve: 'P-384' }, false, ['sign', 'verify'])
  const cases: [string, { key: unknown, alg?: string }][] = [
    ['EC key, RS256 by default', { key: ec.privateKey }],
    ['RSA key, ES256', { key: rsa.privateKey, alg: 'ES256' }],
    ['P-384 key, ES256', { key: p384, alg: 'ES256' }],
    ['Ed25519 key, ES256', { key: ed.privateKey, alg: 'ES256' }],
    ['RSA key of 1024 bits', { key: weak }],
    ['HS256', { key: rsa.privateKey, alg: 'HS256' }],
    ['unknown', { key: rsa.privateKey, alg: 'XS256' }],
    ['PSS CryptoKey, RS256', { key: pssPair.privateKey }],
    ['PSS CryptoKey with another hash', { key: pssPair.privateKey, alg: 'PS384' }],
    ['PSS CryptoKey of 1024 bits', { key: weakPair.privateKey, alg: 'PS256' }],
    ['ECDH CryptoKey', { key: deriving.privateKey, alg: 'ES256' }],
    ['P-384 CryptoKey', { key: p384Pair.privateKey, alg: 'ES256' }]
  ]
  for (const [title, options] of cases) {
    t.match(await errorOf(() => createAssertionSigner(options as AssertionSignerOptions)), {
      code: 'configuration_error',
      option: 'clientAssertionSigningAlg'
    }, title)
  }
})

type JsonWebKeyInput = Parameters<typeof createPublicKey>[0] extends infer Input
  ? Extract<Input, { format: 'jwk' }> extends { key: infer Key } ? Key : never
  : never
