import { ApiError, Auth0Error, SessionStoreError } from '../errors.js'
import type { Check, CheckResult } from '../../types/checks.js'
import type { CookieJar } from '../../types/stores.js'
import type { PluginContext } from './context.js'
import { plain } from './events.js'
import { hintOf } from './hints.js'

/** One check: what it tries, and the seconds it may take. */
interface Probe {
  name: string
  seconds: number
  run: () => unknown
}

/** A key that no session, refresh or transaction has. */
const NOBODY = 'fastify-auth0-check'
/** Seconds that a check takes at most, whatever the options allow a call. */
const LONGEST = 5

/** A request without cookies. */
const noCookies: CookieJar = {
  writable: false,
  secure: true,
  host: '',
  bytes: 0,
  get: () => undefined,
  entries: () => [],
  family: () => [],
  names: () => [],
  set: () => {},
  clear: () => {}
}

/**
 * Checks what a request needs: the tenant's metadata and keys, and the stores of the options. Fresh metadata and keys
 * are not fetched again; stores are read. Callers at the same time share one check.
 */
export function createCheck (context: PluginContext): () => Promise<CheckResult> {
  let running: Promise<CheckResult> | undefined
  return () => {
    running ??= runAll(probesOf(context)).finally(() => {
      running = undefined
    })
    return running
  }
}

async function runAll (probes: Probe[]): Promise<CheckResult> {
  const checks = await Promise.all(probes.map(runProbe))
  return { ok: checks.every(({ ok }) => ok), checks }
}

async function runProbe ({ name, run, ...probe }: Probe): Promise<Check> {
  const seconds = Math.min(LONGEST, probe.seconds)
  const since = performance.now()
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<string>(resolve => {
    timer = setTimeout(resolve, seconds * 1000, `No answer within ${seconds} s. Check that the server can be reached.`)
  })
  const work = Promise.resolve().then(run).then(() => undefined, problemOf)
  const error = await Promise.race([work, late])
  clearTimeout(timer)
  const ms = Math.round(performance.now() - since)
  return error === undefined ? { name, ok: true, ms } : { name, ok: false, ms, error }
}

/** With several domains nobody knows which one to ask: then only the stores are checked. */
function probesOf ({ config, servers, transactions }: PluginContext): Probe[] {
  const { issuer, sessionStore, transactionStore, revocationStore, refreshStore, storeTimeout } = config
  const probes: Probe[] = []
  if (issuer !== undefined) {
    const server = servers.get(issuer)
    probes.push(
      { name: 'metadata', seconds: config.httpTimeout, run: () => server.metadata() },
      { name: 'keys', seconds: config.httpTimeout, run: () => server.keys.load() }
    )
  }
  const store = (name: string, run: () => unknown): number => probes.push({ name, seconds: storeTimeout, run })
  if (sessionStore !== undefined) store('sessionStore', () => sessionStore.get(NOBODY))
  if (transactionStore !== undefined) store('transactionStore', () => transactions.take(noCookies, NOBODY))
  if (revocationStore !== undefined) {
    store('revocationStore', () => revocationStore.revokedAt({ id: NOBODY, iss: NOBODY, sub: NOBODY }))
  }
  // Sessions in a store share refreshes by its lock.
  if (refreshStore !== undefined && sessionStore === undefined) store('refreshStore', () => refreshStore.get(NOBODY))
  return probes
}

/** What went wrong and what to do. Text that the tenant or a client of a store wrote is left out. */
function problemOf (error: unknown): string {
  const hint = hintOf(error)
  return hint === undefined ? factsOf(error) : `${factsOf(error)} ${hint}`
}

function factsOf (error: unknown): string {
  // The name of the check says which store it is.
  if (error instanceof SessionStoreError && error.cause !== undefined) return factsOf(error.cause)
  if (error instanceof ApiError) return `${plain(error.code, 64)}: the tenant answered with status ${error.status}.`
  if (error instanceof Auth0Error) return `${error.code}: ${plain(error.message, 256)}`
  // A client's message may hold what it was to send, or its connection string.
  const { code, name } = Object(error) as { code?: unknown, name?: unknown }
  const shown = [code, name].find(text => typeof text === 'string' && /^\w{1,40}$/.test(text))
  return shown === undefined ? 'The call failed.' : `The call failed: ${String(shown)}.`
}
