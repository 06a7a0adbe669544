import { peekClaims } from '../../tokens/compact.js'
import { isStringList } from '../../tokens/claim-rules.js'
import type { Awaitable, SessionRecord } from '../../../types/stores.js'
import { getAccessToken } from '../tokens/access-token.js'
import type { PluginContext, RequestContext } from '../context.js'

const MAX_LENGTH = 65_536

/** The `permissions` among some claims; none unless it is a list of strings. */
export function permissionsOf ({ permissions }: Readonly<Record<string, unknown>>): readonly string[] {
  return isStringList(permissions) ? permissions : []
}

/**
 * The permissions of a session's user: of the claims where an application has put them there, else of the access token
 * for the configured audience, which is where Auth0 says them (RBAC, "Add Permissions in the Access Token"); renewed
 * when it has run out.
 * @throws AccessTokenError when there is no such token and none can be had
 */
export function sessionPermissions (context: PluginContext, request: RequestContext,
  { user }: SessionRecord): Awaitable<readonly string[]> {
  if (user.permissions !== undefined || context.config.audience === undefined) return permissionsOf(user)
  return getAccessToken(context, request).then(({ accessToken }) =>
    isJwt(accessToken) ? permissionsOf(peekClaims(accessToken, MAX_LENGTH)) : []
  )
}

function isJwt (token: string): boolean {
  return token.split('.', 4).length === 3
}
