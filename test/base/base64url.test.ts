import fc from 'fast-check'
import t from 'tap'
import { decodeBase64url } from '../../lib/base/base64url.js'

t.test('base64url has one spelling', async t => {
  t.equal(decodeBase64url('')?.length, 0)
  t.equal(decodeBase64url('YQ')?.toString(), 'a')
  for (const spelling of ['YR', 'YQ==', 'Y Q', 'Y', 'a+b/', 'YQ\n', 'ŁQ']) {
    t.equal(decodeBase64url(spelling), undefined, spelling)
  }
})

/** Texts that are nearly base64url: its letters, and those that Node's decoder takes or leaves out as well. */
const spellings = fc.string({ unit: fc.constantFrom(...'AQgwYZaz059-_+/= \n.\0Ł😀'), maxLength: 12 })

t.test('base64url is what encoding makes of the bytes, and nothing else', async t => {
  fc.assert(fc.property(fc.oneof(spellings, fc.string({ unit: 'binary', maxLength: 12 })), text => {
    const bytes = Buffer.from(text, 'base64url')
    const isCanonical = bytes.toString('base64url') === text
    return (decodeBase64url(text) !== undefined) === isCanonical
  }), { numRuns: 3000 })
  fc.assert(fc.property(fc.uint8Array({ maxLength: 40 }), bytes =>
    decodeBase64url(Buffer.from(bytes).toString('base64url'))?.equals(bytes) === true))
  t.pass('for all of them')
})
