import { Pool } from 'undici'
import { startChild } from './child.js'
import { rounds, SECONDS, goalMet } from './rounds.js'
import { options } from './subject.js'

export const VARIANTS = [
  { name: 'fastify-auth0', issuer: undefined, goal: 0.28 },
  { name: '@auth0/auth0-server-js', variant: 'peer', issuer: `https://${options.domain}/` }
]
const IN_FLIGHT = 20

/** Logins per second, CPU of the application per login, and what a login asks of the tenant. */
export async function run () {
  const apps = []
  for (const { variant, issuer } of VARIANTS) {
    const tenant = await startChild('./tenant-server.js', { issuer })
    const app = await startChild('./login-server.js', { variant, issuer: tenant.url })
    const pool = new Pool(app.url, { connections: IN_FLIGHT })
    await login(pool)
    apps.push({ ...app, tenant, pool, before: await counts(tenant), logins: 0 })
  }
  const results = await rounds(apps, async app => {
    const requests = await loginsFor(app.pool, SECONDS)
    app.logins += requests
    return { requests }
  })
  console.log('\nLogin, start and callback: CPU of the application, the median of the interleaved rounds')
  for (const [i, { name, goal }] of VARIANTS.entries()) {
    const { tenant, before, logins } = apps[i]
    const after = await counts(tenant)
    const calls = Object.keys(after).filter(path => path !== '/counts').map(path =>
      `${path} ${((after[path] - (before[path] ?? 0)) / logins).toFixed(2)}`
    )
    const cpu = results[i].perRequest / 1000
    console.log(
      `  ${name.padEnd(24)} ${cpu.toFixed(3)} ms per login${goalMet(goal, cpu <= goal)}; tenant calls per warm ` +
        `login: ${calls.join(', ')}`
    )
  }
  console.log(`  the peer spends ${(results[1].perRequest / results[0].perRequest).toFixed(1)} times the CPU`)
  for (const { pool, stop, tenant } of apps) {
    await pool.close()
    stop()
    tenant.stop()
  }
}

async function loginsFor (pool, seconds) {
  const end = performance.now() + seconds * 1000
  let done = 0
  await Promise.all(Array.from({ length: IN_FLIGHT }, async () => {
    while (performance.now() < end) {
      await login(pool)
      done++
    }
  }))
  return done
}

export async function login (pool) {
  return await finish(pool, await begin(pool))
}

/** The first half of a login: what the browser is answered that asks for one. */
export async function begin (pool) {
  const start = await pool.request({ path: '/auth/login', method: 'GET', headers: { accept: 'text/html' } })
  await start.body.dump()
  return start
}

/** The second half: the browser comes back with a code. */
export async function finish (pool, start) {
  const { searchParams } = new URL(start.headers.location)
  const state = searchParams.get('state')
  const path = `/auth/callback?code=${searchParams.get('nonce') ?? 'no-nonce'}${
    state === null ? '' : `&state=${state}`
  }`
  const done = await pool.request({ path, method: 'GET', headers: { accept: 'text/html', cookie: cookieOf(start) } })
  const text = await done.body.text()
  if (done.statusCode !== 302) throw new Error(`the login failed: ${done.statusCode} ${text.slice(-300)}`)
  return cookieOf(done)
}

function cookieOf ({ headers }) {
  return [headers['set-cookie']].flat().filter(line => !/Max-Age=0/.test(line)).map(line => line.split(';', 1)[0]).join(
    '; '
  )
}

export async function counts (tenant, query = '') {
  return await (await fetch(`${tenant.url}counts${query}`)).json()
}
