import { ConfigurationError } from '../../errors.js'

/**
 * The prefix of the plugin's routes, in one spelling whatever was given: empty, or with a slash in front and none at
 * the end.
 * @param given option `prefix`
 * @param outer the prefix of the scope the plugin is registered in, as Fastify says it
 * @returns the plugin's own prefix, and the full one
 * @throws ConfigurationError for a prefix that is not a path
 */
export function routePrefix (given: unknown, outer: string): { own: string, full: string } {
  const around = normalized(outer)
  if (around === undefined || outer.startsWith('//')) {
    throw new ConfigurationError('prefix', `The prefix "${outer}" of the scope around the plugin is not a path.`)
  }
  const own = normalized(given ?? '')
  if (own === undefined) {
    throw new ConfigurationError('prefix', 'Option "prefix" must be a path, e.g. \'/members\'.')
  }
  return { own, full: around + own }
}

function normalized (prefix: unknown): string | undefined {
  if (typeof prefix !== 'string' || !/^[\w\-./~%:@!$&'()*+,=]*$/.test(prefix)) return undefined
  const segments = prefix.split('/').filter(segment => segment !== '')
  return segments.includes('..') || segments.includes('.') ? undefined : segments.map(segment => `/${segment}`).join('')
}
