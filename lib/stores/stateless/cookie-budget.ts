import { SessionTooLargeError } from '../../errors.js'
import type { SessionTokens, SessionData } from '../../../types/stores.js'

/**
 * Bytes the cookies of a session and of logins under way may take of the Cookie header together; proxies commonly take
 * 8 KiB per line.
 */
export const COOKIE_BUDGET = 8192

/** From here on the application is warned. */
export const COOKIE_BUDGET_WARNING = COOKIE_BUDGET * 0.75

/** What a part of a session weighs. */
interface PartSize {
  part: string
  bytes: number
}

/** Tokens as they go into their cookie, and what had to be left out. */
export interface FittedTokens {
  sealed: string
  dropped: string[]
  /** Bytes the session needs with all of its tokens. */
  needed: number
  /** Bytes it takes now. */
  bytes: number
}

/**
 * Seals a session's tokens, without as many of those that can be had again as the budget asks for.
 * @param seal gives an empty text for no tokens
 * @param sizeOf bytes of the whole session in a Cookie header with these sealed tokens
 * @throws SessionTooLargeError
 */
export function fitTokens (session: SessionData, seal: (tokens: SessionTokens) => string,
  sizeOf: (sealed: string) => number, how: { audience: string | undefined, now: number }): FittedTokens {
  let sealed = seal(session.tokens)
  let bytes = sizeOf(sealed)
  const needed = bytes
  const dropped: string[] = []
  if (needed > COOKIE_BUDGET) {
    for (const smaller of slimmed(session.tokens, how)) {
      sealed = seal(smaller.tokens)
      bytes = sizeOf(sealed)
      dropped.push(smaller.dropped)
      if (bytes <= COOKIE_BUDGET) break
    }
    if (bytes > COOKIE_BUDGET) throw tooLarge(needed, session)
  }
  return { sealed, dropped, needed, bytes }
}

interface Droppable {
  rank: number
  expiresAt: number
  part: string
  without: (tokens: SessionTokens) => SessionTokens
}

/**
 * Ever smaller copies of a session's tokens, each without one more token that can be had again:
 * access tokens of other audiences first, then tokens of connections, then the login's own access token;
 * of equals the one that expires first.
 */
export function * slimmed (tokens: SessionTokens,
  { audience, now }: { audience: string | undefined, now: number }
): Generator<{ tokens: SessionTokens, dropped: string }> {
  const replaceable = tokens.refreshToken !== undefined
  const droppable: Droppable[] = [
    ...tokens.tokenSets.map(set => ({
      rank: set.audience === audience ? 3 : 1,
      expiresAt: set.expiresAt,
      part: accessTokenPart(set.audience),
      without: (from: SessionTokens) => ({ ...from, tokenSets: from.tokenSets.filter(one => one !== set) })
    })),
    ...tokens.connectionTokenSets.map(set => ({
      rank: 2,
      expiresAt: set.expiresAt,
      part: connectionTokenPart(set.connection),
      without: (from: SessionTokens) => ({
        ...from,
        connectionTokenSets: from.connectionTokenSets.filter(one => one !== set)
      })
    }))
  ].filter(({ expiresAt }) => replaceable || (expiresAt !== 0 && expiresAt <= now))
  droppable.sort((a, b) => a.rank - b.rank || a.expiresAt - b.expiresAt)
  let left = tokens
  for (const { part, without } of droppable) {
    left = without(left)
    yield { tokens: left, dropped: part }
  }
}

/** What weighs what in a session, the heaviest first. */
export function weigh ({ record, tokens }: SessionData): PartSize[] {
  const parts: [part: string, value: unknown][] = [
    ...membersOf('user', record.user),
    ...membersOf('custom', record.custom ?? {}),
    ['authorizationDetails', record.authorizationDetails],
    ['refreshToken', tokens.refreshToken],
    ['idToken', tokens.idToken],
    ...tokens.tokenSets.map((set): [string, unknown] => [accessTokenPart(set.audience), set]),
    ...tokens.connectionTokenSets.map((set): [string, unknown] => [connectionTokenPart(set.connection), set])
  ]
  return parts
    .map(([part, value]) => ({ part, bytes: Buffer.byteLength(JSON.stringify(value) ?? '') }))
    .filter(({ bytes }) => bytes > 0)
    .sort((a, b) => b.bytes - a.bytes)
}

function membersOf (part: string, object: object): [part: string, value: unknown][] {
  return Object.entries(object).map(([name, value]) => [`${part}[${JSON.stringify(name)}]`, value])
}

/** The error for a session that no dropping can make fit. */
function tooLarge (bytes: number, session: SessionData): SessionTooLargeError {
  const sizes = weigh(session)
  const heaviest = sizes.slice(0, 3).map(({ part, bytes }) => `${part} ${bytes}`).join(', ')
  return new SessionTooLargeError(
    `The session needs ${bytes} bytes of cookies and may have ${COOKIE_BUDGET}. The heaviest parts: ${heaviest}. ` +
      'Keep less in it, or set "sessionStore".',
    sizes
  )
}

function accessTokenPart (audience: string | undefined): string {
  return `accessToken[${JSON.stringify(audience ?? '')}]`
}

function connectionTokenPart (connection: string): string {
  return `connectionToken[${JSON.stringify(connection)}]`
}
