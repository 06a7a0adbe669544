import t from 'tap'
import { cookiePlaces } from '../../../lib/plugin/request/cookie-places.js'
import type { CookieAttributes } from '../../../types/stores.js'

const base: CookieAttributes = { path: '/', secure: true, httpOnly: true, sameSite: 'lax' }

t.test('where else a cookie may be kept', async t => {
  const cases: [what: string, name: string, given: Partial<CookieAttributes>, host: string, several: boolean,
    places: Partial<CookieAttributes>[]][] = [
    ['a host-only cookie, and its parents', 'sid', {}, 'a.example.test', false,
      [{ domain: 'a.example.test' }, { domain: 'example.test' }]],
    ['a port and capitals', 'sid', {}, 'EXAMPLE.test:8080', false, [{ domain: 'example.test' }]],
    ['no more than three parents', 'sid', {}, 'a.b.c.d.e.test', false,
      [{ domain: 'a.b.c.d.e.test' }, { domain: 'b.c.d.e.test' }, { domain: 'c.d.e.test' }]],
    ['a name without a dot', 'sid', {}, 'localhost:3000', false, []],
    ['an address', 'sid', {}, '127.0.0.1:3000', false, []],
    ['an address in brackets', 'sid', {}, '[::1]:3000', false, []],
    ['a domain of its own', 'sid', { domain: '.Example.test' }, 'a.example.test', false,
      [{}, { domain: 'a.example.test' }]],
    ['a path', 'sid', { path: '/shop' }, 'localhost', false, [{ path: '/' }]],
    ['a path and a domain', 'sid', { path: '/shop', domain: 'example.test' }, 'example.test', false,
      [{ path: '/shop' }, { path: '/' }, { path: '/', domain: 'example.test' }]],
    ['a prefix that binds to host and path', '__Host-sid', {}, 'a.example.test', false, []],
    ['a prefix that binds, with a path', '__Host-sid', { path: '/shop' }, 'a.example.test', false, []],
    ['several of the name', '__Host-sid', {}, 'a.example.test', true, [{ partitioned: true }]],
    ['several, partitioned', '__Host-sid', { partitioned: true }, 'a.example.test', true, [{}]],
    ['one, partitioned', 'sid', { partitioned: true }, 'example.test', false,
      [{ domain: 'example.test', partitioned: true }]],
    ['several, without https', 'sid', { secure: false }, 'localhost', true, []],
    ['several, everywhere', 'sid', { path: '/x' }, 'localhost', true,
      [{ path: '/' }, { path: '/x', partitioned: true }, { path: '/', partitioned: true }]]
  ]
  for (const [what, name, given, host, several, places] of cases) {
    const { domain: _, partitioned: __, ...rest } = { ...base, ...given }
    t.strictSame(cookiePlaces(name, { ...base, ...given }, host, several),
      places.map(place => ({ ...rest, ...place })), what)
  }
})
