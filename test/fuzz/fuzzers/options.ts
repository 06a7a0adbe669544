import fc from 'fast-check'
import { ConfigurationError } from '../../../lib/errors.js'
import { parseOptions } from '../../../lib/plugin/options/options.js'
import { rules } from '../../../lib/plugin/options/options-rules.js'
import type { Auth0Options } from '../../../types/index.js'
import { anyText, fuzzer } from '../fuzzer.js'

const SECRET = 'a-canary-that-nobody-may-ever-see-in-a-message'
const good = {
  domain: 'acme.eu.auth0.com',
  clientId: 'client',
  clientSecret: SECRET,
  appBaseUrl: 'https://app.example.com',
  sessionSecret: `${SECRET}${SECRET}`
}
const value = fc.oneof(
  fc.constantFrom<unknown>(undefined, null, true, false, '', 'true', '/path', 0, -1, 600, 1e12, NaN, [], {}, SECRET,
    [SECRET], () => undefined, async () => SECRET, Symbol('x'), 12n, new Date(0), Object.create(null), new Map()),
  fc.jsonValue({ maxDepth: 2 }),
  anyText(12),
  fc.dictionary(
    fc.constantFrom('ttl', 'audience', 'cookie', 'name', 'key', 'login', 'duration', 'scope', '__proto__', 'texts'),
    fc.oneof(fc.constantFrom<unknown>(true, '/x', 60, null, SECRET), fc.jsonValue({ maxDepth: 1 }))
  )
)

export const options = [
  fuzzer('any options are a configuration, or one typed error that names an option and no secret',
    [fc.dictionary(fc.oneof({ weight: 5, arbitrary: fc.constantFrom(...Object.keys(rules)) }, anyText(8)), value,
      { minKeys: 1, maxKeys: 3 }), fc.boolean()], (changes, production) => {
      try {
        return Object.isFrozen(parseOptions({ ...good, ...changes } as Auth0Options, '', production))
      } catch (error) {
        if (!(error instanceof ConfigurationError)) throw error
        return error.message !== '' && !error.message.includes(SECRET)
      }
    }),
  fuzzer('whatever stands for the options is refused by a typed error', [value], all => {
    try {
      parseOptions(all as Auth0Options, '', false)
      return false
    } catch (error) {
      if (!(error instanceof ConfigurationError)) throw error
      return !error.message.includes(SECRET)
    }
  })
]
