import t from 'tap'
import { createHttp } from '../../lib/http/send.js'

t.test('a client certificate and a connection of the application', async t => {
  const tls = { cert: 'x', key: 'y' }
  for (const beside of [{ customFetch: fetch }, { dispatcher: {} }]) {
    t.throws(() => createHttp({ tls, ...beside } as never), { option: 'tls', message: /must not be given beside/ })
  }
  t.doesNotThrow(() => createHttp({ tls }))
})
