import t from 'tap'
import { telemetryHeader } from '../../lib/http/telemetry.js'
import { version } from '../../lib/http/version.js'

t.test('telemetry', async t => {
  const read = (text: string | undefined): unknown => JSON.parse(Buffer.from(text!, 'base64').toString())
  const env = { node: process.versions.node }
  t.strictSame(read(telemetryHeader()), { name: 'fastify-auth0', version, env })
  t.strictSame(read(telemetryHeader({ name: 'x', version: '1' })), { name: 'x', version: '1', env })
  t.equal(telemetryHeader(false), undefined)
})
