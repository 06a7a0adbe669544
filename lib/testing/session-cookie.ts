import { randomBytes } from 'node:crypto'
import type { FastifyInstance } from 'fastify'
import { checkOptionNames } from '../base/option-names.js'
import { ConfigurationError } from '../errors.js'
import type { PluginContext } from '../flows/context.js'
import { devicePath, identifierOf } from '../flows/device/instructions.js'
import { kRegistration, type Registration, type Scoped } from '../plugin/request/registration.js'
import { mapJar, type KeptCookies } from '../stores/map-jar.js'
import type { CustomSession, UserClaims } from '../../types/session.js'
import type { CookieAttributes, CookieJar, SessionRecord } from '../../types/stores.js'
import type { TokenSet } from '../../types/tokens.js'
import type { SoftwareDevice } from './software-device.js'

/** Who is logged in, and with what. */
export interface TestSession {
  user: UserClaims
  /** Auth0's session id. */
  sid?: string
  /** Fields the application added. */
  custom?: CustomSession
  /** Tokens `getAccessToken()` finds; one per audience. */
  accessTokens?: readonly (Partial<TokenSet> & { accessToken: string })[]
  refreshToken?: string
  idToken?: string
  /** Epoch seconds of the login; now unless given. */
  createdAt?: number
  /** Issuer and domain; the plugin's own unless given. */
  issuer?: string
  /** The device that the session is bound to; needs `sessionConfiguration.deviceBound`. */
  device?: SoftwareDevice
}

const SESSION_FIELDS = ['user', 'sid', 'custom', 'accessTokens', 'refreshToken', 'idToken', 'createdAt', 'issuer',
  'device'] satisfies (keyof TestSession)[]

/** A cookie as browser drivers take it. */
export interface TestCookie extends CookieAttributes {
  name: string
  value: string
}

/**
 * The cookies of a logged-in session of this application, for a browser driver.
 * @param app a Fastify instance in whose scope the plugin is registered
 * @throws ConfigurationError when the plugin is not registered there
 */
export async function sessionCookies (app: FastifyInstance, session: TestSession): Promise<TestCookie[]> {
  if (typeof (app as Partial<FastifyInstance> | undefined)?.ready !== 'function') {
    throw new ConfigurationError('app',
      'The first argument must be the Fastify instance, as in sessionCookie(app, { user }).')
  }
  checkOptionNames(session, SESSION_FIELDS, 'sessionCookie()')
  if (typeof session.user !== 'object' || session.user === null) {
    throw new ConfigurationError('user', 'Option "user" must be the claims of a user: { sub: \'auth0|ada\' }.')
  }
  const registration = registrationIn(app) ?? await registrationWhenReady(app)
  if (registration === undefined) {
    throw new ConfigurationError('app',
      'The plugin is not registered in this scope: pass the instance whose scope holds it.')
  }
  const { config, now, sessions } = registration.context
  const issuer = session.issuer ?? config.issuer
  if (issuer === undefined) {
    throw new ConfigurationError('issuer', 'The plugin serves several domains: say which with "issuer".')
  }
  const createdAt = session.createdAt ?? now()
  const id = randomBytes(18).toString('base64url')
  const born = { id, issuer, user: session.user, createdAt, ...(session.sid !== undefined && { sid: session.sid }) }
  const record: SessionRecord = {
    ...born,
    version: 1,
    domain: new URL(issuer).host,
    createdAt: await sessions.begin(born),
    updatedAt: createdAt,
    ...(session.custom !== undefined && { custom: session.custom })
  }
  const tokenSets = (session.accessTokens ?? []).map((set): TokenSet => ({
    tokenType: 'Bearer',
    scope: '',
    requestedScope: set.scope ?? (typeof config.scope === 'string' ? config.scope : ''),
    expiresAt: Math.floor(createdAt + 86_400),
    ...(config.audience !== undefined && { audience: config.audience }),
    ...set
  }))
  const cookies: KeptCookies = new Map()
  const base = config.appBases[0]
  const jar = mapJar(cookies, {
    secure: base?.secure ?? false,
    host: base === undefined ? '' : new URL(base.origin).host
  })
  await sessions.create(jar, {
    record,
    tokens: {
      id,
      version: 1,
      tokenSets,
      connectionTokenSets: [],
      ...(session.refreshToken !== undefined && { refreshToken: session.refreshToken }),
      ...(session.idToken !== undefined && { idToken: session.idToken })
    }
  })
  if (session.device !== undefined) await bind(registration.context, jar, record, session.device)
  return [...cookies].map(([name, { value, attributes }]) => ({ name, value, ...attributes }))
}

async function bind (context: PluginContext, jar: CookieJar, { id }: SessionRecord,
  device: SoftwareDevice): Promise<void> {
  const bound = await context.sessions.device?.bind(jar, id, device.binding)
  if (bound === undefined) {
    throw new ConfigurationError('device',
      'This application does not bind sessions to devices: set "sessionConfiguration.deviceBound".')
  }
  const base = context.config.appBases[0] ?? { origin: '', basePath: '', secure: false }
  device.adopt({ identifier: identifierOf(bound), refreshUrl: devicePath(context, base, 'deviceRefresh') })
}

function registrationIn (app: FastifyInstance): Registration | undefined {
  return (app as FastifyInstance & Partial<Scoped>)[kRegistration]
}

/** A scope that has started already cannot be waited for again: what is not there then is not registered. */
async function registrationWhenReady (app: FastifyInstance): Promise<Registration | undefined> {
  await app.ready().then(undefined, (error: unknown) => {
    if (!(error instanceof ReferenceError)) throw error
  })
  return registrationIn(app)
}

/**
 * The same as a `Cookie` header: `app.inject({ url, headers: { cookie: await sessionCookie(app, { user }) } })`.
 */
export async function sessionCookie (app: FastifyInstance, session: TestSession): Promise<string> {
  return (await sessionCookies(app, session)).map(({ name, value }) => `${name}=${value}`).join('; ')
}
