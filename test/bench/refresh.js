import { Pool } from 'undici'
import { startChild } from './child.js'
import { counts, login } from './login.js'

/** 100 parallel requests on an expired token, at once and spread, under strict rotation. */
export async function run () {
  console.log('\n100 requests on one expired access token; the tenant rotates strictly')
  for (const spread of [0, 400]) {
    const tenant = await startChild('./tenant-server.js', {})
    const app = await startChild('./login-server.js', { issuer: tenant.url })
    const pool = new Pool(app.url, { connections: 100 })
    const cookie = await login(pool)
    await (await pool.request({ path: '/later', method: 'GET' })).body.dump()
    const before = (await counts(tenant, '?delay=100'))['/oauth/token']
    const statuses = await Promise.all(Array.from({ length: 100 }, async (_, i) => {
      await new Promise(resolve => setTimeout(resolve, spread * i / 100))
      const { statusCode, body } = await pool.request({ path: '/token', method: 'GET', headers: { cookie } })
      await body.dump()
      return statusCode
    }))
    const calls = (await counts(tenant))['/oauth/token'] - before
    console.log(
      `  ${spread === 0 ? 'at once       ' : `over ${spread} ms   `} token calls ${calls} (goal 1), answers ` +
        `200: ${statuses.filter(status => status === 200).length} (goal 100)`
    )
    await pool.close()
    app.stop()
    tenant.stop()
  }
}
