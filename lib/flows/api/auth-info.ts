import { scopesOf } from '../../tokens/claims.js'
import type { AccessTokenClaims, AuthInfo } from '../../../types/tokens.js'
import type { PluginContext, RequestContext } from '../context.js'
import { permissionsOf } from './permissions.js'
import { metadataPath, resourceAudience, resourceOrigin } from './resource.js'

/**
 * The caller of a request as the MCP SDK's servers take it; `undefined` without a verified access token. It has the
 * scopes that guards count.
 */
export function authInfo ({ config }: PluginContext, request: RequestContext): AuthInfo | undefined {
  const { bearerToken, resource } = request
  if (bearerToken === undefined) return undefined
  const { token, claims } = bearerToken
  const base = (): ReturnType<RequestContext['appBase']> => request.appBase()
  const known = resource === undefined ? [] : resourceAudience(resource, base)
  const own = audienceOf(claims, known)
  return {
    token,
    clientId: claims.client_id ?? claims.azp ?? '',
    scopes: [...new Set([...scopesOf(claims.scope, config.api.scopeLists === true), ...permissionsOf(claims)])],
    expiresAt: claims.exp,
    ...(own !== undefined && { resource: own }),
    ...(resource !== undefined && { resourceMetadataUrl: resourceOrigin(resource, base) + metadataPath(resource) }),
    extra: claims
  }
}

/** The audience the token was taken for: the resource's own, else the first that is the URL of an API. */
function audienceOf ({ aud, iss }: AccessTokenClaims, known: readonly string[]): URL | undefined {
  const audiences = [aud].flat()
  const found = audiences.find(audience => known.includes(audience) && URL.canParse(audience)) ??
    audiences.find(audience => audience !== `${iss}userinfo` && URL.canParse(audience))
  return found === undefined ? undefined : new URL(found)
}
