/**
 * Prints how many keys were derived and imported before and after ten logins, reads and refreshes. It is a program of
 * its own, since the functions must be replaced before anything of the library is loaded.
 */
import assert from 'node:assert/strict'
import crypto from 'node:crypto'
import { syncBuiltinESMExports } from 'node:module'

const counts = { hkdfSync: 0, createPrivateKey: 0 }
for (const name of ['hkdfSync', 'createPrivateKey'] as const) {
  const original = crypto[name] as (...args: unknown[]) => unknown
  Object.assign(crypto, {
    [name]: (...args: unknown[]) => {
      counts[name]++
      return original(...args)
    }
  })
}
syncBuiltinESMExports()

const { Site } = await import('../site.js')
const clientAssertionSigningKey = crypto.generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey
  .export({ type: 'pkcs8', format: 'pem' }) as string
const s = new Site({ clientSecret: undefined as never, clientAssertionSigningKey })
s.route('/me', async request => await request.getSession())
s.route('/new', async request => await request.auth0.getAccessToken({ refresh: true }))
await s.app.ready()
const ada = await s.member()
await ada.call('/new')
const before = { ...counts }
for (let round = 0; round < 10; round++) {
  await s.member()
  assert.equal((await ada.call('/me')).json<{ user: { sub: string } }>().user.sub, 'auth0|ada')
  assert.equal((await ada.call('/new')).statusCode, 200)
}
console.log(JSON.stringify({ before, after: counts }))
await s.app.close()
