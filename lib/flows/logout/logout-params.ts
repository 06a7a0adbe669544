import { InvalidArgumentError } from '../../errors.js'

/** The plugin sets them; nothing overrides them. */
const PROTECTED: ReadonlySet<string> = new Set(['client_id', 'returnTo', 'post_logout_redirect_uri', 'id_token_hint',
  'logout_hint', 'federated'])

/** Further parameters of the logout, as they are. @throws InvalidArgumentError */
export function checkLogoutParams (params: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  for (const [name, value] of Object.entries(params)) {
    if (PROTECTED.has(name)) {
      throw new InvalidArgumentError(`logoutParams.${name}`,
        `The parameter "${name}" is set by the plugin and cannot be overridden.`)
    }
    if (typeof value !== 'string') {
      throw new InvalidArgumentError(`logoutParams.${name}`, `The parameter "${name}" must be a string.`)
    }
  }
  return params
}
