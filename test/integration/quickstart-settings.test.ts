import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createServer, type AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { fileURLToPath } from 'node:url'
import t, { type Test } from 'tap'
import { readSettings, SettingsError } from '../../examples/quickstart/settings.js'
import { freePort } from '../running-quickstart.js'

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

t.test('npm start', { timeout: 500_000 }, async t => {
  await t.test('says which port is busy', async t => {
    const occupied = createServer().listen(0, '127.0.0.1')
    await once(occupied, 'listening')
    t.teardown(() => {
      occupied.close()
    })
    const busy = (occupied.address() as AddressInfo).port

    const [app, tenant] = await Promise.all([
      start(t, { PORT: String(busy), TENANT_PORT: String(await freePort()), HOST: '127.0.0.1' }).ended,
      start(t, { PORT: String(await freePort()), TENANT_PORT: String(busy) }).ended
    ])
    t.match(app, {
      code: 1,
      out: '',
      err: new RegExp(`^Port ${busy} is in use by another program.*: PORT=\\d+ npm start\n$`)
    })
    t.match(tenant, {
      code: 1,
      out: '',
      err: new RegExp(`^Port ${busy} is in use by another program.*: TENANT_PORT=\\d+ npm start\n$`)
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
function start (t: Test, env: Record<string, string>, files?: Record<string, string>) {
  const from = (path: string): string => new URL(`../../${path}`, import.meta.url).href
  const child = spawn(process.execPath, ['--import', from('examples/typescript.js'), '--import',
    from('test/self-reference.js'), fileURLToPath(from('examples/quickstart/server.ts'))], {
    cwd: files === undefined ? tmpdir() : t.testdir(files),
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
