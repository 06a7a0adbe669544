import t from 'tap'
import { verifyRefreshProof, verifyRegistrationProof } from '../../lib/tokens/device-proof.js'
import { createTestKey, ofLength, rawJws, signature, unsignedJwt, type TestKey } from './jws-builder.js'
import { errorOf, problemOf } from './problem.js'

const endpoint = 'https://app.example.com/auth0/device'
const keys = { ES256: createTestKey('ES256'), RS256: createTestKey('RS256') }
const other = createTestKey('ES256')
const claims = { jti: 'challenge-1', aud: endpoint }
const jwkOf = ({ publicKey }: TestKey) => publicKey.export({ format: 'jwk' })

const prove = (changes: object = {}, header: object = {}, key: TestKey = keys.ES256) =>
  rawJws({ alg: key.alg, typ: 'dbsc+jwt', jwk: jwkOf(key), ...header }, { ...claims, ...changes },
    input => signature(key.alg, input, key.privateKey))

/** An RSA key of so many bits that signed nothing. */
function rsaOf (bits: number): object {
  const modulus = Buffer.alloc(Math.ceil(bits / 8), 0xff)
  modulus[0] = 0xff >> (modulus.length * 8 - bits)
  return { kty: 'RSA', n: modulus.toString('base64url'), e: 'AQAB' }
}

t.test('a proof registers the key in its header, of either type', async t => {
  for (const key of Object.values(keys)) {
    const { key: kept, ...proof } = verifyRegistrationProof(prove({}, {}, key), endpoint)
    t.strictSame({ ...kept }, { ...jwkOf(key) }, key.alg)
    t.match(proof, { challenge: 'challenge-1', thumbprint: /^[\w-]{43}$/ }, key.alg)
    t.strictSame(verifyRefreshProof(prove({}, { jwk: undefined }, key), kept, endpoint), { ...proof, key: kept })
  }
})

t.test('proofs', async t => {
  const ec = jwkOf(keys.ES256)
  const rs256 = (jwk: object) =>
    rawJws({ alg: 'RS256', typ: 'dbsc+jwt', jwk }, claims, () => Buffer.alloc(512).toString('base64url'))
  const cases: [title: string, proof: string, ends: string, claim?: string][] = [
    ['as it should be', prove(), 'accepted'],
    ['without an address', prove({ aud: undefined }), 'accepted'],
    ['for another address', prove({ aud: 'https://app.example.com/' }), 'proof_url', 'aud'],
    ['without a challenge', prove({ jti: undefined }), 'claim_missing', 'jti'],
    ['with an empty challenge', prove({ jti: '' }), 'claim_missing', 'jti'],
    ['with a number for a challenge', prove({ jti: 1 }), 'claim_missing', 'jti'],
    ['as long as can be', ofLength(4096, prove), 'accepted'],
    ['one longer', ofLength(4097, prove), 'too_long'],
    ['of another type', prove({}, { typ: 'dpop+jwt' }), 'type'],
    ['without a type', prove({}, { typ: undefined }), 'type'],
    ['alg none', unsignedJwt(claims, { typ: 'dbsc+jwt', jwk: ec }), 'algorithm'],
    ['by another key', prove({}, { jwk: jwkOf(other) }), 'signature'],
    ['without a key', prove({}, { jwk: undefined }), 'proof_key'],
    ['with text for a key', prove({}, { jwk: 'key' }), 'proof_key'],
    ['with a key of another algorithm', prove({}, { jwk: jwkOf(keys.RS256) }), 'proof_key'],
    ...['d', 'p', 'q', 'dp', 'dq', 'qi', 'oth', 'k', 'priv'].map((member): [string, string, string] =>
      [`with ${member} in the key`, prove({}, { jwk: { ...ec, [member]: 'AA' } }), 'proof_key']),
    ['with the longest RSA key', rs256(rsaOf(4096)), 'signature'],
    ['with a longer RSA key', rs256(rsaOf(4097)), 'proof_key']
  ]
  for (const [title, proof, ends, claim] of cases) {
    const work = () => verifyRegistrationProof(proof, endpoint)
    t.equal(await problemOf(work), ends, title)
    if (claim !== undefined) t.match(await errorOf(work), { claim }, title)
  }
})

t.test('a refresh counts for the key that is kept', async t => {
  const { key } = verifyRegistrationProof(prove(), endpoint)
  const problem = (proof: string) => problemOf(() => verifyRefreshProof(proof, key, endpoint))
  t.equal(await problem(prove({}, { jwk: undefined })), 'accepted')
  t.equal(await problem(prove({}, {}, other)), 'signature', 'another key in the header')
  t.equal(await problem(prove({}, {}, keys.RS256)), 'algorithm')
  t.equal(await problem(prove({}, { typ: 'jwt' })), 'type')
  t.equal(await problem(prove({ aud: 'x' })), 'proof_url')
  t.equal(await problem(prove({ jti: '' })), 'claim_missing')
  t.equal(await problem(ofLength(4097, prove)), 'too_long')
})
