import { AsyncLocalStorage } from 'node:async_hooks'
import { IncomingMessage, ServerResponse, type RequestListener } from 'node:http'
import { createRequire } from 'node:module'
import { Socket } from 'node:net'
import type * as OidcProvider from 'oidc-provider'
import type { Grant, KoaContextWithOIDC, Provider } from 'oidc-provider'
import { ConfigurationError } from '../../../errors.js'
import type { TenantAnswer, TenantRequest } from './exchange.js'

/** The module `oidc-provider`. */
export type Engine = typeof OidcProvider

/** The version the tenant is written for. */
const engineVersion = '9.13.3'

/** `oidc-provider` prints one line on Node 20, on which it works; nothing else is held back. */
async function withoutRuntimeWarning<T> (work: () => Promise<T>): Promise<T> {
  const { warn } = console
  console.warn = (...line: unknown[]) => {
    if (!String(line[0]).includes('Unsupported runtime')) warn(...line)
  }
  try {
    return await work()
  } finally {
    console.warn = warn
  }
}

/** The installed package: its version and its module. */
interface InstalledEngine {
  version: string
  engine: Engine
}

async function importEngine (): Promise<InstalledEngine> {
  const { version } = createRequire(import.meta.url)('oidc-provider/package.json') as { version: string }
  return { version, engine: await import('oidc-provider') }
}

const toInstall = `npm install --save-dev oidc-provider@${engineVersion}`

/**
 * Loads the engine; `load` stands for the import in tests.
 * @throws ConfigurationError when it is not installed, or in a version whose insides may be others
 */
export async function loadEngine (load: () => Promise<InstalledEngine> = importEngine): Promise<Engine> {
  let installed: InstalledEngine
  try {
    installed = await withoutRuntimeWarning(load)
  } catch (error) {
    throw new ConfigurationError('oidc-provider',
      `createTenant() needs the package "oidc-provider": ${toInstall}`, error)
  }
  const { version, engine } = installed
  const series = engineVersion.replace(/(?<!\d)\d+$/u, '')
  if (!version.startsWith(series)) {
    throw new ConfigurationError('oidc-provider',
      `createTenant() works with version ${series}x of the package "oidc-provider", not ${version}: ${toInstall}`)
  }
  return engine
}

/** A proof of possession that the engine has checked. */
export interface DpopProof {
  thumbprint: string
  jti: string
}

/** The engine's checks for grants; it exports them to the grants it is made of. */
export interface EngineHelpers {
  validateDpop: (provider: Provider, ctx: KoaContextWithOIDC) => Promise<DpopProof | undefined>
  checkDpopRequired: (provider: Provider, ctx: KoaContextWithOIDC, proof: DpopProof | undefined) => void
  checkDpopReplay: (provider: Provider, ctx: KoaContextWithOIDC, proof: DpopProof, clientId: string,
    error: unknown) => Promise<void>
  validateGrant: (provider: Provider, ctx: KoaContextWithOIDC, grantId: string) => Promise<Grant>
  internals: (provider: Provider) => EngineInternals
}

/** How the engine answers an authorization request: by a redirect, a form or a message between windows. */
type ResponseMode = (ctx: KoaContextWithOIDC, redirectUri: string, response: Record<string, unknown>) => unknown

/** What the engine keeps of its options. */
interface EngineInternals {
  configuration: { responseTypes: string[] }
  responseModes: Map<string, ResponseMode>
}

/** Loads the engine's checks for grants, and the way to what it keeps. */
export async function loadHelpers (): Promise<EngineHelpers> {
  const folder: string = 'oidc-provider/lib/helpers/'
  const [grants, { default: internals }] = await Promise.all([import(`${folder}grants.js`),
    import(`${folder}weak_cache.js`)])
  return { ...grants, internals }
}

const requests = new AsyncLocalStorage<TenantRequest>()

/** The request that the engine is working on. */
export function currentRequest (): TenantRequest | undefined {
  return requests.getStore()
}

/** A response that is collected instead of sent. */
class CollectedResponse extends ServerResponse {
  readonly #chunks: Buffer[] = []

  override end (...args: unknown[]): this {
    const [chunk] = args
    if (typeof chunk === 'string' || Buffer.isBuffer(chunk)) this.#chunks.push(Buffer.from(chunk))
    this.finished = true
    this.emit('finish')
    return this
  }

  answer (): TenantAnswer {
    this.removeHeader('content-length')
    const headers = Object.entries(this.getHeaders())
      .map(([name, value]) => [name, Array.isArray(value) ? value : String(value)])
    return {
      status: this.statusCode,
      headers: Object.fromEntries(headers),
      body: Buffer.concat(this.#chunks).toString()
    }
  }
}

/** Lets the engine answer a request; no socket is involved. */
export function runEngine (listener: RequestListener, request: TenantRequest, issuer: string): Promise<TenantAnswer> {
  const socket = Object.assign(new Socket(), { encrypted: issuer.startsWith('https:') })
  const incoming = new IncomingMessage(socket)
  const url = new URL(request.url)
  incoming.method = request.method
  incoming.url = `${url.pathname}${url.search}`
  incoming.headers = { ...request.headers, host: url.host }
  if (request.text !== '') incoming.headers['content-length'] = String(Buffer.byteLength(request.text))
  incoming.push(request.text)
  incoming.push(null)
  const response = new CollectedResponse(incoming)
  return new Promise(resolve => {
    response.on('finish', () => resolve(response.answer()))
    requests.run(request, () => listener(incoming, response))
  })
}
