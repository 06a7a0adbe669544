import { importCosts, installCosts, loads, verdict } from './client-cost.js'

const SUBJECTS = [
  {
    name: 'fastify-auth0/authentication',
    subject: 'fastify-auth0',
    install: 'fastify-auth0',
    code: "await import('fastify-auth0/authentication')"
  },
  {
    name: 'auth0/legacy (auth0 itself has no such client)',
    subject: 'auth0-legacy',
    install: 'auth0',
    code: "await import('auth0/legacy')"
  },
  {
    name: '@auth0/auth0-auth-js',
    subject: 'auth0-auth-js',
    install: '@auth0/auth0-auth-js',
    code: "await import('@auth0/auth0-auth-js')"
  }
]

/** The Authentication API's client beside its peers. */
export async function run () {
  console.log('\nAuthentication API')
  const imports = importCosts(SUBJECTS)
  const sizes = installCosts(SUBJECTS)
  const ahead = (list, pick, better) => list.slice(1).every(peer => better(pick(list[0]), pick(peer)))
  const less = (a, b) => a < b
  verdict('import time', `${imports[0].ms.toFixed(1)} ms`, 'ahead of each', ahead(imports, ({ ms }) => ms, less))
  verdict('memory', `${imports[0].rss.toFixed(1)} MiB`, 'ahead of each', ahead(imports, ({ rss }) => rss, less))
  verdict('packages', sizes[0].packages, 'ahead of each', ahead(sizes, ({ packages }) => packages, less))
  verdict('size', `${(sizes[0].bytes / 1e6).toFixed(1)} MB`, 'ahead of each', ahead(sizes, ({ bytes }) => bytes, less))
  for (const operation of ['client credentials', 'userinfo']) {
    const results = await loads(SUBJECTS, operation)
    verdict(`${operation}, requests/s`, results[0].perSecond.toFixed(0), 'ahead of each',
      ahead(results, ({ perSecond }) => perSecond, (a, b) => a > b))
    if (operation === 'client credentials') {
      const times = results[0].perSecond / results[1].perSecond
      verdict(`${operation}, requests/s`, `${times.toFixed(1)} times auth0's`, 8, times >= 8)
    }
    verdict(`${operation}, CPU`, `${results[0].cpu.toFixed(0)} µs`, 'ahead of each', ahead(results, ({ cpu }) =>
      cpu, less))
  }
}
