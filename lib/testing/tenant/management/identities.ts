import { json } from '../engine/exchange.js'
import type { StoredUser } from '../login/users.js'
import { del, invalidBody, managementError, post, type ManagementCall, type ManagementEndpoint } from './endpoint.js'
import { userDocument, userOf } from './users.js'

/** The account that a body names: by provider and id, or by an ID token of it. */
async function secondaryOf (call: ManagementCall): Promise<StoredUser> {
  const { tenant, body: { provider, user_id: id, link_with: idToken } } = call
  const claims = typeof idToken === 'string' ? (await tenant.keys.open(idToken))?.payload : undefined
  if (idToken !== undefined && (claims === undefined || Number(claims.exp) <= tenant.now())) {
    throw invalidBody('The ID token of link_with is not valid')
  }
  const named = typeof provider === 'string' && (typeof id === 'string' || typeof id === 'number')
  if (claims === undefined && !named) throw invalidBody('Missing required property: provider, user_id or link_with')
  // Auth0 takes the whole user id as well.
  const name = String(id).startsWith(`${String(provider)}|`) ? String(id) : `${String(provider)}|${String(id)}`
  return userOf(call, claims === undefined ? name : String(claims.sub))
}

/** Accounts that are linked to a user. */
export const identities: readonly ManagementEndpoint[] = [
  post('/users/:id/identities', 'update:users update:current_user_identities', 'Link a user account', async call => {
    const primary = userOf(call)
    const secondary = await secondaryOf(call)
    if (primary === secondary) {
      throw managementError(400, 'Main and secondary accounts are the same.', 'identity_conflict')
    }
    const { users } = call.tenant
    users.list.splice(users.list.indexOf(secondary), 1)
    const [provider = '', userId = ''] = secondary.sub.split(/\|(.*)/su)
    primary.identities.push({ connection: secondary.connection, provider, userId }, ...secondary.identities)
    users.linked.set(secondary.sub, secondary)
    return json(201, userDocument(primary).identities)
  }),
  del('/users/:id/identities/:provider/:identity', 'update:users update:current_user_identities',
    'Unlink a user account', call => {
      const { tenant, params } = call
      const primary = userOf(call)
      const gone = primary.identities.find(({ userId, connection, provider = connection }) =>
        userId === params.identity && provider === params.provider
      )
      if (gone === undefined) {
        throw managementError(400, 'The identity does not belong to the user, or is the main one.', 'invalid_identity')
      }
      primary.identities = primary.identities.filter(identity => identity !== gone)
      // A user of its own again.
      const sub = `${params.provider}|${gone.userId}`
      if (tenant.users.bySub(sub) === undefined) {
        tenant.users.add({ ...tenant.users.linked.get(sub), sub, connection: gone.connection, identities: [] })
        tenant.users.linked.delete(sub)
      }
      return json(200, userDocument(primary).identities)
    })
]
