import { InvalidArgumentError } from '../../errors.js'

/** The scopes of a space-separated list, each once, in order. */
export function splitScope (scope: string | undefined): string[] {
  if (scope === undefined) return []
  if (typeof scope !== 'string') throw new InvalidArgumentError('scope', 'The argument "scope" must be a string.')
  return [...new Set(scope.split(/\s+/).filter(Boolean))]
}

/** Joins scope lists without repeating one. */
export function joinScopes (...lists: (string | undefined)[]): string {
  return [...new Set(lists.flatMap(splitScope))].join(' ')
}

/** Whether every scope of `wanted` is in `held`. */
export function includesScopes (held: string, wanted: string): boolean {
  const have = new Set(splitScope(held))
  return splitScope(wanted).every(scope => have.has(scope))
}

const LOGIN_SCOPE = 'openid profile email offline_access'

/** The scopes a login for `audience` asks for: always with `openid`. */
export function loginScope (scope: string | Readonly<Record<string, string>>, audience: string | undefined): string {
  if (typeof scope === 'string') return joinScopes('openid', scope)
  return joinScopes(LOGIN_SCOPE, scopesOf(scope, audience))
}

/** The scopes configured for calls to `audience`; empty where nothing is said. */
export function configuredScope (scope: string | Readonly<Record<string, string>>, audience: string | undefined,
  defaultAudience: string | undefined): string {
  if (typeof scope !== 'string') return scopesOf(scope, audience)
  return audience === defaultAudience ? scope : ''
}

function scopesOf (map: Readonly<Record<string, string>>, audience: string | undefined): string {
  const key = audience ?? 'default'
  return Object.hasOwn(map, key) ? map[key]! : ''
}
