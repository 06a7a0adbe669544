import { parseOptions } from '../../lib/plugin/options/options.js'
import type { Auth0Options } from '../../types/index.js'

/** What the plugin reads from the least options of an application, and from those given beside them. */
export const parsedOptions = (options: Partial<Auth0Options> = {}, prefix = '') => parseOptions({
  domain: 'acme.eu.auth0.com',
  clientId: 'client-1',
  clientSecret: 'a secret',
  appBaseUrl: 'https://app.example.com',
  sessionSecret: 'a session secret of enough characters',
  ...options
}, prefix, false)
