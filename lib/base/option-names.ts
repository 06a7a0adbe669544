import { ConfigurationError } from '../errors.js'
import { nearestName } from './nearest-name.js'

/**
 * Refuses options that are no object, and an option that is not known. What is `undefined` passes.
 * @param of whose options they are, for the message
 * @throws ConfigurationError that names the option, and the nearest known one
 */
export function checkOptionNames (options: unknown, known: readonly string[], of: string): void {
  if (typeof options !== 'object' || options === null) {
    throw new ConfigurationError('options', `The options of ${of} must be an object. Known are: ${known.join(', ')}.`)
  }
  for (const [name, value] of Object.entries(options)) {
    if (value !== undefined) refuseUnless(known, name, '')
  }
}

/** @throws ConfigurationError for a name that is not known; it has the nearest one, or all */
export function refuseUnless (known: readonly string[], name: string, prefix: string): void {
  if (known.includes(name)) return
  const near = nearestName(name, known)
  const advice =
    near === undefined ? (prefix === '' ? '' : ` Known are: ${known.join(', ')}.`) : ` Did you mean "${prefix}${near}"?`
  throw new ConfigurationError(prefix + name, `Option "${prefix}${name}" is not known.${advice}`)
}
