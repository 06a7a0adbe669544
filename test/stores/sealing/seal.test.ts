import { createHash, createSecretKey, hkdfSync, randomBytes } from 'node:crypto'
import fc from 'fast-check'
import { CompactEncrypt, compactDecrypt, base64url } from 'jose'
import t from 'tap'
import { createKeyRing } from '../../../lib/stores/sealing/seal-keys.js'
import { createSealer, openingFormer } from '../../../lib/stores/sealing/seal.js'
import { leastCpuTime } from '../../cpu-time.js'
import { Clock } from '../stateless/map-jar.js'

const SECRET = 'a secret of quite enough characters, really'
const OTHER = 'another secret of quite enough characters!!'
const HEADER = /^\{"alg":"dir","enc":"A256GCM","kid":"[\w-]{8}\.20833"\}$/

function sealer (options: { secrets?: string[], purpose?: string, maxAgeDays?: number, clock?: Clock } = {}) {
  const { secrets = [SECRET], purpose = 'test', maxAgeDays = 3, clock = new Clock() } = options
  return createSealer({ secrets, purpose, maxAgeDays, now: clock.now })
}

/** The key as anyone with the secret would derive it. */
function keyOf (secret: string, purpose: string, day: number) {
  return createSecretKey(Buffer.from(hkdfSync('sha256', secret, purpose, `fastify-auth0 A256GCM ${day}`, 32)))
}

function headerOf (sealed: string): string {
  return Buffer.from(sealed.split('.')[0] ?? '', 'base64url').toString()
}

/** Any UTF-16 text, lone surrogates included. */
function anyText (maxLength: number) {
  return fc.uint16Array({ maxLength }).map(units => String.fromCharCode(...units))
}

t.test('what was sealed opens again, whatever it is', async t => {
  const { seal, open } = sealer()
  fc.assert(fc.property(fc.uint8Array({ maxLength: 300 }), bytes => {
    return open(seal(Buffer.from(bytes)))?.equals(bytes) === true
  }), { numRuns: 200 })
  fc.assert(fc.property(anyText(100), text => open(seal(text))?.equals(Buffer.from(text)) === true), { numRuns: 200 })
  t.equal(open(seal(''))?.length, 0)
})

t.test('a sealed value is a standard JWE with exactly one form of header', async t => {
  const sealed = sealer().seal('x')
  t.match(headerOf(sealed), HEADER)
  t.match(sealed, /^[\w-]+\.\.[\w-]{16}\.[\w-]+\.[\w-]{22}$/)
})

t.test('jose opens what was sealed here', async t => {
  const { plaintext, protectedHeader } = await compactDecrypt(sealer({ purpose: 'p' }).seal('hello'),
    keyOf(SECRET, 'p', 20833))
  t.equal(Buffer.from(plaintext).toString(), 'hello')
  t.equal(protectedHeader.enc, 'A256GCM')
})

t.test('what jose sealed opens here', async t => {
  const ours = sealer({ purpose: 'p' })
  const { kid } = JSON.parse(headerOf(ours.seal('x'))) as { kid: string }
  for (const text of ['', 'a', 'ab', 'abc', 'x'.repeat(5000)]) {
    const sealed = await new CompactEncrypt(Buffer.from(text)).setProtectedHeader({ alg: 'dir', enc: 'A256GCM', kid })
      .encrypt(keyOf(SECRET, 'p', 20833))
    t.equal(ours.open(sealed)?.toString(), text)
  }
})

t.test('SES-01: a sealed value with any single byte changed does not open', async t => {
  const { seal, open } = sealer()
  const alphabet = [...'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.=+/ ;%\u0000\u007f\u00ff']
  for (const text of ['a', 'ab', 'abc']) {
    const sealed = seal(text)
    let opened = 0
    for (let position = 0; position < sealed.length; position++) {
      for (const character of alphabet) {
        if (character !== sealed[position] &&
          open(sealed.slice(0, position) + character + sealed.slice(position + 1))) opened++
      }
    }
    t.equal(opened, 0, `${sealed.length} positions`)
  }
})

t.test('SES-01: cut, extended and otherwise mutated values do not open and do not throw', async t => {
  const { seal, open } = sealer()
  const sealed = seal('{"sub":"auth0|1"}')
  t.notOk([...sealed].some((_, length) => open(sealed.slice(0, length))))
  for (const more of ['=', '==', '.', 'A', ' ', '\n', '\u0000', '%3D', '\u0141', '😀']) {
    t.equal(open(sealed + more), undefined)
    t.equal(open(more + sealed), undefined)
  }
  const plain = Array.from({ length: 100 }, () => seal('x')).find(one => /[-_]/.test(one)) ?? ''
  t.ok(open(plain))
  t.equal(open(plain.replaceAll('-', '+').replaceAll('_', '/')), undefined, 'the plain base64 alphabet')
  fc.assert(fc.property(anyText(300), text => open(text) === undefined), { numRuns: 1000 })
  fc.assert(fc.property(fc.array(fc.constantFrom(...sealed.split('.'), '', 'e30', '..'), { maxLength: 7 }), parts => {
    const value = parts.join('.')
    return value === sealed || open(value) === undefined
  }), { numRuns: 1000 })
})

t.test('an empty text keeps its two dots', async t => {
  const { seal, open } = sealer()
  const [header = '', , iv = '', text = '', tag = ''] = seal('').split('.')
  t.equal(open(`${header}..${iv}.${text}.${tag}`)?.length, 0)
  t.equal(open(`${header}..${iv}.${tag}`), undefined)
  t.equal(open(`${header}..${iv}${tag}`), undefined)
})

t.test('former sealers are asked one after the other, until one opens', async t => {
  const [now, before, first] = ['now', 'before', 'first'].map(purpose => sealer({ purpose }))
  const { seal, open } = openingFormer(now!, [before!, first!])
  for (const one of [now!, before!, first!]) t.equal(open(one.seal('x'))?.toString(), 'x')
  t.equal(open(sealer({ purpose: 'other' }).seal('x')), undefined)
  t.equal(now!.open(seal('x'))?.toString(), 'x')
})

t.test('a wide character whose low byte is the right one does not open', async t => {
  const { seal, open } = sealer()
  const sealed = seal('text')
  const opened = [...sealed].filter((character, position) => {
    const wide = String.fromCharCode(0x100 + character.charCodeAt(0))
    return open(sealed.slice(0, position) + wide + sealed.slice(position + 1)) !== undefined
  })
  t.same(opened, [])
})

t.test('SES-05: a value sealed for another purpose with the same secret does not open', async t => {
  const sealed = sealer({ purpose: 'client-a session' }).seal('x')
  t.equal(sealer({ purpose: 'client-b session' }).open(sealed), undefined)
  t.equal(sealer({ purpose: 'client-a tokens' }).open(sealed), undefined)
  t.equal(sealer({ purpose: 'client-a session' }).open(sealed)?.toString(), 'x')
})

t.test('SES-08: every listed secret opens, the first seals, a removed one is nothing', async t => {
  const old = sealer({ secrets: [OTHER] }).seal('old')
  const rotated = sealer({ secrets: [SECRET, OTHER] })
  t.equal(rotated.open(old)?.toString(), 'old')
  const fresh = rotated.seal('new')
  t.equal(sealer({ secrets: [SECRET] }).open(fresh)?.toString(), 'new')
  t.equal(sealer({ secrets: [OTHER] }).open(fresh), undefined)
  t.equal(sealer({ secrets: [SECRET] }).open(old), undefined)
})

t.test('a key is of one day in UTC', async t => {
  const clock = new Clock()
  const { seal } = sealer({ clock })
  for (const [time, day] of [[20_833 * 86_400, 20_833], [20_833 * 86_400 - 1, 20_832], [20_834 * 86_400 - 1, 20_833]]) {
    clock.time = time!
    t.match(headerOf(seal('x')), `.${day}"}`)
  }
})

t.test('a secret that is missing or short is a mistake of the configuration', async t => {
  t.throws(() => sealer({ secrets: ['x'.repeat(31)] }), { name: 'ConfigurationError', option: 'sessionSecret' })
  t.equal(sealer({ secrets: ['x'.repeat(32)] }).open('x'), undefined, '32 characters are enough')
  t.throws(() => sealer({ secrets: [] }), { name: 'ConfigurationError', option: 'sessionSecret' })
  t.throws(() => sealer({ secrets: [SECRET, 'short'] }), { name: 'ConfigurationError', option: 'sessionSecret' })
})

t.test('keys change every day and are refused outside of their window', async t => {
  const clock = new Clock()
  const ours = sealer({ clock, maxAgeDays: 3 })
  const sealed = ours.seal('x')
  t.equal(ours.seal('y').split('.')[0], sealed.split('.')[0])
  clock.pass(86_400)
  const nextDay = ours.seal('y')
  t.not(nextDay.split('.')[0], sealed.split('.')[0])
  clock.pass(2 * 86_400)
  t.equal(ours.open(sealed)?.toString(), 'x', 'as old as it may be')
  t.equal(ours.open(nextDay)?.toString(), 'y')
  clock.pass(86_400)
  t.equal(ours.open(sealed), undefined, 'a day too old, although its key is at hand')
  ours.seal('forgets the keys that nothing can need')
  t.equal(ours.open(sealed), undefined)
  const past = new Clock()
  t.equal(sealer({ clock: past }).open(sealer({ clock: aheadBy(past, 1) }).seal('z'))?.toString(), 'z',
    'a clock that is ahead')
  t.equal(sealer({ clock: past }).open(sealer({ clock: aheadBy(past, 2) }).seal('z')), undefined)
})

t.test('a key is derived once, and kept as long as its window', async t => {
  const clock = new Clock()
  const ring = createKeyRing({ secrets: [SECRET, OTHER], purpose: 'test', maxAgeDays: 3, now: clock.now })
  const first = ring.newest()
  t.equal(ring.newest(), first)
  t.equal(ring.find(first.header), first)
  const other = createKeyRing({ secrets: [OTHER], purpose: 'test', maxAgeDays: 3, now: clock.now }).newest().header
  const former = ring.find(other)
  t.equal(ring.find(other), former, 'that of another secret')
  for (let day = 1; day <= 3; day++) {
    clock.pass(86_400)
    ring.newest()
    t.equal(ring.find(first.header), first, `after ${day} days`)
  }
  const start = clock.time
  clock.pass(86_400)
  ring.newest()
  clock.time = start
  t.not(ring.find(first.header), first, 'a day later it was forgotten')
  t.strictSame(ring.find(first.header)?.aad, first.aad, 'and is derived again')
  const newest = ring.newest()
  clock.pass(86_400)
  ring.newest()
  clock.time = start
  t.equal(ring.newest(), newest, 'a clock that goes back finds the key of that day')
})

function aheadBy (clock: Clock, days: number): Clock {
  const ahead = new Clock()
  ahead.time = clock.time + days * 86_400
  return ahead
}

t.test('SES-24: other algorithms, header members and tag lengths are refused even with the right key', async t => {
  const ours = sealer({ purpose: 'p' })
  const { kid } = JSON.parse(headerOf(ours.seal('x'))) as { kid: string }
  const key = keyOf(SECRET, 'p', 20833)
  const encrypt = async (header: Record<string, string>, key: Parameters<CompactEncrypt['encrypt']>[0],
    crit?: string[]) =>
    await new CompactEncrypt(Buffer.from('x')).setProtectedHeader({
      alg: 'dir',
      enc: 'A256GCM',
      ...header,
      ...(crit && { crit })
    }).encrypt(key)
  t.equal(ours.open(await encrypt({ kid, typ: 'JWT' }, key)), undefined, 'another member')
  t.equal(ours.open(await encrypt({ kid, zip: 'DEF' }, key).catch(() => '')), undefined, 'zip')
  t.equal(ours.open(await encrypt({ kid, enc: 'A128CBC-HS256' }, key)), undefined, 'another enc')
  t.equal(ours.open(await encrypt({ kid, alg: 'A256KW' }, key)), undefined, 'another alg')
  t.equal(ours.open(await encrypt({}, key)), undefined, 'no kid')

  const sealed = ours.seal('some text')
  const [header = '', , iv = '', text = '', tag = ''] = sealed.split('.')
  for (const bytes of [0, 4, 8, 12, 13, 14, 15]) {
    const cut = Buffer.from(tag, 'base64url').subarray(0, bytes).toString('base64url')
    t.equal(ours.open(`${header}..${iv}.${text}.${cut}`), undefined, `a tag of ${bytes} bytes`)
    // The text shifted so that the positions are right again.
    t.equal(ours.open(`${header}..${iv}.${text}${'.'.repeat(22 - cut.length)}${cut}`), undefined)
  }
  const respelled = (json: string) => `${base64url.encode(json)}..${iv}.${text}.${tag}`
  t.equal(ours.open(respelled(`{"enc":"A256GCM","alg":"dir","kid":"${kid}"}`)), undefined, 'other order')
  t.equal(ours.open(respelled(`{"alg":"dir","enc":"A256GCM","kid":"${kid}","zip":"DEF"}`)), undefined)
  t.equal(ours.open(respelled(`{"alg":"dir","enc":"A256GCM","kid":"${kid.replace('.', '.0')}"}`)), undefined,
    'a day with a leading zero')
  t.equal(ours.open(respelled('{"alg":"dir","enc":"A256GCM","kid":"AAAAAAAA.20833"}')), undefined, 'an unknown secret')
  t.equal(ours.open(respelled(`{"alg":"dir","enc":"A256GCM","kid":"${kid}"}`.padEnd(200))), undefined,
    'an endless header')
  t.equal(ours.open(`${header}.AAAA.${iv}.${text}.${tag}`), undefined, 'an encrypted key')
})

t.test('SES-25: nonces never repeat', async t => {
  const { seal } = sealer()
  const seen = new Set<string>()
  for (let count = 0; count < 20_000; count++) seen.add(seal('').split('.')[2] ?? '')
  t.equal(seen.size, 20_000)
})

t.test('a key id says nothing about the secret', async t => {
  const { kid } = JSON.parse(headerOf(sealer().seal('x'))) as { kid: string }
  const hashes = ['sha1', 'sha256', 'sha512', 'md5'].map(name => createHash(name).update(SECRET).digest('base64url'))
  t.notOk(hashes.some(hash => hash.startsWith(kid.slice(0, 8))))
})

t.test('RE-03: hostile values are refused fast', async t => {
  const { seal, open } = sealer()
  const sealed = seal(randomBytes(700))
  const hostile = ['.'.repeat(100_000), 'A'.repeat(100_000), `${sealed.split('.')[0]}..${'A'.repeat(100_000)}`,
    '..'.repeat(50_000), '\u0000'.repeat(100_000)]
  t.notOk(hostile.some(open))
  for (const value of hostile) t.ok(await leastCpuTime(() => open(value)) < 5, 'under 5 ms')
})

t.test('what was sealed for a former purpose opens, and only the first purpose seals', t => {
  const secrets = ['a secret of quite enough characters, really']
  const of = (purpose: string) => createSealer({ secrets, purpose, maxAgeDays: 1, now: () => 1_795_000_000 })
  const [now, before, foreign] = [of('now'), of('before'), of('foreign')]
  const both = openingFormer(now, [before])
  t.equal(both.open(before.seal('old'))?.toString(), 'old')
  t.equal(both.open(now.seal('new'))?.toString(), 'new')
  t.equal(both.open(foreign.seal('other')), undefined)
  t.equal(now.open(both.seal('sealed'))?.toString(), 'sealed')
  t.equal(before.open(both.seal('sealed')), undefined)
  t.end()
})
