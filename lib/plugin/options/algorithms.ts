import type { IdTokenAlgorithm } from '../../../types/options.js'

/** The algorithms an ID token may be signed with. */
export const SYMMETRIC_AND_ASYMMETRIC = ['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512', 'ES256', 'ES384',
  'EdDSA', 'HS256'] as const
/** Those of them that need no shared secret. */
export const ASYMMETRIC = SYMMETRIC_AND_ASYMMETRIC.slice(0, -1) as readonly Exclude<IdTokenAlgorithm, 'HS256'>[]
