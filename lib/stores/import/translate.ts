import type { UserClaims } from '../../../types/session.js'
import type { SessionData } from '../../../types/stores.js'
import type { ImportedSession } from './imported-session.js'

/** What making a session of ours takes. */
export interface TranslateOptions {
  /** Epoch seconds. */
  now: () => number
  /** The tenant, where there is one only. */
  issuer: string | undefined
  /** Makes the user's claims from those of an ID token. */
  userOf: (claims: Record<string, unknown>) => UserClaims
  keepIdToken: boolean
  keepConnectionTokens: boolean
}

/** A session of another library as one of ours; `undefined` for one of another tenant, or of nobody. */
export function translate (found: ImportedSession, id: string, options: TranslateOptions): SessionData | undefined {
  const { claims } = found
  const issuer = typeof claims.iss === 'string'
    ? claims.iss
    : found.domain === undefined ? options.issuer : `https://${found.domain}/`
  if (typeof claims.sub !== 'string' || issuer === undefined || !URL.canParse(issuer) ||
    (options.issuer !== undefined && issuer !== options.issuer)) return undefined
  return {
    record: {
      id,
      version: 1,
      user: options.userOf(claims),
      domain: new URL(issuer).host,
      issuer,
      createdAt: found.createdAt,
      updatedAt: options.now(),
      ...(found.sid !== undefined && { sid: found.sid }),
      ...(found.ceiling !== undefined && { ceiling: found.ceiling }),
      ...(Object.keys(found.custom).length > 0 && { custom: found.custom })
    },
    tokens: {
      id,
      version: 1,
      tokenSets: found.tokenSets,
      connectionTokenSets: options.keepConnectionTokens ? found.connectionTokenSets : [],
      ...(found.refreshToken !== undefined && { refreshToken: found.refreshToken }),
      ...(typeof claims.nonce === 'string' && { nonce: claims.nonce }),
      ...(options.keepIdToken && found.idToken !== undefined && { idToken: found.idToken })
    }
  }
}
