import t from 'tap'
import { createContext } from '../../lib/flows/create-context.js'
import { loadParts } from '../../lib/flows/parts.js'
import {
  MemoryRefreshStore, MemoryRevocationStore, MemorySessionStore, MemoryTransactionStore
} from '../../lib/stores/index.js'
import type { Auth0Options } from '../../types/index.js'
import { parsedOptions } from './parsed-options.js'

const now = 1_800_000_000

async function context (options: Partial<Auth0Options> = {}) {
  const events: unknown[] = []
  const config = parsedOptions({
    customFetch: async () => Response.json({}),
    now: () => now,
    onEvent: event => { events.push(event) },
    ...options
  })
  const nothing = () => {}
  const log = { debug: nothing, info: nothing, warn: nothing, error: nothing }
  return { ...createContext(config, log, await loadParts(config)), events, config }
}

t.test('what a registration has by its options', async t => {
  const refreshStore = new MemoryRefreshStore()
  const sessionStore = new MemorySessionStore()
  const has = async (options: Partial<Auth0Options>) => {
    const { context: made, close } = await context(options)
    await close()
    const { sessions, refreshSharing, deviceSealer, dpopNonces, requestObjectSigner, apiSecret } = made
    return Object.entries({
      sharing: refreshSharing,
      device: deviceSealer,
      gate: sessions.device,
      nonces: dpopNonces,
      signer: requestObjectSigner,
      apiSecret
    }).filter(([, part]) => part !== undefined).map(([name]) => name).concat(sessions.kind)
  }
  const deviceBound = { sessionConfiguration: { deviceBound: true } } as const
  t.strictSame(await has({}), ['cookie'])
  t.strictSame(await has({ refreshStore }), ['sharing', 'cookie'])
  t.strictSame(await has({ sessionStore }), ['store'])
  const { get, set, lock } = refreshStore
  const revocationStore = Object.assign(new MemoryRevocationStore(), { get, set, lock })
  t.strictSame(await has({ revocationStore }), ['sharing', 'cookie'], 'it can do both')
  t.strictSame(await has({ revocationStore, sessionStore }), ['store'], 'sessions in a store have its own lock')
  t.strictSame(await has(deviceBound), ['device', 'gate', 'cookie'])
  t.strictSame(await has({ ...deviceBound, sessionStore }), ['device', 'gate', 'store'])
  t.strictSame(await has({ api: { audience: 'x', dpopNonce: true } }), ['nonces', 'cookie'])
  t.strictSame(await has({ api: { audience: 'x', dpopNonce: false } }), ['cookie'])
  t.strictSame(await has({ api: { audience: 'x', secret: 'a secret of an API, long enough for it' } }),
    ['apiSecret', 'cookie'])
})

t.test("an application's store for transactions is used, under the name of the registration", async t => {
  const transactionStore = new MemoryTransactionStore({ now: () => now })
  const suffixes: string[] = []
  transactionStore.forRegistration = suffix => {
    suffixes.push(suffix)
    return transactionStore
  }
  const { context: { cookieNames, transactions } } = await context({ transactionStore })
  t.strictSame(suffixes, [cookieNames.registration])
  let asked = 0
  const plain = { set () { asked++ }, take: () => undefined, delete () {} }
  const { context: other } = await context({ transactionStore: plain })
  await other.transactions.set({} as never, 's', {} as never, 1)
  t.equal(asked, 1)
  t.not(transactions, other.transactions)
})

t.test('how much is remembered of proofs and logout tokens, and what is told of a full memory', async t => {
  const { context: { dpopProofs, logoutTokens }, events } = await context()
  const until = now + 100
  const full = (memory: string) =>
    ({ type: 'warning', outcome: 'failure', reason: `${memory}_full`, blame: 'application' })
  for (let n = 0; n < 10_000; n++) dpopProofs.add(`${n}`, { at: now, until }, now, 'one')
  t.equal(events.length, 0)
  dpopProofs.add('more', { at: now, until }, now, 'one')
  t.match(events, [full('dpop_proofs')])
  for (let n = 0; n < 100_000; n++) logoutTokens.add(`${n}`, { at: now, until }, now)
  t.equal(events.length, 1)
  logoutTokens.add('more', { at: now, until }, now)
  t.match(events[1], full('logout_tokens'))
})
