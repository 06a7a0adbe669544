import { startChild } from './child.js'
import { loadFor } from './load.js'
import { header, rounds, row, SECONDS } from './rounds.js'

const VARIANTS = [
  { name: 'bare route, same Authorization header', variant: 'bare', alg: 'RS256' },
  { name: 'the same once more: what is noise', variant: 'bare', alg: 'RS256' },
  { name: 'the same once more: what is noise', variant: 'bare', alg: 'RS256' },
  { name: 'requireToken, RS256, warm', variant: 'warm', alg: 'RS256', goal: 0.86 },
  { name: 'requireToken, ES256, warm', variant: 'warm', alg: 'ES256', goal: 0.86 },
  { name: 'requireToken, RS256, cold', variant: 'cold', alg: 'RS256', goal: 0.3 },
  { name: 'requireToken, ES256, cold', variant: 'cold', alg: 'ES256' },
  { name: '@fastify/jwt, RS256, with its cache', variant: '@fastify/jwt cache', alg: 'RS256' },
  { name: '@fastify/jwt, RS256, without', variant: '@fastify/jwt', alg: 'RS256' }
]
const BARE = VARIANTS.filter(({ variant }) => variant === 'bare').length

/** A route that needs an access token, a hundred of them in turn, against the same route without a guard. */
export async function run () {
  const servers = []
  for (const args of VARIANTS) servers.push(await startChild('./token-server.js', args))
  const results = await rounds(servers,
    ({ url, headers }) => loadFor(url, headers, SECONDS, { header: 'authorization' }), BARE)
  header(`Access tokens of ${servers[0].headers[0].length - 7} bytes`)
  VARIANTS.forEach((variant, i) => row(variant, results[i]))
  for (const server of servers) server.stop()
}
