import { empty, json } from '../engine/exchange.js'
import { methodsOf } from '../mfa/authentication-methods.js'
import { addAuthenticator } from '../mfa/authenticators.js'
import type { Authenticator, StoredUser } from '../login/users.js'
import { invalidBody, managementError, requiredText } from './endpoint.js'
import type { ManagementCall, ManagementEndpoint } from './endpoint.js'
import { answerList } from './paging.js'
import { userOf } from './users.js'

const path = '/users/:id/authentication-methods'

function methodOf (call: ManagementCall): Record<string, unknown> {
  const method = methodsOf(userOf(call)).find(({ id }) => id === call.params.method)
  if (method === undefined) throw managementError(404, 'Authentication method not found.', 'inexistent_method')
  return method
}

/** Adds the factor that a body or one item of a list describes; it needs no proof. */
function add (user: StoredUser, given: Readonly<Record<string, unknown>>): Authenticator {
  const { type, phone_number: phone, email, totp_secret: secret, preferred_authentication_method: preferred } = given
  const text = (value: unknown, name: string): string => {
    if (typeof value !== 'string' || value === '') throw invalidBody(`Missing required property: ${name}`)
    return value
  }
  const added = ((): Authenticator => {
    switch (type) {
      case 'phone':
        return addAuthenticator(user, {
          type: preferred === 'voice' ? 'voice' : 'sms',
          target: text(phone, 'phone_number')
        })
      case 'email':
        return addAuthenticator(user, { type, target: text(email, 'email') })
      case 'totp':
        return addAuthenticator(user, { type: 'otp', secret: text(secret, 'totp_secret') })
      default:
        throw invalidBody(`The local tenant adds phone, email and totp, not ${String(type)}`)
    }
  })()
  added.active = true
  return added
}

function remove (user: StoredUser, gone: (id: unknown) => boolean): void {
  user.passkeys = user.passkeys.filter(passkey => !gone(`passkey|${passkey.id}`))
  user.authenticators = user.authenticators.filter(({ id }) => !gone(id))
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
export const authenticationMethods: readonly ManagementEndpoint[] = [{
  method: 'GET',
  path,
  scopes: ['read:authentication_methods'],
  handle: call => answerList(call, methodsOf(userOf(call)), { key: 'authenticators' })
}, {
  method: 'POST',
  path,
  scopes: ['create:authentication_methods'],
  says: 'Create an authentication method',
  handle (call) {
    requiredText(call, 'type')
    const { id } = add(userOf(call), call.body)
    return json(201, methodOf({ ...call, params: { ...call.params, method: id } }))
  }
}, {
  method: 'PUT',
  path,
  scopes: ['update:authentication_methods'],
  says: 'Replace the authentication methods of a user',
  handle (call) {
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
  }
}, {
  method: 'DELETE',
  path,
  scopes: ['delete:authentication_methods'],
  says: 'Delete the authentication methods of a user',
  handle (call) {
    remove(userOf(call), () => true)
    return empty(204)
  }
}, {
  method: 'GET',
  path: `${path}/:method`,
  scopes: ['read:authentication_methods'],
  handle: call => json(200, methodOf(call))
}, {
  method: 'PATCH',
  path: `${path}/:method`,
  scopes: ['update:authentication_methods'],
  says: 'Update an authentication method',
  handle (call) {
    const { key_id: keyId, id } = methodOf(call)
    const { name, preferred_authentication_method: preferred } = call.body
    const user = userOf(call)
    for (const passkey of user.passkeys) if (passkey.id === keyId && typeof name === 'string') passkey.name = name
    for (const authenticator of user.authenticators) {
      if (authenticator.id === id && (preferred === 'sms' || preferred === 'voice')) authenticator.type = preferred
    }
    return json(200, methodOf(call))
  }
}, {
  method: 'DELETE',
  path: `${path}/:method`,
  scopes: ['delete:authentication_methods'],
  says: 'Delete an authentication method',
  handle (call) {
    const { id } = methodOf(call)
    remove(userOf(call), other => other === id)
    return empty(204)
  }
}, {
  method: 'DELETE',
  path: '/users/:id/authenticators',
  scopes: ['delete:guardian_enrollments'],
  says: 'Delete the authenticators of a user',
  handle (call) {
    userOf(call).authenticators = []
    return empty(204)
  }
}, {
  method: 'GET',
  path: '/users/:id/enrollments',
  scopes: ['read:users', 'read:current_user'],
  handle: call => json(200, userOf(call).authenticators.map(enrollment))
}, {
  method: 'GET',
  path: '/guardian/enrollments/:id',
  scopes: ['read:guardian_enrollments'],
  handle: call => json(200, enrollment(enrolled(call).authenticator))
}, {
  method: 'DELETE',
  path: '/guardian/enrollments/:id',
  scopes: ['delete:guardian_enrollments'],
  says: 'Delete a Guardian enrollment',
  handle (call) {
    const { user, authenticator } = enrolled(call)
    remove(user, id => id === authenticator.id)
    return empty(204)
  }
}]
