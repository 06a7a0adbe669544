/**
 * Packs the package as `npm publish` would, has publint and Are The Types Wrong look at the tarball,
 * and uses it as its users do: from ESM, from CommonJS, from TypeScript, and without Fastify.
 * Installs nothing: the tarball is unpacked beside links to the dependencies that are here already.
 */
import assert from 'node:assert/strict'
import { execFileSync, spawn } from 'node:child_process'
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { once } from 'node:events'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { compileConsumers } from './compile-consumers.js'

const here = dirname(fileURLToPath(import.meta.url))
const root = join(here, '../..')
const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))
/** What costs each start some milliseconds, so that the build must have replaced it. */
const COSTLY = {
  'an import of a module of Node': /^(?:import|export)\b[^;]*"node:[^"]*"/m,
  'a character that is not ASCII': /[^\0-\x7f]/
}

const folder = mkdtempSync(join(tmpdir(), 'packed-'))

try {
  const [packed] = JSON.parse(run('npm', ['pack', '--ignore-scripts', '--json', '--pack-destination', folder], root))
  checkContents(packed.files.map(file => file.path))
  checkCode(packed.files.map(file => file.path))
  assert(packed.unpackedSize < 3.5e6, `the package is ${packed.unpackedSize} bytes unpacked`)
  const tarball = join(folder, packed.filename)
  tool('publint', [tarball, '--strict'])
  tool('attw', [tarball, '--profile', 'esm-only', '--no-emoji'])

  const full = project('full', tarball, [...Object.keys(manifest.dependencies), 'fastify', 'oidc-provider', 'otpauth',
    '@simplewebauthn/server', '@opentelemetry/api', '@types/node', 'undici-types'])
  run(process.execPath, ['esm.js'], full)
  run(process.execPath, ['start.js'], full)
  run(process.execPath, ['commonjs.cjs'], full)
  const app = firstApp()
  writeFileSync(join(full, 'app.mjs'), app.replace('port: 3000', 'port: 0'))
  writeFileSync(join(full, 'app.mts'), app)
  await answers(full)
  compileConsumers(full)

  const bare = project('bare', tarball, Object.keys(manifest.dependencies))
  run(process.execPath, ['without-fastify.js'], bare)

  console.log(
    `packed ${packed.filename}: ${packed.files.length} files, ${Math.round(packed.size / 1024)} kB; used from ESM, ` +
      'CommonJS, TypeScript and without Fastify'
  )
} finally {
  rmSync(folder, { recursive: true, force: true })
}

/** What is in the tarball, and what must not be. */
function checkContents (files) {
  for (
    const file of ['package.json', 'README.md', 'LICENSE', 'CHANGELOG.md', '.env.example',
      'examples/guides/options.md', 'dist/lib/index.js', 'dist/lib/index.d.ts', 'dist/lib/plugin/fastify.d.ts',
      'lib/index.ts']
  ) {
    assert(files.includes(file), `${file} is missing from the tarball`)
  }
  assert.deepEqual(files.filter(file => /\.js\.map$|tenant\/.*\.d\.ts\.map$/.test(file)), [], 'nobody needs these maps')
  for (const entry of Object.values(manifest.exports)) {
    for (const target of typeof entry === 'string' ? [entry] : Object.values(entry)) {
      assert(files.includes(target.slice(2)), `${target} is exported but not packed`)
    }
  }
  assert.deepEqual(files.filter(file => /\.test\.|\.tst\.|^test\/|^\.(?!env\.example$)|node_modules/.test(file)), [],
    'not for users')
}

/** What is loaded costs no more than it must. */
function checkCode (files) {
  for (const file of files.filter(file => /^dist\/.*\.js$/.test(file))) {
    const code = readFileSync(join(root, file), 'utf8')
    for (const [what, costly] of Object.entries(COSTLY)) {
      assert.equal(costly.exec(code)?.[0], undefined, `${file} has ${what}`)
    }
  }
  for (const file of files.filter(file => /\.d\.ts$/.test(file))) {
    const generic = /\b(?:Uint8Array|Buffer)</.exec(readFileSync(join(root, file), 'utf8'))
    assert.equal(generic, null, `${file} has a type that is generic since TypeScript 5.7 only`)
  }
}

/** The app of the README, as it is printed there. */
function firstApp () {
  const readme = readFileSync(join(root, 'README.md'), 'utf8')
  return /```js\n(import Fastify[\s\S]*?)```/.exec(readme)[1]
}

/** Starts the README's app and opens its pages. */
async function answers (folder) {
  const env = {
    AUTH0_DOMAIN: 'acme.eu.auth0.com',
    AUTH0_CLIENT_ID: 'app',
    AUTH0_CLIENT_SECRET: 'secret',
    SESSION_SECRET: 'a session secret of enough characters'
  }
  const child = spawn(process.execPath, ['app.mjs'], { cwd: folder, env, stdio: ['ignore', 'pipe', 'inherit'] })
  try {
    const [address] = await once(child.stdout, 'data')
    const url = String(address).trim()
    const page = await fetch(url)
    assert.equal(page.status, 200)
    assert.match(page.headers.get('content-type'), /^text\/html/)
    assert.match(await page.text(), /href="\/auth\/login.*href="\/auth\/logout"/)
    assert.equal((await fetch(`${url}/dashboard`)).status, 401)
  } finally {
    child.kill()
  }
}

/** A consumer's project: the unpacked tarball, links to these packages, and the files of `consumers/`. */
function project (name, tarball, packages) {
  const place = join(folder, name)
  const modules = join(place, 'node_modules')
  const self = join(modules, manifest.name)
  mkdirSync(self, { recursive: true })
  run('tar', ['-xzf', tarball, '-C', self, '--strip-components=1'], place)
  for (const dependency of packages) {
    mkdirSync(dirname(join(modules, dependency)), { recursive: true })
    symlinkSync(join(root, 'node_modules', dependency), join(modules, dependency), 'dir')
  }
  cpSync(join(here, 'consumers'), place, { recursive: true })
  return place
}

/** One of the development dependencies' programs, on the tarball. */
function tool (name, args) {
  run(join(root, 'node_modules/.bin', name), args, root)
}

function run (command, args, cwd) {
  try {
    return execFileSync(command, args, { cwd, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] })
  } catch (error) {
    console.error(`${command} ${args.join(' ')} failed:\n${error.stdout}${error.stderr}`)
    throw new Error(`${args[0]} does not work with the packed tarball`)
  }
}
