import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import t from 'tap'
import { makeKeyPair } from '../../lib/testing/key-pair.js'
import { sign, verify } from 'node:crypto'

const root = fileURLToPath(new URL('../../', import.meta.url))

t.test('a key pair signs and verifies, for each algorithm', async t => {
  for (const algorithm of ['ES256', 'RS256'] as const) {
    const { privateKey, publicKey } = makeKeyPair(algorithm)
    const data = Buffer.from('data')
    t.ok(verify('sha256', data, publicKey, sign('sha256', data, privateKey)), algorithm)
    t.equal(publicKey.asymmetricKeyType, algorithm === 'ES256' ? 'ec' : 'rsa')
  }
})

t.test('keys can be exported while others are collected', async t => {
  // With the keys of `generateKeyPairSync` itself, and this little room, the 19th key never comes back.
  const program = `
    import { makeKeyPair } from './lib/testing/key-pair.ts'
    for (let keys = 0; keys < 40; keys++) {
      const { publicKey } = makeKeyPair('ES256')
      for (let exports = 0; exports < 200; exports++) publicKey.export({ format: 'jwk' })
    }
    process.stdout.write('exported')`
  const { stdout } = spawnSync(process.execPath, ['--max-semi-space-size=1', '--semi-space-growth-factor=1',
    '--import=./examples/typescript.js', '--input-type=module', '--eval', program],
  { cwd: root, encoding: 'utf8', timeout: 20_000 })
  t.equal(stdout, 'exported')
})
