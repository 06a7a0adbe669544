import cookie from '@fastify/cookie'
import fastify from 'fastify'
import t from 'tap'
import { cookieSize } from '../../../lib/stores/stateless/chunks.js'

t.test('a cookie weighs what its line weighs', async t => {
  const app = fastify({ pluginTimeout: 0 })
  await app.register(cookie)
  const attributes = { path: '/app', httpOnly: true, secure: true, sameSite: 'lax' as const }
  for (
    const more of [{}, { domain: 'example.com' }, { partitioned: true }, { maxAge: 60 }, { secure: false }, {
      httpOnly: false
    }, { domain: 'a.b', partitioned: true, maxAge: 259_200, sameSite: 'strict' as const }]
  ) {
    const all = { ...attributes, ...more }
    t.equal(cookieSize('name', 'value', all), app.serializeCookie('name', 'value', all).length, JSON.stringify(more))
  }
})
