import { randomBytes } from 'node:crypto'
import type { RequestListener } from 'node:http'
import type { Configuration } from 'oidc-provider'
import { checkOptionNames } from '../base/option-names.js'
import { ConfigurationError } from '../errors.js'
import { currentOtp } from './tenant/mfa/authenticators.js'
import { approve, deny } from './tenant/tokens/backchannel-authentication.js'
import { codeFor } from './tenant/mfa/mfa-login.js'
import { mfaApiServer } from './tenant/mfa/mfa-api.js'
import { myAccountApi } from './tenant/login/my-account.js'
import { OneTimeLogins } from './tenant/login/one-time-logins.js'
import { TenantBrowser } from './tenant/login/browser.js'
import { clientMetadata } from './tenant/tokens/client-metadata.js'
import { Clients, demoClient } from './tenant/tokens/clients.js'
import { Clock } from './tenant/engine/clock.js'
import type { TenantContext } from './tenant/engine/context.js'
import { loadEngine, loadHelpers, type Engine, type EngineHelpers } from './tenant/engine/engine.js'
import type { RawRequest, TenantAnswer } from './tenant/engine/exchange.js'
import { features } from './tenant/engine/features.js'
import { createHandler } from './tenant/engine/handler.js'
import { createTenantFetch } from './tenant/engine/fetch.js'
import { SigningKeys } from './tenant/engine/keys.js'
import { endSession } from './tenant/login/logout.js'
import { merge } from './tenant/engine/merge.js'
import type { TenantConnection, TenantOptions } from './tenant/options.js'
import { demoResourceServer } from './tenant/tokens/resource-servers.js'
import { createRequestLog } from './tenant/engine/request-log.js'
import { openServer } from './tenant/engine/server.js'
import { Storage } from './tenant/engine/storage.js'
import { demoUsers, Users } from './tenant/login/users.js'
import type { Tenant } from './tenant/tenant.js'
import { forgetConsents } from './tenant/tokens/third-party.js'
import type { Interceptor, LoginFacts } from './tenant/engine/records.js'

const demoConnections: readonly TenantConnection[] = [
  { name: 'google-oauth2', scopes: ['openid', 'profile', 'https://www.googleapis.com/auth/calendar.readonly'] },
  { name: 'github', scopes: ['repo'] }
]

const TENANT_OPTIONS = ['users', 'clients', 'organizations', 'resourceServers', 'port', 'host', 'issuer',
  'authorizationResponseIss', 'dynamicRegistration', 'clientIdMetadata', 'federatedDiscovery', 'now',
  'refreshTokenOverlap', 'lifetimes', 'connections', 'tokenExchange', 'requireMfa', 'ignoresAcrValues',
  'pollingInterval', 'dpopNonce', 'passkeyRpId', 'tls', 'fetch', 'maxLogins', 'maxRequests'
] satisfies (keyof TenantOptions)[]

/** The issuer as browsers and applications write it: in lower case, without the scheme's own port. */
function readIssuer (issuer: string): URL {
  const url = URL.canParse(issuer) ? new URL(issuer) : undefined
  if (url === undefined || url.pathname !== '/' || !issuer.endsWith('/') || url.search !== '' || url.username !== '' ||
    !/^https?:$/u.test(url.protocol)) {
    throw new ConfigurationError('issuer',
      'Option "issuer" must be an origin with a slash at the end, e.g. https://acme.eu.auth0.com/, ' +
        `not "${issuer}".`)
  }
  return url
}

/** For the engine's own check that it could sign: the tenant signs with keys of its own. */
const unusedKey = { kty: 'RSA', kid: 'unused', e: 'AQAB', n: 'x', d: 'x', p: 'x', q: 'x', dp: 'x', dq: 'x', qi: 'x' }

function createStorage (options: TenantOptions, clock: Clock, clients: Clients,
  logins: Map<string, LoginFacts>): Storage {
  const detailTypes = (options.resourceServers ?? []).flatMap(api => api.authorizationDetailsTypes ?? [])
  return new Storage({
    now: clock.now,
    maxLogins: options.maxLogins ?? 10_000,
    forgotten: grantId => logins.delete(grantId),
    client (id) {
      const found = clients.get(id)
      return found && { ...clientMetadata(found), authorization_details_types: detailTypes }
    }
  })
}

/** Everything the features share, before the engine is there. */
function createContext (options: TenantOptions, engine: Engine, helpers: EngineHelpers, clock: Clock,
  issuer: URL): Omit<TenantContext, 'provider' | 'send'> {
  const clients = new Clients(options.clients ?? [demoClient])
  const logins = new Map<string, LoginFacts>()
  const ownApis = [myAccountApi(issuer.href), mfaApiServer(issuer.href)]
  return {
    options,
    settings: {
      authorizationResponseIss: options.authorizationResponseIss ?? false,
      dynamicRegistration: options.dynamicRegistration ?? true,
      clientIdMetadata: options.clientIdMetadata ?? true
    },
    engine,
    helpers,
    issuer: issuer.href,
    domain: issuer.host,
    now: clock.now,
    keys: new SigningKeys(),
    storage: createStorage(options, clock, clients, logins),
    users: new Users(options.users ?? demoUsers, clock.now),
    clients,
    organizations: (options.organizations ?? []).map(organization => ({ ...organization })),
    resourceServers: [...options.resourceServers ?? [demoResourceServer], ...ownApis],
    logins,
    rules: [],
    permissionSources: [],
    loginSteps: [],
    oneTimeLogins: new OneTimeLogins(),
    messages: { mailbox: [], sms: [] },
    connections: [...options.connections ?? demoConnections],
    connectedAccounts: [],
    backchannelRequests: [],
    anonymousSessions: [],
    mfa: { tokens: new Map(), outOfBand: new Map() },
    logoutTokens: [],
    errors: []
  }
}

/** Starts the engine with the options of all features. */
function startEngine (context: Omit<TenantContext, 'provider' | 'send'>): TenantContext {
  const tenant = context as TenantContext
  const base: Configuration = { adapter: name => tenant.storage.adapter(name), jwks: { keys: [unusedKey] } }
  const configuration = features.reduce<unknown>((merged, feature) => merge(merged, feature.configure?.(tenant)),
    base) as Configuration
  const provider = new tenant.engine.Provider(tenant.issuer, configuration)
  Object.assign(tenant, { provider })
  provider.on('server_error', (_ctx, error) => tenant.errors.push(error))
  for (const feature of features) feature.install?.(tenant)
  return tenant
}

/**
 * Starts a tenant in this process, for tests and for trying things out. It listens on a free port of this computer
 * unless an `issuer` is given.
 */
export async function createTenant (options: TenantOptions = {}): Promise<Tenant> {
  if (process.env.NODE_ENV === 'production') {
    throw new ConfigurationError('NODE_ENV', 'createTenant() is for tests and refuses to run with NODE_ENV=production.')
  }
  checkOptionNames(options, TENANT_OPTIONS, 'createTenant()')
  const [engine, helpers] = [await loadEngine(), await loadHelpers()]
  const { port = 0, host = '127.0.0.1', tls } = options
  const server = options.issuer === undefined ? await openServer({ port, host, tls }) : undefined
  const clock = new Clock(options.now)
  const issuer = readIssuer(options.issuer ?? `${server!.origin}/`)
  const tenant = startEngine(createContext(options, engine, helpers, clock, issuer))
  const { log, add } = createRequestLog(options.maxRequests ?? 1000)
  const interceptors = new Set<Interceptor>()
  const listener = tenant.provider.callback() as RequestListener
  const { handle, send } = createHandler({ tenant, features, listener, clock, interceptors, log: add })
  Object.assign(tenant, { send })
  server?.serve(handle)

  const find = (name: string | undefined): string => {
    const account = name === undefined ? tenant.users.list[0] : tenant.users.account(name)
    const user = account && tenant.users.owner(account)
    if (user === undefined) throw new Error(`The tenant has no user ${name ?? 'at all'}.`)
    return user.sub
  }
  const code = (name: string | undefined): Promise<string> => codeFor(tenant, tenant.users.bySub(find(name))!)
  const browser = (): TenantBrowser =>
    new TenantBrowser({
      send: (raw: RawRequest): Promise<TenantAnswer> => handle(raw),
      issuer: tenant.issuer,
      userId: find,
      code
    })
  const answerPush = (name: string, verdict: 'approved' | 'denied'): void => {
    for (const sent of tenant.mfa.outOfBand.values()) {
      if (sent.sub === find(name) && sent.code === undefined) sent.verdict = verdict
    }
  }

  return {
    domain: tenant.domain,
    issuer: tenant.issuer,
    url: tenant.issuer.slice(0, -1),
    users: tenant.users.list,
    clients: tenant.clients.list,
    organizations: tenant.organizations,
    requests: log,
    logoutTokens: tenant.logoutTokens,
    errors: tenant.errors,
    now: clock.now,
    fetch: createTenantFetch(tenant.issuer, handle),
    addUser: user => tenant.users.add(user),
    addClient: added => tenant.clients.add(added),
    invite (id, email) {
      const organization = tenant.organizations.find(({ id: other, name }) => other === id || name === id)
      if (organization === undefined) throw new Error(`The tenant has no organization ${id}.`)
      const ticket = randomBytes(16).toString('base64url')
      organization.invitations = [...organization.invitations ?? [],
        email === undefined ? { ticket } : { ticket, email }]
      return { invitation: ticket, organization: organization.id, organization_name: organization.name }
    },
    mailbox: tenant.messages.mailbox,
    sms: tenant.messages.sms,
    connectedAccounts: tenant.connectedAccounts,
    backchannelRequests: tenant.backchannelRequests,
    anonymousSessions: tenant.anonymousSessions,
    approve: authReqId => clock.run(() => approve(tenant, authReqId)),
    deny: authReqId => clock.run(() => deny(tenant, authReqId)),
    approvePush: user => answerPush(user, 'approved'),
    denyPush: user => answerPush(user, 'denied'),
    totp: user => currentOtp(tenant, tenant.users.bySub(find(user))!),
    login: login => browser().login(login),
    loginFormPost: login => browser().loginFormPost(login),
    browser,
    rotateKeys: rotation => tenant.keys.rotate(rotation),
    async revoke (sub) {
      forgetConsents(tenant, sub)
      for (const model of ['RefreshToken', 'AccessToken', 'Grant']) {
        for (const { jti, accountId } of tenant.storage.all(model)) {
          if (accountId === sub) await tenant.storage.adapter(model).destroy(jti!)
        }
      }
      for (const session of tenant.storage.all('Session')) {
        if (session.accountId === sub) await endSession(tenant, session)
      }
    },
    intercept (interceptor) {
      interceptors.add(interceptor)
      return () => {
        interceptors.delete(interceptor)
      }
    },
    async close () {
      clock.close()
      await server?.close()
    }
  }
}
