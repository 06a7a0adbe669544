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
