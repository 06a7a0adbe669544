const slashes = ['/', '//', '///', '////', '\\', '\\\\', '/\\', '\\/', '/\\/', '\\/\\', '//\\', '/%2f', '/%5c', '/%09/',
  '/%0d/', '/%0a/', '/\t/', '/\n/', '/\r/', '/./', '/../', '/.//', '/..//', '/./\\', '/a/..//', '/%2e%2e//', '/%2e//',
  '/;//', '/?//', '/#//', ' //', '\u0000//', '\u3000//', '/\u00ad/', '/\u200b/', '/\ufeff/']
const schemes = ['', 'http:', 'https:', 'HTTPS:', 'ftp:', 'javascript:', 'data:', 'blob:', 'ws:', 'x:', 'https:\t',
  'ht\ntps:', ' https:', '\u0001https:', 'https:\\']
const hosts = [
  'evil.test',
  'evil%E3%80%82test',
  'evil\u3002test',
  'app.example.test.evil.test',
  'app.example.test@evil.test',
  'app.example.test%40evil.test',
  'app.example.test:80@evil.test',
  'evil.test#app.example.test',
  'evil.test?app.example.test',
  'evil.test\\@app.example.test',
  'evil.test%23.app.example.test',
  'evil.test%00.app.example.test',
  '[::ffff:10.0.0.1]',
  '2130706433',
  '0x7f.1',
  'xn--evil-.test',
  '\u24d4vil.test',
  'evil.test:443',
  'evil.test;@app.example.test',
  '.evil.test'
]
const ends = ['', '/', '/x', '/..', '/%2e%2e', '?x=1', '#x']

/** Every combination of what open redirects are made of. */
export function redirectPayloads (): string[] {
  const payloads = new Set<string>()
  for (const scheme of schemes) {
    for (const slash of slashes) {
      for (const [at, host] of hosts.entries()) {
        payloads.add(`${scheme}${slash}${host}${ends[(at + slash.length + scheme.length) % ends.length]}`)
      }
    }
  }
  return [...payloads]
}

const pieces = [
  ...slashes,
  ...schemes,
  ...hosts,
  ...ends,
  '/private',
  'app.example.test',
  'https://app.example.test',
  '@',
  ':',
  '?',
  '#',
  '&',
  '=',
  '.',
  '..',
  '%',
  '%25',
  '%2f',
  '%5c',
  '%00',
  '\t',
  '\n',
  ' ',
  '\u202e',
  '\u2028',
  '\uff0f',
  '\u2044',
  '\u2215',
  'a',
  'Z',
  '9',
  '-',
  '~',
  ';',
  ',',
  '|',
  '^',
  '`',
  '{',
  '}',
  '<',
  '>',
  '"',
  "'",
  '\ud800',
  '\udfff',
  '\u{1f600}'
]

/** Pseudo-random values; the same ones every time. */
export function * randomRedirects (count: number): Generator<string> {
  let seed = 0x2545f491
  const next = (below: number) => {
    seed ^= seed << 13
    seed ^= seed >>> 17
    seed ^= seed << 5
    return (seed >>> 0) % below
  }
  for (let i = 0; i < count; i++) {
    const length = 1 + next(6)
    let value = next(3) === 0 ? '' : '/'
    for (let j = 0; j < length; j++) value += pieces[next(pieces.length)]
    yield value
  }
}
