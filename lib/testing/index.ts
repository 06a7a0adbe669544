/**
 * An Auth0 tenant in your process, for tests and for trying things out.
 *
 * ```ts
 * const tenant = await createTenant({ clients: [{ clientId: 'app', clientSecret: 'secret' }] })
 * await app.register(auth0, {
 *   domain: tenant.url, customFetch: tenant.fetch, clientId: 'app', clientSecret: 'secret', …
 * })
 *
 * const login = await app.inject('/auth/login')
 * const callback = await tenant.login({ authorizationUrl: login.headers.location, user: 'ada@example.com' })
 * const done = await app.inject({ url: new URL(callback).pathname + new URL(callback).search, cookies: … })
 * await tenant.close()
 * ```
 *
 * `createTenant({ issuer: 'https://acme.eu.auth0.com/' })` opens no port: everything goes through `tenant.fetch`.
 * Needs the package `oidc-provider`.
 */
export { createTenant } from './create-tenant.js'
export type { Tenant } from './tenant/tenant.js'
export type * from './tenant/options.js'
export type { Arrival, LoginOptions, TenantBrowser } from './tenant/login/browser.js'
export type { TenantAnswer, TenantRequest } from './tenant/engine/exchange.js'
export type { LoggedRequest, RequestLog } from './tenant/engine/request-log.js'
export type { Message } from './tenant/login/messages.js'
export { SoftwarePasskey } from './tenant/login/software-passkey.js'
export type { PasskeyParams } from './tenant/login/software-passkey.js'
export type { StoredUser } from './tenant/login/users.js'

export { accessToken, sameOriginHeaders } from './requests.js'
export type { AccessTokenFor } from './requests.js'
export { SoftwareDevice } from './software-device.js'
export type {
  DeviceProofOptions, DeviceRefresh, DeviceRequest, DeviceResponse, SendDeviceRequest
} from './software-device.js'
export { sessionCookie, sessionCookies } from './session-cookie.js'
export type { TestCookie, TestSession } from './session-cookie.js'
export type {
  AnonymousSession, BackchannelRequest, ConnectedAccount, Interceptor, RegisteredClient, SentLogoutToken
} from './tenant/engine/records.js'
