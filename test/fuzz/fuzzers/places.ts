import fc from 'fast-check'
import { Auth0Error, ConfigurationError, InvalidArgumentError } from '../../../lib/errors.js'
import { parseDomain, parseResolvedDomain } from '../../../lib/authentication/server/domain.js'
import { safeReturnTo } from '../../../lib/flows/login/return-to.js'
import { includesScopes, joinScopes, splitScope } from '../../../lib/flows/tokens/scopes.js'
import { parseAppBase } from '../../../lib/plugin/options/app-base.js'
import { requestTarget } from '../../../lib/plugin/request/request-target.js'
import { anyText, fuzzer, textOf } from '../fuzzer.js'

const base = { origin: 'https://app.example.com', basePath: '/shop', secure: true }
const place = textOf(['/', '//', '\\', 'https:', 'http:', 'app.example.com', 'evil.example', '@', ':', '?', '#', '%2f',
  '%5c', '%09', '%00', '\t', '\n', '.', '..', 'a', ' ', '\u3000', '\u00ad', 'javascript:', ';', '&', '='])
const host = textOf(['acme', '.', '..', 'auth0.com', 'localhost', '127.0.0.1', '[::1]', ':', '443', '/', '//', 'https:',
  'http:', '@', '?', '#', '-', '0x7f.1', 'ä', '%'], 8)
const scope = textOf(['openid', 'read:a', 'read:b', ' ', '  ', '\t', '\n'])

export const places = [
  fuzzer('a place to return to is on this origin, for every browser and every second look', [place], value => {
    const safe = safeReturnTo(value, base)
    if (safe === undefined) return
    const url = new URL(safe, base.origin)
    if (url.origin !== base.origin || !safe.startsWith('/') || /^\/[/\\]/.test(safe)) throw new Error(safe)
    if (new URL(url.href).href !== url.href || safe.length > 2400) throw new Error(`${safe} is not stable`)
  }),
  fuzzer('a domain is refused by a typed error, or names exactly one host', [host], value => {
    for (const parse of [parseDomain, parseResolvedDomain]) {
      try {
        const { domain, issuer } = parse(value)
        const url = new URL(issuer)
        if (url.host !== domain || url.href !== issuer || url.username !== '' || url.pathname !== '/') return false
      } catch (error) {
        if (!(error instanceof ConfigurationError || error instanceof InvalidArgumentError)) throw error
      }
    }
  }),
  fuzzer('an address of the application is refused by a typed error, or is an origin and a path', [place], value => {
    try {
      const { origin, basePath } = parseAppBase(value, 'appBaseUrl')
      return new URL(origin).origin === origin && (basePath === '' || /^\/.*[^/]$/.test(basePath))
    } catch (error) {
      return error instanceof Auth0Error
    }
  }),
  fuzzer('what a request asks for begins with one slash of its path', [place], value => {
    const target = requestTarget(value)
    return target.startsWith('/') && (!value.startsWith('/') || target === value)
  }),
  fuzzer('scopes are a set: joining repeats and loses none', [scope, scope, anyText(20)], (one, other, text) => {
    const joined = joinScopes(one, other, text)
    return splitScope(joined).join(' ') === joined && includesScopes(joined, one) && includesScopes(joined, text) &&
      splitScope(joined).every(name => includesScopes(`${one} ${other} ${text}`, name)) &&
      joinScopes(joined, other) === joined
  }),
  fuzzer('the scopes held decide, in whatever order',
    [fc.shuffledSubarray(['a', 'b', 'c', 'd']), fc.subarray(['a', 'b', 'c', 'd', 'e'])], (held, wanted) =>
      includesScopes(held.join(' '), wanted.join(' ')) === wanted.every(name => held.includes(name)))
]
