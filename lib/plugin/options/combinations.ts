import { isLoopback } from '../../authentication/server/domain.js'
import { ConfigurationError } from '../../errors.js'
import type { GivenOptions } from './options-rules.js'

/** Options that exclude or need each other. @throws ConfigurationError */
export function checkCombinations (given: GivenOptions): void {
  for (const name of ['customFetch', 'dispatcher'] as const) {
    if (given.tls !== undefined && given[name] !== undefined) {
      throw new ConfigurationError('tls',
        `Option "tls" must not be given beside "${name}": the client certificate would not be sent. Give the ` +
          `certificate to "${name}" yourself, or leave "${name}" out.`)
    }
  }
  if (given.useMtls === true && given.customFetch === undefined && given.dispatcher === undefined) {
    throw new ConfigurationError('useMtls',
      'Option "useMtls" must not be given without "customFetch" or "dispatcher", which present the client ' +
        'certificate. To give the certificate itself, use "tls".')
  }
  if (given.customFetch !== undefined && given.dispatcher !== undefined) {
    throw new ConfigurationError('customFetch', 'Option "customFetch" must not be given beside "dispatcher".')
  }
  if (given.api?.secret !== undefined) checkApiSecret(given)
  if (given.refreshStore !== undefined && given.sessionStore !== undefined) {
    throw new ConfigurationError('refreshStore',
      'Option "refreshStore" must not be given beside "sessionStore", which shares refreshes already.')
  }
  if (given.mountConnectRoutes === true && given.mountConnectedAccountRoutes === true) {
    throw new ConfigurationError('mountConnectedAccountRoutes',
      'Option "mountConnectedAccountRoutes" must not be true beside "mountConnectRoutes": both use one route.')
  }
  if (given.mountConnectRoutes === true && given.storeIdToken === false) {
    throw new ConfigurationError('storeIdToken',
      'Option "storeIdToken" must not be false with "mountConnectRoutes": accounts are linked with the ID token.')
  }
  if (given.clientSecretMethod !== undefined && given.clientSecret === undefined) {
    throw new ConfigurationError('clientSecretMethod',
      'Option "clientSecretMethod" must not be given without "clientSecret".')
  }
  if (given.signedAuthorizationRequests === true && given.clientAssertionSigningKey === undefined &&
    given.requestObjectSigningKey === undefined) {
    throw new ConfigurationError('signedAuthorizationRequests',
      'Option "signedAuthorizationRequests" must not be true without "requestObjectSigningKey" or ' +
        '"clientAssertionSigningKey".')
  }
  if (given.requestObjectSigningKey !== undefined && given.signedAuthorizationRequests !== true) {
    throw new ConfigurationError('requestObjectSigningKey',
      'Option "requestObjectSigningKey" must not be given without "signedAuthorizationRequests: true".')
  }
  for (const name of ['requestObjectSigningAlg', 'requestObjectSigningKeyId'] as const) {
    if (given[name] !== undefined && given.requestObjectSigningKey === undefined) {
      throw new ConfigurationError(name, `Option "${name}" must not be given without "requestObjectSigningKey".`)
    }
  }
  if (given.transactionConfiguration?.cookie?.sameSite === 'strict') {
    throw new ConfigurationError('transactionConfiguration.cookie.sameSite',
      'Option "transactionConfiguration.cookie.sameSite" must not be \'strict\': browsers would not send the cookie ' +
        'when Auth0 sends the user back, so no login could be finished.')
  }
  const params = typeof given.authorizationParams === 'object' ? given.authorizationParams : {}
  if ((given.organization ?? params.organization) !== undefined && given.allowOrganization !== undefined) {
    throw new ConfigurationError('allowOrganization',
      'Option "allowOrganization" must not be given beside "organization", which is enforced on every login.')
  }
  if (typeof given.organization === 'string' && params.organization !== undefined &&
    params.organization !== given.organization) {
    throw new ConfigurationError('authorizationParams.organization',
      'Option "authorizationParams.organization" must not differ from "organization", which is enforced on every ' +
        'login.')
  }
  if (params.response_mode === 'form_post' &&
    (given.appBaseUrl ?? []).some(base => !base.secure && !isLoopback(new URL(base.origin).hostname))) {
    throw new ConfigurationError('authorizationParams.response_mode',
      'Option "authorizationParams.response_mode" must not be \'form_post\' on plain http: its cookie must be Secure.')
  }
}

/** With a secret every issuer that knows it could sign in the name of another. */
function checkApiSecret ({ domain, api }: GivenOptions): void {
  if (api?.signingAlgs !== undefined) {
    throw new ConfigurationError('api.secret',
      'Option "api.secret" must not be given beside "api.signingAlgs": with a secret only HS256 is accepted.')
  }
  if (typeof domain === 'function' || typeof api?.issuers === 'function') {
    throw new ConfigurationError('api.secret',
      'Option "api.secret" must not be given beside a function as "domain" or "api.issuers": one secret for several ' +
        'tenants lets each sign tokens in the name of the others.')
  }
}
