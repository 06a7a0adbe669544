import { Pool } from 'undici'
import { median, startChild } from './child.js'

const ROUNDS = 7
const IN_FLIGHT = 20
const SECONDS = 1

/** Logins per second, CPU of the application per login, and what a login asks of the tenant. */
export async function run () {
  const tenant = await startChild('./tenant-server.js', {})
  const app = await startChild('./login-server.js', { issuer: tenant.issuer })
  const pool = new Pool(app.url, { connections: IN_FLIGHT })
  await login(pool)
  const before = await counts(tenant)
  const perLogin = []
  const perSecond = []
  let logins = 0
  for (let round = 0; round < ROUNDS; round++) {
    const cpu = await app.cpu()
    const start = performance.now()
    let done = 0
    await Promise.all(Array.from({ length: IN_FLIGHT }, async () => { while (performance.now() < start + SECONDS * 1000) { await login(pool); done++ } }))
    perLogin.push((await app.cpu() - cpu) / done / 1000)
    perSecond.push(done / ((performance.now() - start) / 1000))
    logins += done
  }
  const after = await counts(tenant)
  const calls = Object.keys(after).filter(path => path !== '/counts').map(path => `${path} ${((after[path] - (before[path] ?? 0)) / logins).toFixed(2)}`)
  const cpu = median(perLogin)
  console.log('\nLogin: start and callback, ID token verified in full')
  console.log(`  CPU of the application ${cpu.toFixed(3)} ms per login ${cpu <= 0.25 ? '(goal 0.25: met)' : '(goal 0.25: MISSED)'}, ${median(perSecond).toFixed(0)} logins per second`)
  console.log(`  tenant calls per warm login: ${calls.join(', ')}`)
  await pool.close()
  app.stop()
  tenant.stop()
}

export async function login (pool) {
  const start = await pool.request({ path: '/auth/login', method: 'GET', headers: { accept: 'text/html' } })
  await start.body.dump()
  const location = new URL(start.headers.location)
  const path = `/auth/callback?code=${location.searchParams.get('nonce')}&state=${location.searchParams.get('state')}`
  const done = await pool.request({ path, method: 'GET', headers: { accept: 'text/html', cookie: cookieOf(start) } })
  const text = await done.body.text()
  if (done.statusCode !== 302) throw new Error(`the login failed: ${done.statusCode} ${text.slice(-300)}`)
  return cookieOf(done)
}

function cookieOf ({ headers }) {
  return [headers['set-cookie']].flat().filter(line => !/Max-Age=0/.test(line)).map(line => line.split(';', 1)[0]).join('; ')
}

export async function counts (tenant, query = '') {
  return await (await fetch(`${tenant.issuer}counts${query}`)).json()
}
