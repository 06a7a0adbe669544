import t from 'tap'
import { isLoopback, parseDomain, parseResolvedDomain } from '../../../lib/authentication/server/domain.js'

t.test('domains', async t => {
  for (const [value, domain, scheme = 'https'] of [
    ['acme.eu.auth0.com', 'acme.eu.auth0.com'], ['ACME.eu.auth0.com', 'acme.eu.auth0.com'],
    ['https://acme.eu.auth0.com/', 'acme.eu.auth0.com'], ['HTTPS://acme.eu.auth0.com', 'acme.eu.auth0.com'],
    ['acme.test:8443', 'acme.test:8443'], ['acme.test:443', 'acme.test'], ['localhost', 'localhost'],
    ['http://localhost:3000', 'localhost:3000', 'http'], ['http://a.localhost', 'a.localhost', 'http'],
    ['http://127.0.0.1:1', '127.0.0.1:1', 'http'], ['http://[::1]:99999'.slice(0, 17), '[::1]:9999', 'http'],
    ['127.1.2.3', '127.1.2.3']
  ] as const) {
    t.strictSame(parseDomain(value), { domain, issuer: `${scheme}://${domain}/` }, value)
  }
  for (const [value, says] of [
    ['http://acme.test', /must not begin with "http:"/], ['8.8.8.8', /must not be an IP address/],
    ['[2001:4860:4860::8888]', /must not be an IP address/], ['http://8.8.8.8', /must not begin with "http:"/],
    ['128.0.0.1', /an IP address/]
  ] as const) t.throws(() => parseDomain(value, 'x'), { option: 'x', message: says }, value)
  for (const value of ['', 'a/b', 'https://a/b', 'a..b', '.a', 'a.', 'a:0', 'a:99999', 'a:', 'u@a', 'a?b', 'a#b',
    'ftp://a',
    '0x7f.1', '127.1', 'a b', 'ä.de', `${'a'.repeat(254)}`, 5 as never, null as never]) {
    t.throws(() => parseDomain(value), { option: 'domain', message: /must be a host such as/ }, String(value))
  }
  for (const [value, domain, scheme = 'https'] of [
    ['acme.eu.auth0.com', 'acme.eu.auth0.com'], ['https://acme.eu.auth0.com', 'acme.eu.auth0.com'],
    ['https://acme.eu.auth0.com/', 'acme.eu.auth0.com'], ['HTTPS://acme.eu.auth0.com/', 'acme.eu.auth0.com'],
    ['http://localhost:3000', 'localhost:3000', 'http'], ['HTTP://127.0.0.1', '127.0.0.1', 'http'],
    [`${'a'.repeat(63)}.test`, `${'a'.repeat(63)}.test`]
  ] as const) {
    t.strictSame(parseResolvedDomain(value), { domain, issuer: `${scheme}://${domain}/` }, value)
  }
  for (const value of [undefined, 5, '', 'localhost', 'a.localhost', 'https://localhost', 'https://a.localhost',
    'http://acme.test', 'http://', 'http://a/b', 'acme.test:8443', '127.0.0.1', '8.8.8.8', '-a.test', 'a-.test',
    'a_b.test',
    'a.1', `${'a'.repeat(64)}.test`, 'https://a.test/b', 'a.test/']) {
    t.throws(() => parseResolvedDomain(value), { argument: 'domain', message: /No tenant belongs/ }, String(value))
  }
  for (const [host, is] of [['localhost', true], ['a.localhost', true], ['alocalhost', false], ['[::1]', true],
    ['127.0.0.1', true], ['127.255.0.1', true], ['126.0.0.1', false], ['127.example.com', false], ['::1',
      false]] as const) {
    t.equal(isLoopback(host), is, host)
  }
})
