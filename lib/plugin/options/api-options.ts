import { parseDomain } from '../../authentication/server/authorization-server.js'
import type { ApiOptions, IdTokenAlgorithm } from '../../../types/options.js'
import { ASYMMETRIC } from './algorithms.js'
import { apiAudience, stringList } from './lists.js'
import { resources } from './resources.js'
import { callable, count, flag, members, oneOf, refuseOption, seconds, text, type Rule } from './rules.js'

const algorithmList: Rule<readonly Exclude<IdTokenAlgorithm, 'HS256'>[]> = (value, option) =>
  Array.isArray(value) && value.length > 0 && value.every(v => (ASYMMETRIC as readonly string[]).includes(v as string))
    ? value as Exclude<IdTokenAlgorithm, 'HS256'>[]
    : refuseOption(option, value, `a list of ${ASYMMETRIC.join(', ')}`)

/** A key of HS256 must be as long as its hash. @see RFC 7518 section 3.2 */
const apiSecret: Rule<string> = (value, option) =>
  typeof value === 'string' && Buffer.byteLength(value) >= 32
    ? value
    : refuseOption(option, value, 'a string of at least 32 characters')

/** `api`: what `requireToken` accepts. */
export const apiOptions = members({
  audience: apiAudience,
  issuers: (value: unknown, option: string) =>
    typeof value === 'function'
      ? value as Extract<ApiOptions['issuers'], (...args: never[]) => unknown>
      : stringList(value, option).map(issuer => parseDomain(issuer, option).issuer),
  secret: apiSecret,
  mtls: callable<NonNullable<ApiOptions['mtls']>>,
  claims: members({ authTime: text, acr: text }),
  signingAlgs: algorithmList,
  cacheEntries: count(0, 1_000_000),
  strictType: flag,
  scopeLists: flag,
  dpop: oneOf('allowed', 'required', 'disabled'),
  dpopProofAge: seconds(30, 3600),
  dpopNonce: flag,
  scopes: stringList,
  resources
})
