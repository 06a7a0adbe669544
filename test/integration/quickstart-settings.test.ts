import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { createServer, type AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import t, { type Test } from 'tap'
import { explainBusyPort, readPorts, SettingsError } from '../../examples/quickstart/ports.js'
import { readSettings } from '../../examples/quickstart/settings.js'
import { freePort } from '../servers/programs.js'

/** A folder without a file `.env`. */
const nowhere = mkdtempSync(join(tmpdir(), 'quickstart-'))
t.teardown(() => {
  rmSync(nowhere, { recursive: true })
})

const complete = {
  AUTH0_DOMAIN: 'acme.eu.auth0.com',
  AUTH0_CLIENT_ID: 'id',
  AUTH0_CLIENT_SECRET: 'secret',
  APP_BASE_URL: 'https://app.example.com',
  SESSION_SECRET: 'forty characters of a secret, more or less'
}

t.test('settings of the quickstart', async t => {
  t.same(readSettings({}), { port: 3000, host: 'localhost', tenantPort: 3001 }, 'nothing set: the local tenant')
  t.same(readSettings({ AUTH0_DOMAIN: '', APP_BASE_URL: ' ', PORT: '8080', TENANT_PORT: '8081', HOST: '0.0.0.0' }), {
    port: 8080,
    host: '0.0.0.0',
    tenantPort: 8081
  }, 'an .env.example that nobody filled in is nothing set')
  t.same(readSettings({ ...complete, AUTH0_AUDIENCE: 'https://orders' }).tenant, {
    domain: 'acme.eu.auth0.com',
    clientId: 'id',
    clientSecret: 'secret',
    appBaseUrl: 'https://app.example.com',
    sessionSecret: complete.SESSION_SECRET,
    audience: 'https://orders'
  })
  t.notOk('audience' in readSettings(complete).tenant!)
  t.equal(readSettings(complete).port, 3000, 'behind https a proxy has the port')
  t.equal(readSettings({ ...complete, APP_BASE_URL: 'http://localhost:4000' }).port, 4000)
  t.equal(readSettings({ ...complete, APP_BASE_URL: 'http://localhost:4000', PORT: '5000' }).port, 5000)

  for (const name of Object.keys(complete)) {
    t.throws(() => readSettings({ ...complete, [name]: '' }), { message: new RegExp(`${name} is missing`) },
      `${name} alone is missing`)
    t.throws(() => readSettings({ [name]: 'x' }), { message: new RegExp(`^${name} is set, but `) },
      `${name} alone is set`)
  }
  for (const PORT of ['http', '0', '70000', '1.5', '-1']) {
    t.throws(() => readSettings({ PORT }), new SettingsError(`PORT must be a number from 1 to 65535, not "${PORT}".`))
  }
})

t.test('following the advice about busy ports leads to free ones', t => {
  const taken = new Set([3000, 3001, 3100, 3101, 3201])
  let env: Record<string, string> = {}
  for (let tries = 0; tries < 8; tries++) {
    const ports = readPorts(env)
    // The tenant starts first.
    const busy = [ports.tenantPort, ports.port].find(port => taken.has(port))
    if (busy === undefined) break
    const cause = Object.assign(new Error('busy'), { code: 'EADDRINUSE', port: busy })
    const error = new Error('not started', { cause })
    const advice = explainBusyPort(error, ports, 'npm start')!
    env = Object.fromEntries([...advice.matchAll(/(\w*PORT)=(\d+)/gu)].map(([, name, port]) => [name!, port!]))
  }
  const { port, tenantPort } = readPorts(env)
  t.notOk(taken.has(port) || taken.has(tenantPort), `${port} and ${tenantPort}`)
  t.same(readPorts({ PORT: '4000' }), { port: 4000, tenantPort: 4001 }, 'the tenant is beside the application')
  t.same(readPorts({ PORT: '65535' }), { port: 65535, tenantPort: 65534 })
  t.throws(() => readPorts({ PORT: '4000', TENANT_PORT: '4000' }),
    new SettingsError('PORT and TENANT_PORT must be two ports, not both 4000.'))
  t.equal(explainBusyPort(new Error('other'), { port: 1, tenantPort: 2 }, ''), undefined)
  t.end()
})

t.test('npm start', { timeout: 500_000 }, async t => {
  await t.test('says which port is busy', async t => {
    const occupied = createServer().listen(0, '127.0.0.1')
    await once(occupied, 'listening')
    t.teardown(() => {
      occupied.close()
    })
    const busy = (occupied.address() as AddressInfo).port

    const free = await freePort()
    const [app, tenant, devices] = await Promise.all([
      start(t, { PORT: String(busy), TENANT_PORT: String(free), HOST: '127.0.0.1' }).ended,
      start(t, { PORT: String(free), TENANT_PORT: String(busy) }).ended,
      start(t, { PORT: String(free), TENANT_PORT: String(busy) }, undefined, 'examples/devices/server.ts').ended
    ])
    t.match(app, {
      code: 1,
      out: '',
      err: new RegExp(`^Port ${busy} is in use by another program.*: PORT=\\d+ TENANT_PORT=${free} npm start\n$`)
    })
    t.match(tenant, {
      code: 1,
      out: '',
      err: new RegExp(`^Port ${busy} is in use by another program.*: PORT=${free} TENANT_PORT=\\d+ npm start\n$`)
    })
    t.match(devices, {
      code: 1,
      out: '',
      err: new RegExp(`^Port ${busy} is in use.*: PORT=${free} TENANT_PORT=\\d+ node .* examples/devices/server.ts\n$`)
    })
  })

  await t.test('refuses half a configuration, and what the plugin refuses, in one line', async t => {
    const [half, short] = await Promise.all([
      start(t, { AUTH0_DOMAIN: 'acme.eu.auth0.com', AUTH0_CLIENT_ID: 'id' }).ended,
      start(t, { ...complete, SESSION_SECRET: 'short' }).ended
    ])
    t.match(half, {
      code: 1,
      out: '',
      err:
        /^AUTH0_DOMAIN, AUTH0_CLIENT_ID are set, but \w+_CLIENT_SECRET, APP_BASE_URL, SESSION_SECRET are missing\..*\n$/
    })
    t.match(short, { code: 1, out: '', err: /^Option "sessionSecret" must be a string of at least 32 characters.*\n$/ })
  })

  await t.test('says where to click and who one can be', async t => {
    const port = await freePort()
    const { child, says, ended } = start(t, { PORT: String(port), TENANT_PORT: String(await freePort()) })
    const said = await says('Ctrl+C')
    t.match(said, `http://localhost:${port}`)
    t.match(said, /ada@example\.com +password: analytical-engine/)
    t.equal((await fetch(`http://localhost:${port}/`)).status, 200)
    child.kill('SIGTERM')
    t.match(await ended, { code: 0, err: '' })
  })

  await t.test('reads .env, and with a tenant of one’s own starts no local one', async t => {
    const port = await freePort()
    const env = Object.entries({ ...complete, APP_BASE_URL: `http://localhost:${port}` }).map(([name, value]) =>
      `${name}="${value}"\n`
    ).join('')
    const { child, says, ended } = start(t, {}, { '.env': env })
    const said = await says('acme.eu.auth0.com')
    t.match(said, `http://localhost:${port}`)
    t.notMatch(said, 'Local tenant')
    child.kill('SIGINT')
    t.match(await ended, { code: 0, err: '' })
  })
})

/** Runs the command of `npm start` with these variables and files and no others. */
function start (t: Test, env: Record<string, string>, files?: Record<string, string>,
  example = 'examples/quickstart/server.ts') {
  const from = (path: string): string => new URL(`../../${path}`, import.meta.url).href
  const child = spawn(process.execPath, ['--import', from('examples/typescript.js'), '--import',
    from('test/self-reference.js'), fileURLToPath(from(example))], {
    cwd: files === undefined ? nowhere : t.testdir(files),
    env: { PATH: process.env.PATH ?? '', ...env },
    stdio: ['ignore', 'pipe', 'pipe']
  })
  t.teardown(() => {
    child.kill('SIGKILL')
  })
  let out = ''
  let err = ''
  child.stdout.setEncoding('utf8').on('data', (part: string) => {
    out += part
  })
  child.stderr.setEncoding('utf8').on('data', (part: string) => {
    err += part
  })
  const ended = once(child, 'close').then(([code]: (number | null)[]) => ({ code, out, err }))
  async function says (words: string): Promise<string> {
    while (!out.includes(words) && child.exitCode === null) await Promise.race([once(child.stdout, 'data'), ended])
    return out
  }
  return { child, says, ended }
}
