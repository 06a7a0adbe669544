import { parseDomain } from '../../authentication/server/authorization-server.js'
import type { IdTokenAlgorithm } from '../../../types/options.js'
import { ASYMMETRIC } from './algorithms.js'
import { apiAudience, stringList } from './lists.js'
import { resources } from './resources.js'
import { count, flag, members, oneOf, refuseOption, seconds, type Rule } from './rules.js'

const algorithmList: Rule<readonly Exclude<IdTokenAlgorithm, 'HS256'>[]> = (value, option) =>
  Array.isArray(value) && value.length > 0 && value.every(v => (ASYMMETRIC as readonly string[]).includes(v as string))
    ? value as Exclude<IdTokenAlgorithm, 'HS256'>[]
    : refuseOption(option, value, `a list of ${ASYMMETRIC.join(', ')}`)

/** `api`: what `requireToken` accepts. */
export const apiOptions = members({
  audience: apiAudience,
  issuers: (value: unknown, option: string) =>
    stringList(value, option).map(issuer => parseDomain(issuer, option).issuer),
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
