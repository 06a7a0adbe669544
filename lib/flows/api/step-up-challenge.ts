import type { AuthenticationDemand } from '../../errors.js'

/** One challenge of a `WWW-Authenticate` header: the scheme and its parameters, both in lower case. */
interface Challenge {
  scheme: string
  params: Map<string, string>
}

/**
 * The login that an API demands, where its answer says so. It is another server's text: what cannot be passed on is
 * left out.
 * @param header the values of `WWW-Authenticate`, joined by commas
 * @see RFC 9470 section 3
 */
export function demandedAuthentication (header: string | null): AuthenticationDemand | undefined {
  // Most refusals are about something else.
  if (header?.includes('insufficient_user_authentication') !== true) return undefined
  const params = readChallenges(header).find(({ scheme, params }) =>
    (scheme === 'bearer' || scheme === 'dpop') && params.get('error') === 'insufficient_user_authentication'
  )?.params
  if (params === undefined) return undefined
  const maxAge = params.get('max_age') ?? ''
  const acrValues = params.get('acr_values') ?? ''
  return {
    maxAge: /^\d{1,9}$/.test(maxAge) ? Number(maxAge) : undefined,
    acrValues: /^[\x21-\x7e]+(?: [\x21-\x7e]+)*$/.test(acrValues) && acrValues.length <= 1000 ? acrValues : undefined
  }
}

const SEPARATOR = /[ \t,]*/y
const SCHEME = /[\w!#$%&'*+.^`|~-]+(?:[ \t]+|(?=,|$))/y
const PARAM = /([\w!#$%&'*+.^`|~-]+)[ \t]*=[ \t]*(?:"((?:[^"\\]|\\.)*)"|([\w!#$%&'*+.^`|~-]+))(?=[ \t]*(?:,|$))/y
const TOKEN68 = /[\w.~+/-]+=*(?=[ \t]*(?:,|$))/y

/** Reads as far as the header is well-formed. @see RFC 9110 section 11.6.1 */
function readChallenges (header: string): Challenge[] {
  const challenges: Challenge[] = []
  let at = 0
  const next = (pattern: RegExp): RegExpExecArray | null => {
    pattern.lastIndex = at
    const found = pattern.exec(header)
    if (found !== null) at = pattern.lastIndex
    return found
  }
  next(SEPARATOR)
  while (at < header.length) {
    const [, name, quoted, plain = ''] = next(PARAM) ?? []
    if (name === undefined) {
      const scheme = next(SCHEME)
      if (scheme === null) break
      challenges.push({ scheme: scheme[0].trim().toLowerCase(), params: new Map() })
      if (!isParam(header, at)) next(TOKEN68)
    } else {
      const params = challenges.at(-1)?.params
      const value = quoted?.replace(/\\(.)/g, '$1') ?? plain
      if (params?.has(name.toLowerCase()) === false) params.set(name.toLowerCase(), value)
    }
    next(SEPARATOR)
  }
  return challenges
}

function isParam (header: string, at: number): boolean {
  PARAM.lastIndex = at
  return PARAM.test(header)
}
