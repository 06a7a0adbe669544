import fc from 'fast-check'
import type { FastifyRequest } from 'fastify'
import { InvalidArgumentError, StepUpRequiredError } from '../../../lib/errors.js'
import { demandedAuthentication } from '../../../lib/flows/api/step-up-challenge.js'
import { challenges, insufficientAuthentication } from '../../../lib/plugin/guards/token/challenge.js'
import { parseAppBase } from '../../../lib/plugin/options/app-base.js'
import { appBaseOf } from '../../../lib/plugin/request/request-context.js'
import { isForeignRead, isOwnNavigation, isSameOrigin } from '../../../lib/plugin/routes/same-origin.js'
import { anyText, fuzzer, textOf } from '../fuzzer.js'

const bases = ['https://app.example.com', 'https://other.example:8443/shop', 'http://app.example.com:8080']
  .map(url => parseAppBase(url, 'appBaseUrl'))
const protocol = fc.constantFrom('https', 'http')
const name = fc.constantFrom('app.example.com', 'other.example', 'app.example.com.evil.example', 'evil.example',
  'xapp.example.com', 'app.example.com@evil.example', 'app.example', '[::1]', '')
const port = fc.constantFrom('', '443', '80', '8443', '8080', '0443', '99999', '1')
const rest = fc.constantFrom('', '/', '/a?b=https://app.example.com', '?@evil.example', '#x', '/\\evil.example')

/** A request with this scheme, host and headers. */
function request (protocol: string, host: string, headers: Record<string, string | undefined> = {}): FastifyRequest {
  return { protocol, host, headers } as unknown as FastifyRequest
}

/** What a browser calls the origin of these parts, where no base has a user or an odd port in it. */
function originOf (protocol: string, name: string, port: string): string {
  return `${protocol}://${name}${port === '' || port === { https: '443', http: '80' }[protocol] ? '' : `:${port}`}`
}

const word = textOf(['a', 'B', '-', '_', '1', '.'], 5).map(text => text.replace(/[^\w.-]/g, '') || 'x')
const quoted = textOf(['urn:mfa', ' ', '"', '\\', ',', '=', 'Bearer', 'error="invalid_token"', '\u00e4', '\t'], 6)
  .map(text => text.replace(/[\r\n\u2028\u2029]/g, ''))
const param = fc.oneof(
  fc.tuple(fc.constantFrom('error', 'Error', 'ERROR'),
    fc.constantFrom('insufficient_user_authentication', 'invalid_token')),
  fc.tuple(fc.constantFrom('max_age', 'MAX_AGE'), fc.constantFrom('0', '60', '999999999', '1e3', '-1', '1234567890')),
  fc.tuple(fc.constantFrom('acr_values', 'Acr_Values'),
    fc.oneof(quoted, fc.constantFrom('urn:mfa', 'a b', ' a', 'a  b'))),
  fc.tuple(word, quoted)
)
const challenge = fc.record({
  scheme: fc.constantFrom('Bearer', 'bearer', 'DPoP', 'Basic', 'Digest'),
  params: fc.array(fc.tuple(param, fc.boolean(), fc.constantFrom(', ', ',', ' ,\t', ',,')), { maxLength: 5 })
})

/** A challenge as RFC 9110 section 11.6.1 writes it: values that are no tokens are quoted, and others may be. */
function written ({ scheme, params }: Challenge): string {
  return `${scheme} ${params.map(([[name, value], bare, comma], i) => {
    const text = bare && /^[\w.-]+$/.test(value) ? value : `"${value.replace(/["\\]/g, '\\$&')}"`
    return `${i === 0 ? '' : comma}${name}=${text}`
  }).join('')}`
}

interface Challenge {
  scheme: string
  params: Array<[[name: string, value: string], boolean, string]>
}

function demandOf (all: Challenge[]): unknown {
  for (const { scheme, params } of all) {
    const first = new Map<string, string>()
    for (const [[name, value]] of params) if (!first.has(name.toLowerCase())) first.set(name.toLowerCase(), value)
    if (!/^(?:bearer|dpop)$/i.test(scheme) || first.get('error') !== 'insufficient_user_authentication') continue
    const maxAge = first.get('max_age') ?? ''
    const acr = first.get('acr_values') ?? ''
    const names = acr.split(' ')
    return {
      ...(/^[0-9]+$/.test(maxAge) && maxAge.length < 10 && { maxAge: Number(maxAge) }),
      ...(names.every(one => one !== '' && [...one].every(c => c > ' ' && c < '\x7f')) && acr.length <= 1000 &&
        { acrValues: acr })
    }
  }
  return undefined
}

export const requests = [
  fuzzer('a request reached the listed address that its host names, however spelt, and no other',
    [protocol, name, port, fc.boolean(), fc.boolean()], (protocol, name, port, capitals, dot) => {
      const host = `${capitals ? name.toUpperCase() : name}${dot ? '.' : ''}${port === '' ? '' : `:${port}`}`
      const wanted = bases.find(({ origin }) => origin === originOf(protocol, name, port))
      try {
        return appBaseOf(bases, request(protocol, host)) === wanted
      } catch (error) {
        if (!(error instanceof InvalidArgumentError)) throw error
        return wanted === undefined
      }
    }),
  fuzzer('without a list, the address of a request is an origin, or the host is refused',
    [protocol, textOf(['app', '.', 'example', ':', '443', '8443', '@', '/', '\\', '[::1]', '?', '#', '%', '-', 'A'])],
    (protocol, host) => {
      try {
        const { origin, basePath } = appBaseOf([], request(protocol, host))
        return new URL(origin).origin === origin && basePath === '' && !/[@/\\?#%]|^\./.test(host)
      } catch (error) {
        return error instanceof InvalidArgumentError
      }
    }),
  fuzzer('a request is of this origin only where "Origin", or the page it comes from, is',
    [protocol, name, port, rest, fc.option(fc.constantFrom('same-origin', 'same-site', 'cross-site', 'none'),
      { nil: undefined })], (protocol, name, port, rest, site) => {
      const here = (headers: Record<string, string | undefined>) =>
        request('https', 'app.example.com', { ...headers, 'sec-fetch-site': site })
      const origin = originOf(protocol, name, port)
      const own = site === undefined ? origin === bases[0]!.origin : site === 'same-origin' || site === 'none'
      const referer = `${protocol}://${name}${port === '' ? '' : `:${Number(port)}`}${rest}`
      const ownPage = originOf(protocol, name, port && String(Number(port))) === bases[0]!.origin
      return isSameOrigin(bases, here({ origin })) === own && isForeignRead(bases, here({ origin })) === !own &&
        isOwnNavigation(bases, here({ referer })) === (site === undefined ? ownPage : site !== 'cross-site') &&
        isSameOrigin(bases, here({})) === (site !== undefined && own)
    }),
  fuzzer('the login that an API demands is read out of challenges, whatever their quoted strings hold',
    [fc.array(challenge, { maxLength: 4 })], all => {
      const header = all.map(written).join(', ')
      const found = demandedAuthentication(header)
      if (JSON.stringify(found) !== JSON.stringify(demandOf(all))) {
        throw new Error(`${JSON.stringify(found)} instead of ${JSON.stringify(demandOf(all))} from ${header}`)
      }
    }),
  fuzzer('the challenge of a guard is read as it was meant, whatever its message says',
    [anyText(300), fc.nat(99_999), fc.constantFrom('urn:mfa', 'a b', undefined), fc.constantFrom('Bearer', 'DPoP')],
    (message, maxAge, acrValues, used) => {
      const refusal = insufficientAuthentication(new StepUpRequiredError(message, { maxAge, acrValues }))
      const facts = { mode: 'allowed', scopes: ['read:a'], metadataUrl: 'https://app.example.com/x' } as const
      const header = challenges(facts, used, refusal).join(', ')
      return /^[\x20-\x7e]*$/.test(header) &&
        JSON.stringify(demandedAuthentication(header)) === JSON.stringify({ maxAge, acrValues })
    }),
  fuzzer('any header may come as a challenge', [textOf(['Bearer', ' ', ',', '=', '"', '\\', 'error', 'max_age', '7',
    'insufficient_user_authentication', '\t', '==', 'a/b'], 30)], text => {
    for (const header of [text, `Bearer error=insufficient_user_authentication, max_age=${text}`]) {
      const { maxAge = 0 } = demandedAuthentication(header) ?? {}
      if (!Number.isInteger(maxAge)) return false
    }
  })
]
