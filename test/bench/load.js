import { Pool } from 'undici'

const IN_FLIGHT = 32

/** Asks for the page as fast as it comes, with the sessions in turn. */
export async function loadFor (url, cookies, seconds) {
  const pool = new Pool(url, { connections: IN_FLIGHT })
  const end = performance.now() + seconds * 1000
  let requests = 0
  let setCookie = 0
  let refused = 0
  let next = 0
  await Promise.all(Array.from({ length: IN_FLIGHT }, async () => {
    while (performance.now() < end) {
      const { statusCode, headers, body } = await pool.request({
        path: '/me',
        method: 'GET',
        headers: { cookie: cookies[next++ % cookies.length], accept: 'application/json' }
      })
      await body.dump()
      requests++
      if (statusCode !== 200) refused++
      setCookie += [headers['set-cookie'] ?? []].flat().join('').length
    }
  }))
  await pool.close()
  return { requests, setCookie, refused }
}
