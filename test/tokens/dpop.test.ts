import { createHash, generateKeyPairSync, webcrypto, type KeyObject } from 'node:crypto'
import { calculateJwkThumbprint, compactVerify, decodeJwt, decodeProtectedHeader, EmbeddedJWK, type JWK } from 'jose'
import t from 'tap'
import type { DpopKeyInput } from '../../types/options.js'
import {
  createDpopKey, importDpopKeyPair, verifyDpopProof, type DpopKey, type DpopProofExpectations
} from '../../lib/tokens/dpop.js'
import { createUsedIds } from '../../lib/base/use-once.js'
import { createDpopNonces } from '../../lib/tokens/dpop-nonces.js'
import { importProofJwk } from '../../lib/tokens/jwk-set.js'
import {
  createTestKey, flipBit, hmacJwt, ofLength, rawJws, signature, unsignedJwt, type TestKey
} from './jws-builder.js'
import { errorOf, problemOf } from './problem.js'

const now = 1_800_000_000
const key = createTestKey('ES256')
const other = createTestKey('ES256')
const pem = (key: KeyObject) => key.export({ type: 'pkcs8', format: 'pem' }) as string
const publicJwk = ({ publicKey }: TestKey) => publicKey.export({ format: 'jwk' })
const hash = (text: string) => createHash('sha256').update(text).digest('base64url')

t.test('a DPoP key makes proofs that an independent library verifies', async t => {
  const dpop = await createDpopKey(true)
  const request = { method: 'POST', url: 'https://acme.eu.auth0.com:443/oauth/token?x=1#y', now: now + 0.9 }
  const proof = await dpop.proof(request)
  const header = decodeProtectedHeader(proof)
  t.strictSame(Object.keys(header).sort(), ['alg', 'jwk', 'typ'])
  t.match(header, { alg: 'ES256', typ: 'dpop+jwt' })
  t.strictSame(Object.keys(header.jwk as object).sort(), ['crv', 'kty', 'x', 'y'], 'the public half and nothing else')
  const { jti, ...claims } = decodeJwt(proof)
  t.strictSame(claims, { htm: 'POST', htu: 'https://acme.eu.auth0.com/oauth/token', iat: now })
  t.type(jti, 'string')
  t.not(decodeJwt(await dpop.proof(request)).jti, jti)
  await compactVerify(proof, EmbeddedJWK)
  t.equal(dpop.thumbprint, await calculateJwkThumbprint(header.jwk as JWK), 'RFC 7638')
  t.match(decodeJwt(await dpop.proof({ ...request, nonce: 'n-1', accessToken: 'access' })), {
    nonce: 'n-1',
    ath: hash('access')
  })
  t.match(await errorOf(() => dpop.proof({ ...request, url: '/oauth/token' })), {
    code: 'invalid_argument',
    argument: 'url'
  })
})

t.test('a key that is given is used', async t => {
  const thumbprint = await calculateJwkThumbprint(publicJwk(key) as JWK)
  const pair = async (extractable: boolean) => ({
    privateKey: await webcrypto.subtle.importKey('jwk', key.privateKey.export({ format: 'jwk' }), {
      name: 'ECDSA',
      namedCurve: 'P-256'
    }, extractable, ['sign']),
    publicKey: await webcrypto.subtle.importKey('jwk', publicJwk(key), { name: 'ECDSA', namedCurve: 'P-256' }, true, [])
  })
  const inputs: Record<string, DpopKeyInput> = {
    JWK: key.privateKey.export({ format: 'jwk' }),
    PEM: pem(key.privateKey),
    CryptoKeyPair: await pair(false)
  }
  for (const [title, input] of Object.entries(inputs)) {
    const dpop = await createDpopKey(input)
    t.equal(dpop.thumbprint, thumbprint, title)
    t.equal(
      await check(await dpop.proof({ method: 'GET', url: 'https://api.example.com/', now }), {
        url: 'https://api.example.com/',
        thumbprint
      }),
      'accepted',
      title
    )
  }
  t.not((await createDpopKey(true)).thumbprint, (await createDpopKey(true)).thumbprint, 'made keys are new')
})

t.test('a key that cannot make proofs is a configuration error that shows nothing of it', async t => {
  const jwk = key.privateKey.export({ format: 'jwk' })
  const ecdsa = (namedCurve: string, extractable = true) =>
    webcrypto.subtle.generateKey({ name: 'ECDSA', namedCurve }, extractable, ['sign', 'verify'])
  const [a, b, p384, rsa] = await Promise.all([
    ecdsa('P-256'),
    ecdsa('P-256'),
    ecdsa('P-384'),
    webcrypto.subtle.generateKey({
      name: 'RSA-PSS',
      hash: 'SHA-256',
      modulusLength: 2048,
      publicExponent: new Uint8Array([1, 0, 1])
    }, true, ['sign', 'verify'])
  ])
  const hidden = await webcrypto.subtle.importKey('jwk', publicJwk(key), { name: 'ECDSA', namedCurve: 'P-256' }, false,
    ['verify'])
  const keys: Record<string, unknown> = {
    nonsense: 'secret-nonsense',
    'public JWK': publicJwk(key),
    'JWK whose halves do not belong together': { ...jwk, ...publicJwk(other) },
    'JWK on P-384': createTestKey('ES384').privateKey.export({ format: 'jwk' }),
    'RSA PEM': pem(createTestKey('RS256').privateKey),
    'Ed25519 PEM': pem(generateKeyPairSync('ed25519').privateKey),
    'pair on P-384': p384,
    'RSA pair': rsa,
    'pair with a foreign public key': { privateKey: a.privateKey, publicKey: b.publicKey },
    'pair whose public key is on another curve': { privateKey: a.privateKey, publicKey: p384.publicKey },
    'pair the wrong way round': { privateKey: a.publicKey, publicKey: a.privateKey },
    'two public keys': { privateKey: a.publicKey, publicKey: a.publicKey },
    'pair whose public key cannot be exported': { privateKey: a.privateKey, publicKey: hidden },
    'half a pair': { privateKey: a.privateKey },
    null: null
  }
  for (const [title, input] of Object.entries(keys)) {
    const error = await errorOf(() => createDpopKey(input as DpopKeyInput))
    t.match(error, { code: 'configuration_error', option: 'dpop.key', cause: undefined }, title)
    t.notMatch(`${error.message}${error.stack}`, /secret-|BEGIN|MII/, title)
    // Only a signature tells whether two halves of the right kind belong together.
    if (/foreign|belong/.test(title)) importDpopKeyPair(input as DpopKeyInput)
    else t.match(await errorOf(() => importDpopKeyPair(input as DpopKeyInput)), { option: 'dpop.key' }, title)
  }
})

const method = 'GET'
const url = 'https://api.example.com/users/1'
const header = { alg: 'ES256', typ: 'dpop+jwt', jwk: publicJwk(key) }
const claims = { jti: 'jti-1', htm: method, htu: url, iat: now }
const prove = (changes: object = {}, headerChanges: object = {}, signer = key) =>
  rawJws({ ...header, ...headerChanges }, { ...claims, ...changes }, input =>
    signature('ES256', input, signer.privateKey))

/** How verifying a proof ends. */
function check (proof: string, expected: Partial<DpopProofExpectations> = {}): Promise<string> {
  return problemOf(() => verifyDpopProof(proof, { method, url, now, seen: () => false, ...expected }))
}

t.test('proofs', async t => {
  const rsa = createTestKey('RS256')
  const cases: [string, string, string, Partial<DpopProofExpectations>?][] = [
    ['a proof as it should be', prove(), 'accepted'],
    ['DP-07 empty', '', 'missing'],
    ['DP-07 10 KB', prove({ x: 'x'.repeat(10_000) }), 'too_long'],
    ['DP-07 as long as can be', ofLength(8192, prove), 'accepted'],
    ['DP-07 one longer', ofLength(8193, prove), 'too_long'],
    ['DP-07 two proofs in one value', `${prove()}, ${prove()}`, 'malformed'],
    ['DP-08 typ missing', prove({}, { typ: undefined }), 'type'],
    ['DP-08 typ JWT', prove({}, { typ: 'JWT' }), 'type'],
    ['DP-08 alg none', unsignedJwt(claims, { ...header, alg: 'none' }), 'algorithm'],
    ['DP-08 alg HS256', hmacJwt(claims, 'k', { ...header, alg: 'HS256' }), 'algorithm'],
    ['DP-08 alg RS256',
      rawJws({ ...header, alg: 'RS256', jwk: publicJwk(rsa) }, claims,
        input => signature('RS256', input, rsa.privateKey)), 'algorithm'],
    ['DP-08 jwk missing', prove({}, { jwk: undefined }), 'proof_key'],
    ['DP-08 jwk private', prove({}, { jwk: key.privateKey.export({ format: 'jwk' }) }), 'proof_key'],
    ...['d', 'p', 'q', 'dp', 'dq', 'qi', 'oth', 'k', 'priv'].map((member): [string, string, string] =>
      [`DP-08 jwk with ${member}`, prove({}, { jwk: { ...publicJwk(key), [member]: 'AA' } }), 'proof_key']),
    ['DP-08 jwk a string', prove({}, { jwk: 'key' }), 'proof_key'],
    ['DP-08 jwk a list', prove({}, { jwk: [publicJwk(key)] }), 'proof_key'],
    ['DP-08 jwk of RSA', prove({}, { jwk: publicJwk(rsa) }), 'proof_key'],
    ['DP-08 jwk on another curve', prove({}, { jwk: publicJwk(createTestKey('ES384')) }), 'proof_key'],
    ['DP-08 jwk off the curve', prove({}, { jwk: { ...publicJwk(key), y: publicJwk(other).y } }), 'proof_key'],
    ['DP-08 jwk symmetric', prove({}, { jwk: { kty: 'oct', k: 'AA' } }), 'proof_key'],
    ['signed by another key', prove({}, {}, other), 'signature'],
    ['a flipped bit', flipBit(prove(), 1, 12), 'signature'],
    ['crit', prove({}, { crit: ['x'], x: 1 }), 'critical_header'],
    ['DP-09 htm other', prove({ htm: 'POST' }), 'proof_method'],
    ['DP-09 htm in lower case', prove({ htm: 'get' }), 'proof_method'],
    ['DP-09 htm missing', prove({ htm: undefined }), 'proof_method'],
    ['DP-09 htu other host', prove({ htu: 'https://evil.example/users/1' }), 'proof_url'],
    ['DP-09 htu other port', prove({ htu: 'https://api.example.com:444/users/1' }), 'proof_url'],
    ['DP-09 htu other scheme', prove({ htu: 'http://api.example.com/users/1' }), 'proof_url'],
    ['DP-09 htu other path', prove({ htu: 'https://api.example.com/users/2' }), 'proof_url'],
    ['DP-09 htu path in another case', prove({ htu: 'https://api.example.com/Users/1' }), 'proof_url'],
    ['DP-09 htu with a final slash', prove({ htu: `${url}/` }), 'proof_url'],
    ['DP-09 htu relative', prove({ htu: '/users/1' }), 'proof_url'],
    ['DP-09 htu a list', prove({ htu: [url] }), 'proof_url'],
    ['DP-09 htu missing', prove({ htu: undefined }), 'proof_url'],
    ['DP-09 htu with an encoded slash', prove({ htu: 'https://api.example.com/users%2f1' }), 'proof_url'],
    ['DP-09 query and fragment are ignored', prove({ htu: `${url}?a=1#b` }), 'accepted'],
    ['DP-09 query of the request is ignored', prove(), 'accepted', { url: `${url}?a=1` }],
    ['DP-09 host in another case, default port, dot segments',
      prove({ htu: 'https://API.example.com:443/users/./x/../1' }), 'accepted'],
    ['DP-09 escapes that mean the same', prove({ htu: 'https://api.example.com/%75sers/%c3%a9' }), 'accepted', {
      url: 'https://api.example.com/users/%C3%A9'
    }],
    ['DP-11 iat ten minutes old', prove({ iat: now - 600 }), 'too_old'],
    ['DP-11 iat ten minutes ahead', prove({ iat: now + 600 }), 'issued_in_future'],
    ['DP-11 iat missing', prove({ iat: undefined }), 'claim_missing'],
    ['DP-11 iat with a fraction', prove({ iat: now + 0.5 }), 'accepted'],
    ["iat with a fraction at the window's end", prove({ iat: now - 299.5 }), 'accepted'],
    ["iat with a fraction past the window's end", prove({ iat: now - 300.5 }), 'too_old'],
    ['iat with a fraction 31 s ahead', prove({ iat: now + 31.5 }), 'issued_in_future'],
    ['iat that is too large', prove({ iat: 1e11 + 0.5 }), 'claim_invalid'],
    ['iat that is negative', prove({ iat: -0.5 }), 'claim_invalid'],
    ["iat at the window's end", prove({ iat: now - 300 }), 'accepted'],
    ["iat past the window's end", prove({ iat: now - 301 }), 'too_old'],
    ["iat past the option's window", prove({ iat: now - 61 }), 'too_old', { iatWindow: 60 }],
    ['iat at the end of a short window', prove({ iat: now - 5 }), 'accepted', { iatWindow: 5 }],
    ['iat 30 s ahead', prove({ iat: now + 30 }), 'accepted'],
    ['iat 31 s ahead', prove({ iat: now + 31 }), 'issued_in_future'],
    ['jti as long as can be', prove({ jti: 'x'.repeat(256) }), 'accepted'],
    ['jti a number', prove({ jti: 1 }), 'claim_invalid'],
    ['DP-13 ath missing', prove(), 'proof_token', { accessToken: 'access' }],
    ['DP-13 ath of another token', prove({ ath: hash('other') }), 'proof_token', { accessToken: 'access' }],
    ['DP-13 control: ath of this token', prove({ ath: hash('access') }), 'accepted', { accessToken: 'access' }],
    ['bound to another key', prove(), 'proof_binding', { thumbprint: hash('other') }],
    ['bound to this key', prove(), 'accepted', { thumbprint: await calculateJwkThumbprint(publicJwk(key) as JWK) }],
    ['DP-17 nonce missing', prove(), 'nonce', { nonce: 'n-2' }],
    ['DP-17 nonce old', prove({ nonce: 'n-1' }), 'nonce', { nonce: 'n-2' }],
    ['DP-17 nonce a list', prove({ nonce: ['n-2'] }), 'nonce', { nonce: 'n-2' }],
    ['DP-17 control: nonce right', prove({ nonce: 'n-2' }), 'accepted', { nonce: 'n-2' }],
    ['DP-17 control: nonce one of those still good', prove({ nonce: 'n-1' }), 'accepted', { nonce: ['n-2', 'n-1'] }],
    ['jti missing', prove({ jti: undefined }), 'claim_invalid'],
    ['jti empty', prove({ jti: '' }), 'claim_invalid'],
    ['jti too long', prove({ jti: 'x'.repeat(257) }), 'claim_invalid'],
    ['jti seen before', prove(), 'replay', { seen: () => true }],
    ['jti seen before, asked asynchronously', prove(), 'replay', { seen: async () => true }]
  ]
  for (const [title, proof, ends, expected] of cases) t.equal(await check(proof, expected), ends, title)
})

t.test('what a proof says is returned', async t => {
  t.strictSame(await verifyDpopProof(prove(), { method, url, now, seen: () => false }), {
    thumbprint: await calculateJwkThumbprint(publicJwk(key) as JWK),
    jti: 'jti-1',
    iat: now
  })
})

t.test('a jti is remembered only when everything else is right', async t => {
  const asked: string[] = []
  const seen = (jti: string) => asked.push(jti) > 1
  t.equal(await check(prove({ htm: 'POST' }), { seen }), 'proof_method')
  t.strictSame(asked, [])
  t.equal(await check(prove(), { seen }), 'accepted')
  t.equal(await check(prove(), { seen }), 'replay')
})

t.test('a refusal names the claim', async t => {
  const cases: [claim: string, changes: object, Partial<DpopProofExpectations>?][] = [
    ['htm', { htm: 'POST' }],
    ['htu', { htu: 'https://api.example.com/' }],
    ['iat', { iat: undefined }],
    ['iat', { iat: now - 301 }],
    ['nonce', {}, { nonce: 'n' }],
    ['ath', {}, { accessToken: 'access' }],
    ['jti', { jti: '' }],
    ['jti', {}, { seen: () => true }]
  ]
  for (const [claim, changes, expected] of cases) {
    const error = await errorOf(() =>
      verifyDpopProof(prove(changes), { method, url, now, seen: () => false, ...expected }))
    t.match(error, { claim, cause: { claim } }, claim)
  }
})

t.test('nonces follow from the secret and the time, and count for two periods', async t => {
  const nonces = createDpopNonces('secret-1')
  const [first, second] = [nonces.current(0), nonces.current(300)]
  t.not(first, second)
  t.equal(nonces.current(299.9), first)
  t.strictSame(nonces.accepted(299), [first, nonces.accepted(0)[1]])
  t.strictSame(nonces.accepted(300), [second, first])
  t.equal(createDpopNonces('secret-1').current(0), first, 'another process')
  t.not(createDpopNonces('secret-2').current(0), first)
  t.equal(first, '8UiZ-baSF0yVCc3Oh19F4O3QoYwmISC9e9Bt3Er6-jc', 'as other releases make it')
})

t.test('refusals have the codes of RFC 9449; other errors pass', async t => {
  const refused = await errorOf(() =>
    verifyDpopProof(prove({ htm: 'secret-method' }), { method, url, now, seen: () => false })
  )
  t.match(refused, {
    code: 'invalid_dpop_proof',
    reason: 'proof_method',
    claim: 'htm',
    statusCode: 401,
    message: 'The DPoP proof was refused. It is for another method.'
  })
  t.match(await errorOf(() => verifyDpopProof(prove(), { method, url, now, nonce: 'n', seen: () => false })), {
    code: 'use_dpop_nonce',
    claim: 'nonce'
  })
  t.match(await errorOf(() => verifyDpopProof('', { method, url, now, seen: () => false })), {
    code: 'invalid_dpop_proof',
    claim: undefined
  })
  await t.rejects(verifyDpopProof(prove(), {
    method,
    url,
    now,
    seen: () => {
      throw new TypeError('mine')
    }
  }), new TypeError('mine'))
})

t.test('DP-04 concurrent proofs carry their own nonces', async t => {
  const dpop: DpopKey = await createDpopKey(true)
  const proofs = await Promise.all(
    Array.from({ length: 20 }, (_, at) => dpop.proof({ method, url, now, nonce: `n-${at}` }))
  )
  t.ok(proofs.every((proof, at) => decodeJwt(proof)['nonce'] === `n-${at}`))
  t.equal(new Set(proofs.map(proof => decodeJwt(proof).jti)).size, 20)
})

/** Ids that were made at one time and count for ten seconds. */
function usedIds (limits: { maxEntries: number, maxEach?: number }) {
  let reports = 0
  const used = createUsedIds({
    ...limits,
    onFull: () => {
      reports += 1
    }
  })
  return {
    add: (id: string, at: number, owner?: string) => used.add(id, { at, until: at + 10 }, at, owner),
    has: (id: string, at: number, now: number, owner?: string) => used.has(id, at, now, owner),
    reports: () => reports
  }
}

t.test('ids that count once are forgotten when they are over, which makes room', t => {
  const used = usedIds({ maxEntries: 2 })
  used.add('a', 0)
  used.add('b', 1)
  t.ok(used.has('a', 0, 9))
  t.notOk(used.has('a', 0, 10))
  used.add('c', 10)
  used.add('d', 11)
  t.strictSame(['b', 'c', 'd', 'e'].map(id => used.has(id, 10, 11)), [false, true, true, false])
  t.equal(used.reports(), 0, 'nothing that mattered was dropped')
  t.end()
})

t.test('a full memory takes for used what it cannot remember, says so once, and recovers', t => {
  const used = usedIds({ maxEntries: 3 })
  for (const [at, id] of ['a', 'b', 'c', 'd', 'e', 'f', 'g'].entries()) used.add(id, at)
  for (const [at, id] of ['a', 'b', 'c', 'd', 'e', 'f', 'g'].entries()) t.ok(used.has(id, at, 7), id)
  t.ok(used.has('new', 3, 7), 'as old as the last that was dropped')
  t.notOk(used.has('new', 4, 7), 'newer')
  t.equal(used.reports(), 1)
  t.notOk(used.has('new', 3, 13), 'what was dropped would be over, too')
  t.end()
})

t.test('who fills the memory of used ids refuses nothing to others', t => {
  const used = usedIds({ maxEntries: 100, maxEach: 10 })
  used.add('victim', 0, 'victim')
  for (let index = 0; index < 50; index++) used.add(`p${index}`, 5, 'stranger')
  t.ok(used.has('victim', 0, 5, 'victim'))
  t.notOk(used.has('other', 0, 5, 'victim'), 'no floor for the victim')
  t.ok(used.has('other', 5, 5, 'stranger'), 'a floor for who filled it')
  for (let index = 0; index < 300; index++) used.add(`q${index}`, 6, 'stranger')
  t.notOk(used.has('other', 1, 6, 'victim'))
  for (let index = 0; index < 300; index++) used.add('p', 7, `stranger-${index}`)
  t.ok(used.has('victim', 0, 7, 'victim'), 'the place was taken by keys without number: still refused')
  t.notOk(used.has('fresh', 8, 8, 'victim'), 'and what is new is taken')
  t.end()
})

t.test("a proof's key is public: none of its private members may be sent", async t => {
  const jwk = publicJwk(key)
  t.ok(importProofJwk(jwk)?.equals(key.publicKey))
  for (const member of ['d', 'p', 'q', 'dp', 'dq', 'qi', 'oth', 'k', 'priv']) {
    t.equal(importProofJwk({ ...jwk, [member]: undefined }), undefined, member)
  }
  for (const none of [undefined, null, 'x', [], {}]) t.equal(importProofJwk(none), undefined)
})
