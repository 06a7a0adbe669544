import { randomBytes } from 'node:crypto'
import type { TenantContext } from '../engine/context.js'
import { empty, json, type TenantAnswer } from '../engine/exchange.js'
import { profileClaims, profileFields, type StoredUser } from '../login/users.js'
import { findConnection } from './connections.js'
import { change, documentOf, mergeMetadata, selectFields, type Fields } from './documents.js'
import {
  del, existing, get, invalidBody, managementError, patch, post, requiredText, type ManagementCall,
  type ManagementEndpoint
} from './endpoint.js'
import { answerList } from './paging.js'
import { readSearch, valueAt } from './search.js'

const fields: Fields = {
  ...profileFields,
  email_verified: 'emailVerified',
  blocked: 'blocked',
  user_metadata: 'userMetadata',
  app_metadata: 'appMetadata'
}
/** What a body says about a login rather than about the user. */
const loginFields = new Set(['connection', 'password', 'user_id', 'verify_email', 'verify_phone_number', 'client_id'])

/** A user as the API shows it. */
export function userDocument (user: StoredUser): Record<string, unknown> {
  const { sub, ...profile } = profileClaims(user)
  const [provider, id] = user.sub.split(/\|(.*)/su)
  const first = { connection: user.connection, provider, user_id: id, isSocial: provider !== 'auth0' }
  const linked = user.identities.map(({ connection, userId, provider: linkedProvider = connection }) => ({
    connection,
    provider: linkedProvider,
    user_id: userId,
    isSocial: linkedProvider !== 'auth0'
  }))
  return {
    user_id: sub,
    ...profile,
    created_at: user.updatedAt,
    ...documentOf(user, fields),
    identities: [first, ...linked]
  }
}

/** What lists of members show of a user. */
export function memberDocument (user: StoredUser): Record<string, unknown> {
  const { user_id: id, email, name, picture } = userDocument(user)
  return { user_id: id, email, name, picture }
}

/** The user with an id: that of the call's path unless given. */
export function userOf ({ tenant, params }: ManagementCall, id = params.id): StoredUser {
  return existing(tenant.users.bySub(id), 'The user does not exist.', 'inexistent_user')
}

/** Adds a user as a body or a line of an import says. */
export function createUser (call: Pick<ManagementCall, 'tenant' | 'state'>,
  given: Readonly<Record<string, unknown>>): StoredUser {
  const { tenant } = call
  const connection = findConnection(call, given.connection)
  if (connection === undefined) throw managementError(400, 'The connection does not exist.', 'inexistent_connection')
  const names = [given.email, given.username, given.phone_number].filter(name => typeof name === 'string')
  if (names.length === 0) throw invalidBody('Missing required property: email')
  if (connection.strategy === 'auth0' && typeof given.password !== 'string' && given.password_hash === undefined) {
    throw invalidBody('Missing required property: password')
  }
  const id = typeof given.user_id === 'string' ? given.user_id : randomBytes(12).toString('hex')
  const sub = `${connection.strategy === 'auth0' ? 'auth0' : connection.name}|${id}`
  if (names.some(name => tenant.users.find(name)?.connection === connection.name) ||
    tenant.users.bySub(sub) !== undefined) throw managementError(409, 'The user already exists.', 'auth0_idp_error')
  const user = tenant.users.add({
    sub,
    connection: connection.name,
    emailVerified: false,
    ...(typeof given.password === 'string' && { password: given.password })
  })
  changeUser(tenant, user, given)
  return user
}

/** Changes a user as a body says. */
export function changeUser (tenant: TenantContext, user: StoredUser, changes: Readonly<Record<string, unknown>>): void {
  const { user_metadata: userMetadata, app_metadata: appMetadata, ...rest } = changes
  change(user, fields, Object.fromEntries(Object.entries(rest).filter(([name]) => !loginFields.has(name))))
  if (userMetadata !== undefined) {
    change(user, fields, { user_metadata: mergeMetadata(user.userMetadata, userMetadata) })
  }
  if (appMetadata !== undefined) change(user, fields, { app_metadata: mergeMetadata(user.appMetadata, appMetadata) })
  user.updatedAt = new Date(tenant.now() * 1000).toISOString()
}

function listUsers (call: ManagementCall): TenantAnswer {
  const { tenant, query } = call
  const [, sortBy, direction] = /^([\w.]+):(-?1)$/u.exec(query.get('sort') ?? '') ?? []
  const search = query.get('q')
  if (search === null && sortBy === undefined) {
    return answerList(call, tenant.users.list, { key: 'users' }, userDocument)
  }
  const documents = tenant.users.list.map(userDocument).filter(search === null ? () => true : readSearch(search))
  if (sortBy !== undefined) {
    const path = sortBy.split('.')
    const text = (document: Record<string, unknown>): string => String(valueAt(document, path) ?? '')
    documents.sort((a, b) => Number(direction) * text(a).localeCompare(text(b)))
  }
  return answerList(call, documents, { key: 'users' })
}

/** Users: whom the API adds can log in. */
export const users: readonly ManagementEndpoint[] = [
  get('/users', 'read:users read:user_idp_tokens', listUsers),
  post('/users', 'create:users', 'Create a User', call => {
    requiredText(call, 'connection')
    return json(201, userDocument(createUser(call, call.body)))
  }),
  get('/users-by-email', 'read:users', ({ tenant, query }) =>
    json(200, tenant.users.list.filter(({ email }) =>
      email === query.get('email')
    ).map(user => selectFields(userDocument(user), query)))),
  get('/users/:id', 'read:users read:current_user read:user_idp_tokens',
    call => json(200, selectFields(userDocument(userOf(call)), call.query))),
  patch('/users/:id', 'update:users update:users_app_metadata update:current_user_metadata', 'Update a User', call => {
    const user = userOf(call)
    if (typeof call.body.password === 'string') user.password = call.body.password
    changeUser(call.tenant, user, call.body)
    return json(200, userDocument(user))
  }),
  {
    ...del('/users/:id', 'delete:users delete:current_user', 'Delete a User', ({ tenant, params }) => {
      const at = tenant.users.list.findIndex(({ sub }) => sub === params.id)
      if (at !== -1) tenant.users.list.splice(at, 1)
      return empty(204)
    }),
    event ({ tenant, params }) {
      const user = tenant.users.bySub(params.id)
      return user && {
        type: 'sdu',
        user_id: user.sub,
        user_name: user.email ?? user.username ?? user.phoneNumber,
        connection: user.connection
      }
    }
  }
]
