import { empty, json } from '../engine/exchange.js'
import { changeMethod, methodsOf, removeMethods } from '../mfa/authentication-methods.js'
import { addAuthenticator } from '../mfa/authenticators.js'
import type { Authenticator, StoredUser } from '../login/users.js'
import {
  del, existing, get, invalidBody, managementError, patch, post, put, requiredText, type ManagementCall,
  type ManagementEndpoint
} from './endpoint.js'
import { answerList } from './paging.js'
import { userOf } from './users.js'

const path = '/users/:id/authentication-methods'

function methodOf (call: ManagementCall): Record<string, unknown> {
  return existing(methodsOf(userOf(call)).find(({ id }) => id === call.params.method),
    'Authentication method not found.', 'inexistent_method')
}

/** Adds the factor that a body or one item of a list describes; it needs no proof. */
function add (user: StoredUser, given: Readonly<Record<string, unknown>>): Authenticator {
  const { type, preferred_authentication_method: preferred } = given
  const text = (name: string): string => requiredText({ body: given }, name)
  const added = ((): Authenticator => {
    switch (type) {
      case 'phone':
        return addAuthenticator(user, { type: preferred === 'voice' ? 'voice' : 'sms', target: text('phone_number') })
      case 'email':
        return addAuthenticator(user, { type, target: text('email') })
      case 'totp':
        return addAuthenticator(user, { type: 'otp', secret: text('totp_secret') })
      default:
        throw invalidBody(`The local tenant adds phone, email and totp, not ${String(type)}`)
    }
  })()
  added.active = true
  return added
}

function enrollment ({ id, active, target, type }: Authenticator): Record<string, unknown> {
  return {
    id,
    status: active ? 'confirmed' : 'pending',
    type: type === 'otp' ? 'authenticator' : type,
    ...(type === 'sms' || type === 'voice' ? { phone_number: target } : { identifier: target })
  }
}

function enrolled ({ tenant, params }: ManagementCall): { user: StoredUser, authenticator: Authenticator } {
  for (const user of tenant.users.list) {
    const authenticator = user.authenticators.find(({ id }) => id === params.id)
    if (authenticator !== undefined) return { user, authenticator }
  }
  throw managementError(404, 'The enrollment does not exist.', 'enrollment_not_found')
}

/** Authentication methods of users, and Guardian's view of them: the enrollments. */
export const authenticationMethods: readonly ManagementEndpoint[] = [
  get(path, 'read:authentication_methods',
    call => answerList(call, methodsOf(userOf(call)), { key: 'authenticators' })),
  post(path, 'create:authentication_methods', 'Create an authentication method', call => {
    requiredText(call, 'type')
    const { id } = add(userOf(call), call.body)
    return json(201, methodOf({ ...call, params: { ...call.params, method: id } }))
  }),
  put(path, 'update:authentication_methods', 'Replace the authentication methods of a user', call => {
    const user = userOf(call)
    const given: unknown = JSON.parse(call.request.text || 'null')
    if (!Array.isArray(given)) throw invalidBody('Expected type array')
    const before = user.authenticators
    user.authenticators = []
    try {
      for (const one of given) add(user, one)
    } catch (error) {
      user.authenticators = before
      throw error
    }
    return json(200, methodsOf(user))
  }),
  del(path, 'delete:authentication_methods', 'Delete the authentication methods of a user', call => {
    removeMethods(userOf(call), () => true)
    return empty(204)
  }),
  get(`${path}/:method`, 'read:authentication_methods', call => json(200, methodOf(call))),
  patch(`${path}/:method`, 'update:authentication_methods', 'Update an authentication method', call => {
    changeMethod(userOf(call), String(methodOf(call).id), call.body)
    return json(200, methodOf(call))
  }),
  del(`${path}/:method`, 'delete:authentication_methods', 'Delete an authentication method', call => {
    const { id } = methodOf(call)
    removeMethods(userOf(call), other => other === id)
    return empty(204)
  }),
  del('/users/:id/authenticators', 'delete:guardian_enrollments', 'Delete the authenticators of a user', call => {
    userOf(call).authenticators = []
    return empty(204)
  }),
  get('/users/:id/enrollments', 'read:users read:current_user',
    call => json(200, userOf(call).authenticators.map(enrollment))),
  get('/guardian/enrollments/:id', 'read:guardian_enrollments',
    call => json(200, enrollment(enrolled(call).authenticator))),
  del('/guardian/enrollments/:id', 'delete:guardian_enrollments', 'Delete a Guardian enrollment', call => {
    const { user, authenticator } = enrolled(call)
    removeMethods(user, id => id === authenticator.id)
    return empty(204)
  })
]
