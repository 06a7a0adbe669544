import { createCipheriv, createHmac, randomBytes } from 'node:crypto'
import t from 'tap'
import { openDirectJwe } from '../../../lib/stores/import/direct-jwe.js'

t.test('JWEs of other libraries', async t => {
  const b64 = (value: string | Buffer) => Buffer.from(value).toString('base64url')
  const gcm = (header: object, text: string, key: Buffer, { ivLength = 12, tagLength = 16 } = {}) => {
    const aad = b64(JSON.stringify(header))
    const iv = randomBytes(ivLength)
    const cipher = createCipheriv('aes-256-gcm', key, iv, { authTagLength: tagLength }).setAAD(Buffer.from(aad))
    const body = Buffer.concat([cipher.update(text), cipher.final()])
    return [aad, '', b64(iv), b64(body), b64(cipher.getAuthTag())]
  }
  const cbc = (header: object, text: string, key: Buffer) => {
    const aad = b64(JSON.stringify(header))
    const iv = randomBytes(16)
    const cipher = createCipheriv('aes-256-cbc', key.subarray(32), iv)
    const body = Buffer.concat([cipher.update(text), cipher.final()])
    const bits = Buffer.alloc(8)
    bits.writeBigUInt64BE(BigInt(aad.length * 8))
    const mac = createHmac('sha512', key.subarray(0, 32)).update(Buffer.concat([Buffer.from(aad), iv, body,
      bits])).digest()
    return [aad, '', b64(iv), b64(body), b64(mac.subarray(0, 32))]
  }
  const key = randomBytes(32)
  const long = randomBytes(64)
  const header = { alg: 'dir', enc: 'A256GCM', kid: 'k' }
  const parts = gcm(header, '{"a":1}', key)
  const open = (parts: string[], keys: Buffer[] = [randomBytes(32), key]) => openDirectJwe(parts.join('.'), 'A256GCM',
    () => keys)
  t.strictSame(open(parts), { header, payload: { a: 1 } })
  t.strictSame(open(gcm(header, 'no json', key)), { header, payload: undefined })
  const cbcHeader = { alg: 'dir', enc: 'A256CBC-HS512' }
  const sealed = cbc(cbcHeader, '{"a":1}', long)
  const openCbc = (parts: string[]) => openDirectJwe(parts.join('.'), 'A256CBC-HS512', given => {
    t.strictSame(given, cbcHeader)
    return [randomBytes(64), long]
  })
  t.strictSame(openCbc(sealed), { header: cbcHeader, payload: { a: 1 } })
  for (const [name, broken] of Object.entries({
    'six parts': [...parts, ''],
    'four parts': parts.slice(0, 4),
    'a key part': parts.with(1, 'AA'),
    'no header': parts.with(0, ''),
    'a header that is no object': parts.with(0, b64('[]')),
    'another algorithm': gcm({ ...header, alg: 'RSA' }, '{}',
      key),
    'another encryption': gcm({ ...header, enc: 'A128GCM' }, '{}', key),
    'a short IV': gcm(header, '{}', key,
      { ivLength: 8 }),
    'a short tag': gcm(header, '{}', key, { tagLength: 8 }),
    'an IV that is no base64url': parts.with(2, '!'),
    'a text that is none': parts.with(3, 'a!'),
    'a tag that is none': parts.with(4, '!'),
    'another tag': parts.with(4,
      b64(randomBytes(16)))
  })) t.equal(open(broken), undefined, name)
  t.equal(open(parts, []), undefined)
  for (const at of [2, 3, 4]) t.equal(openCbc(sealed.with(at, b64(randomBytes(at === 4 ? 32 : 16)))), undefined)
  t.equal(openCbc(sealed.with(4, sealed[4]!.slice(0, 20))), undefined)
  t.equal(openCbc(sealed.with(2, sealed[2]!.slice(0, 11))), undefined)
})
