import { parseOptions } from '../../../lib/plugin/options/options.js'
import { certificate } from '../../hostile/certificates.js'
import type { Auth0Options } from '../../../types/index.js'

/** Options that are enough for logins. */
export const good = {
  domain: 'acme.eu.auth0.com',
  clientId: 'client',
  clientSecret: 'secret',
  appBaseUrl: 'https://app.example.com',
  sessionSecret: 'a session secret of enough characters'
}
export const PEM = '-----BEGIN PRIVATE KEY-----'
export const tls = certificate({ name: 'client' })
export const store = (...methods: string[]): object => Object.fromEntries(methods.map(name => [name, () => {}]))
export const parse = (changes: object, prefix = '') =>
  parseOptions({ ...good, ...changes } as Auth0Options, prefix, false)

/** Options in which the one of this path has a value. */
export function at (path: string, value: unknown): object {
  return path.split('.').reduceRight<unknown>((inner, name) => ({ [name]: inner }), value) as object
}

/** What these options come to, of texts, numbers and booleans alone. */
export const defaults = {
  domain: 'acme.eu.auth0.com',
  issuer: 'https://acme.eu.auth0.com/',
  allowPrivateDomains: false,
  apiOnly: false,
  clientId: 'client',
  clientSecret: 'secret',
  clientSecretMethod: 'post',
  mutualTls: false,
  httpTimeout: 5,
  telemetry: true,
  prefix: '',
  scope: 'openid profile email offline_access',
  pushedAuthorizationRequests: false,
  signedAuthorizationRequests: false,
  allowSessionTransfer: false,
  onUnauthenticated: 'auto',
  onRefreshStoreError: 'alone',
  cacheEntries: 5000,
  encryptAtRest: true,
  onStoreError: 'fail',
  storeTimeout: 2,
  transactionDuration: 3600,
  fetchUserInfo: false,
  storeIdToken: false,
  storeConnectionTokens: false,
  discoveryTtl: 600,
  maxDomains: 100,
  clockTolerance: 30,
  idTokenSigningAlg: 'RS256',
  mfaTokenTtl: 300,
  refreshLeeway: 30,
  logoutStrategy: 'oidc'
} as const
