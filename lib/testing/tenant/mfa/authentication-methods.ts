import { randomBytes } from 'node:crypto'
import type { RegistrationResponseJSON } from '@simplewebauthn/server'
import {
  addAuthenticator, addRecoveryCode, checkOutOfBand, enrollOtp, sendOutOfBand, verifyOtp
} from './authenticators.js'
import type { Feature, TenantContext } from '../engine/context.js'
import { empty, json, type TenantRequest } from '../engine/exchange.js'
import { accountError, accountRoute, invalidField, requiredField } from '../login/my-account.js'
import { creationOptions, readNewPasskey } from '../login/passkeys.js'
import type { Authenticator, Passkey, StoredUser } from '../login/users.js'

const lifetime = 300
const types: Record<Authenticator['type'], string> = {
  otp: 'totp',
  sms: 'phone',
  voice: 'phone',
  email: 'email',
  push: 'push-notification',
  'recovery-code': 'recovery-code'
}

/** An enrollment that waits for its proof. */
interface Enrollment {
  id: string
  sub: string
  expiresAt: number
  /** What the user must be shown or sent. */
  challenge: Record<string, unknown>
  /** Whether the proof is good; adds the method. */
  verify: (body: Readonly<Record<string, unknown>>) => Promise<boolean> | boolean
}

const factors = [
  { type: 'passkey', usage: ['primary'] },
  { type: 'password', usage: ['primary'] },
  { type: 'email', usage: ['secondary'] },
  { type: 'phone', usage: ['secondary'] },
  { type: 'totp', usage: ['secondary'] },
  { type: 'push-notification', usage: ['secondary'] },
  { type: 'recovery-code', usage: ['secondary'] }
]

function passkeyMethod (user: StoredUser, passkey: Passkey): Record<string, unknown> {
  return {
    id: `passkey|${passkey.id}`,
    type: 'passkey',
    created_at: passkey.createdAt,
    confirmed: true,
    usage: ['primary'],
    name: passkey.name,
    key_id: passkey.id,
    public_key: Buffer.from(passkey.publicKey).toString('base64'),
    identity_user_id: user.sub.replace(/^.*\|/u, ''),
    credential_device_type: 'single_device',
    credential_backed_up: false
  }
}

function factorMethod (user: StoredUser, { id, type, target, active }: Authenticator): Record<string, unknown> {
  const address = target === undefined
    ? {}
    : type === 'email' ? { email: target } : { phone_number: target, preferred_authentication_method: type }
  return { id, type: types[type], created_at: user.updatedAt, confirmed: active, usage: ['secondary'], ...address }
}

/** All authentication methods of a user, as the APIs show them. */
export function methodsOf (user: StoredUser): Record<string, unknown>[] {
  return [...user.passkeys.map(passkey => passkeyMethod(user, passkey)),
    ...user.authenticators.map(authenticator => factorMethod(user, authenticator))]
}

/** Gives a passkey another name, or says how the codes of a telephone are sent. */
export function changeMethod (user: StoredUser, id: string, changes: Readonly<Record<string, unknown>>): void {
  const { name, preferred_authentication_method: preferred } = changes
  const passkey = user.passkeys.find(one => `passkey|${one.id}` === id)
  if (passkey !== undefined && typeof name === 'string') passkey.name = name
  const authenticator = user.authenticators.find(one => one.id === id)
  if (authenticator !== undefined && (preferred === 'sms' || preferred === 'voice')) authenticator.type = preferred
}

/** Takes methods away, by their ids. */
export function removeMethods (user: StoredUser, gone: (id: string) => boolean): void {
  user.passkeys = user.passkeys.filter(({ id }) => !gone(`passkey|${id}`))
  user.authenticators = user.authenticators.filter(({ id }) => !gone(id))
}

function methodOf (user: StoredUser, id: string): Record<string, unknown> {
  const method = methodsOf(user).find(other => other.id === id)
  if (method === undefined) throw accountError(404, 'Not Found', 'The authentication method does not exist.')
  return method
}

function outOfBand (tenant: TenantContext, user: StoredUser, type: 'sms' | 'voice' | 'email' | 'push',
  target: string | undefined): Omit<Enrollment, 'sub' | 'expiresAt'> {
  const authenticator = addAuthenticator(user, { type, ...(target === undefined ? {} : { target }) })
  const handle = sendOutOfBand(tenant, user, authenticator)
  const challenge = type === 'push' ? { barcode_uri: `otpauth://totp/${tenant.domain}?enrollment_tx_id=${handle}` } : {}
  return {
    id: authenticator.id,
    challenge,
    verify: ({ otp_code: code }) => checkOutOfBand(tenant, user, handle, code) === 'ok'
  }
}

async function begin (tenant: TenantContext, user: StoredUser,
  request: TenantRequest): Promise<Omit<Enrollment, 'sub' | 'expiresAt'>> {
  const type = requiredField(request, 'type')
  switch (type) {
    case 'passkey': {
      const options = await creationOptions(tenant, { name: user.email ?? user.sub, displayName: user.name })
      const id = `passkey|${randomBytes(8).toString('hex')}`
      return {
        id,
        challenge: { authn_params_public_key: options },
        async verify ({ authn_response: response }) {
          const passkey = await readNewPasskey(tenant, options.challenge, response as RegistrationResponseJSON)
          if (passkey !== undefined) user.passkeys.push(passkey)
          return passkey !== undefined
        }
      }
    }
    case 'totp': {
      const { authenticator, uri } = await enrollOtp(tenant, user)
      return {
        id: authenticator.id,
        challenge: { manual_input_code: authenticator.secret, barcode_uri: uri },
        verify: ({ otp_code: code }) => verifyOtp(tenant, user, code)
      }
    }
    case 'phone':
      return outOfBand(tenant, user, request.body.preferred_authentication_method === 'voice' ? 'voice' : 'sms',
        requiredField(request, 'phone_number'))
    case 'email':
      return outOfBand(tenant, user, 'email', requiredField(request, 'email'))
    case 'push-notification':
      return outOfBand(tenant, user, 'push', undefined)
    case 'recovery-code': {
      const code = addRecoveryCode(user)
      return {
        id: user.authenticators.at(-1)!.id,
        challenge: { recovery_code: code },
        verify: ({ recovery_code: given }) => given === code
      }
    }
    case 'password':
      return {
        id: `password|${randomBytes(8).toString('hex')}`,
        challenge: {},
        verify ({ password }) {
          if (typeof password !== 'string' || password.length < 8) return false
          user.password = password
          return true
        }
      }
    default:
      throw invalidField('type', `${type} is not a known type`)
  }
}

/** Factors and authentication methods of the My Account API. */
export const authenticationMethods: Feature = {
  routes (tenant) {
    const pending = new Map<string, Enrollment>()
    const path = '/authentication-methods'

    return [
      accountRoute(tenant, 'GET', '/factors', 'read:me:factors', () => json(200, { factors })),
      accountRoute(tenant, 'GET', path, 'read:me:authentication_methods', ({ user }, { query }) =>
        json(200, {
          authentication_methods: methodsOf(user).filter(({ type }) => query.type === undefined || type === query.type)
        })),
      accountRoute(tenant, 'GET', `${path}/:id`, 'read:me:authentication_methods',
        ({ user }, _request, { id }) => json(200, methodOf(user, id!))),
      accountRoute(tenant, 'PATCH', `${path}/:id`, 'update:me:authentication_methods', ({ user }, request, { id }) => {
        methodOf(user, id!)
        changeMethod(user, id!, request.body)
        return json(200, methodOf(user, id!))
      }),
      accountRoute(tenant, 'DELETE', `${path}/:id`, 'delete:me:authentication_methods',
        ({ user }, _request, { id }) => {
          methodOf(user, id!)
          removeMethods(user, one => one === id)
          return empty(204)
        }),
      accountRoute(tenant, 'POST', path, 'create:me:authentication_methods', async ({ user }, request) => {
        const enrollment = { ...await begin(tenant, user, request), sub: user.sub, expiresAt: tenant.now() + lifetime }
        const authSession = randomBytes(24).toString('base64url')
        pending.set(authSession, enrollment)
        return json(202, { id: enrollment.id, auth_session: authSession, ...enrollment.challenge }, {
          location: `${tenant.issuer}me/v1${path}/${encodeURIComponent(enrollment.id)}`
        })
      }),
      accountRoute(tenant, 'POST', `${path}/:id/verify`, 'create:me:authentication_methods',
        async ({ user }, request, { id }) => {
          const authSession = requiredField(request, 'auth_session')
          const enrollment = pending.get(authSession)
          if (enrollment === undefined || enrollment.id !== id || enrollment.sub !== user.sub ||
            enrollment.expiresAt <= tenant.now()) throw accountError(404, 'Not Found', 'There is no such enrollment.')
          const before = new Set(methodsOf(user).map(method => method.id))
          const good = await Promise.resolve(enrollment.verify(request.body)).catch(() => false)
          if (!good) throw accountError(400, 'Invalid Request', 'The proof was not accepted.')
          pending.delete(authSession)
          const added = methodsOf(user).find(method => method.id === id || !before.has(method.id))
          return json(201,
            added ?? { id, type: 'password', confirmed: true, created_at: user.updatedAt, usage: ['primary'] })
        })
    ]
  }
}
