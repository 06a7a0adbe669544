import type { Feature, TenantContext } from '../engine/context.js'
import type { TenantRequest } from '../engine/exchange.js'
import type { Route } from '../engine/route.js'
import { authenticationMethods } from './authentication-methods.js'
import { clients } from './clients.js'
import { collections } from './collections.js'
import { connections } from './connections.js'
import { managementError, type ManagementEndpoint } from './endpoint.js'
import { grants } from './grants.js'
import { identities } from './identities.js'
import { invitations } from './invitations.js'
import { exportRoutes, jobs } from './jobs.js'
import { addLog, logs } from './logs.js'
import { members } from './members.js'
import { isForAnother, notServed } from './operations.js'
import { organizations } from './organizations.js'
import { resourceServers } from './resource-servers.js'
import { roles } from './roles.js'
import { sessions } from './sessions.js'
import { settings } from './settings.js'
import { createState, type ManagementState } from './state.js'
import { ticketRoutes, tickets } from './tickets.js'
import { userBlocks } from './user-blocks.js'
import { rolePermissions, userPermissions } from './user-permissions.js'
import { users } from './users.js'

const endpoints: readonly ManagementEndpoint[] = [
  ...users,
  ...userPermissions,
  ...identities,
  ...sessions,
  ...authenticationMethods,
  ...userBlocks,
  ...resourceServers,
  ...roles,
  ...organizations,
  ...members,
  ...invitations,
  ...connections,
  ...clients,
  ...grants,
  ...tickets,
  ...jobs,
  ...logs,
  ...collections,
  ...settings
]

/** Where the Management API is. */
const root = '/api/v2/'

const identifierOf = ({ issuer }: TenantContext): string => `${issuer}api/v2/`

/** Checks the access token of a call and returns whose it is. */
async function authorize (tenant: TenantContext, { headers }: TenantRequest,
  scopes: readonly string[]): Promise<string> {
  const token = /^Bearer (\S+)$/iu.exec(headers.authorization ?? '')?.[1]
  if (token === undefined) throw managementError(401, 'Missing authentication')
  const claims = (await tenant.keys.open(token))?.payload
  if (claims === undefined || ![claims.aud].flat().includes(identifierOf(tenant))) {
    throw managementError(401, 'Invalid token')
  }
  if (Number(claims.exp) <= tenant.now()) {
    throw managementError(401, 'Expired token received for JSON Web Token validation')
  }
  const granted = String(claims.scope ?? '').split(' ')
  if (!scopes.some(scope => granted.includes(scope))) {
    throw managementError(403, `Insufficient scope, expected any of: ${scopes.join(',')}`, 'insufficient_scope')
  }
  return String(claims.azp)
}

function routeOf (tenant: TenantContext, state: ManagementState,
  { method, path, scopes, says, event, handle }: ManagementEndpoint): Route {
  return {
    method,
    path: `/api/v2${path}`,
    async handle (request, params) {
      const called = request.path.slice(root.length - 1)
      if (isForAnother(method, called, path)) throw notServed(method, called)
      const clientId = await authorize(tenant, request, scopes)
      const call = {
        tenant,
        state,
        request,
        params,
        query: new URL(request.url).searchParams,
        body: request.body,
        clientId
      }
      // Asked before the change, which may take away what the event tells of.
      const told = event?.(call)
      const answer = await handle(call)
      if (told !== undefined) addLog(tenant, state, { client_id: clientId, ...told })
      if (says !== undefined) addLog(tenant, state, { type: 'sapi', description: says, client_id: clientId })
      return answer
    }
  }
}

/** The Management API, in memory: what it changes is what the tenant is. */
export const management: Feature = {
  install (tenant) {
    tenant.resourceServers.push({
      identifier: identifierOf(tenant),
      name: 'Auth0 Management API',
      scopes: [...new Set(endpoints.flatMap(({ scopes }) => scopes))]
    })
  },
  routes (tenant) {
    const state = createState()
    tenant.permissionSources.push(rolePermissions(state))
    tenant.rules.push(({ client, user, facts }) =>
      addLog(tenant, state, {
        type: facts.delegated ? 'sdel' : 's',
        user_id: user.sub,
        user_name: user.email ?? user.username ?? user.phoneNumber,
        connection: user.connection,
        client_id: client.clientId,
        client_name: client.name
      })
    )
    return [...endpoints.map(endpoint => routeOf(tenant, state, endpoint)), ...ticketRoutes(tenant, state),
      ...exportRoutes(tenant, state)]
  },
  before (request) {
    if (!request.path.startsWith(root)) return request
    throw notServed(request.method, request.path.slice(root.length - 1))
  }
}
