import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { systemClock } from '../../base/clock.js'
import { createSuiteBrowser, type SuiteBrowser } from './suite-browser.js'
import type { Awaitable, Transaction, TransactionStore } from '../../../types/stores.js'

/** One promise of the contract; `run` rejects with an `AssertionError` when it is broken. */
export interface SuiteCase {
  name: string
  run: () => Promise<void>
}

/** Options of `transactionStoreSuite()`. */
export interface TransactionSuiteOptions {
  /** For a store whose clock cannot be set: expiry is waited for, which takes two seconds. */
  realTime?: boolean
}

const TTL = 600

/**
 * What every `TransactionStore` must do. For any test runner:
 * `for (const { name, run } of transactionStoreSuite(({ now }) => new MyStore({ now }))) test(name, run)`
 */
export function transactionStoreSuite (
  createStore: (options: { now: () => number }) => Awaitable<TransactionStore>,
  { realTime = false }: TransactionSuiteOptions = {}
): SuiteCase[] {
  const cases: SuiteCase[] = []

  /** Each case gets a store and a clock of its own. */
  function requirement (name: string,
    check: (store: TransactionStore, clock: { wait: (seconds: number) => Promise<void> }) => Promise<void>): void {
    cases.push({
      name,
      async run () {
        let offset = 0
        const store = await createStore({ now: () => systemClock() + offset })
        const wait = async (seconds: number) => {
          if (realTime) await sleep(seconds * 1000)
          else offset += seconds
        }
        await check(store, { wait })
      }
    })
  }

  requirement('gives back what was kept', async store => {
    const browser = createSuiteBrowser()
    const kept = await begin(store, browser, {
      appState: { cart: [1, 2], note: 'ü "quoted"' },
      returnTo: '/a?b=c#d',
      maxAge: 60,
      organization: 'org_1'
    })
    assert.deepEqual(await store.take(browser.request(), kept.state), kept)
  })

  requirement('gives a transaction once', async store => {
    const browser = createSuiteBrowser()
    const kept = await begin(store, browser)
    assert.ok(await store.take(browser.request(), kept.state))
    assert.equal(await store.take(browser.request(), kept.state), undefined)
  })

  requirement('gives a transaction to one of many who ask at the same time', async store => {
    const browser = createSuiteBrowser()
    const kept = await begin(store, browser)
    // Copies of the cookies: every request was sent before any answer came.
    const jars = Array.from({ length: 20 }, () => {
      const copy = createSuiteBrowser()
      const jar = copy.request()
      for (const [name, { value, attributes }] of browser.cookies) jar.set(name, value, attributes)
      return copy.request()
    })
    const answers = await Promise.all(jars.map(async jar => await store.take(jar, kept.state)))
    assert.equal(answers.filter(answer => answer !== undefined).length, 1)
  })

  requirement('keeps the logins of several tabs apart', async store => {
    const browser = createSuiteBrowser()
    const first = await begin(store, browser, { returnTo: '/first' })
    const second = await begin(store, browser, { returnTo: '/second' })
    assert.deepEqual(await store.take(browser.request(), first.state), first)
    assert.deepEqual(await store.take(browser.request(), second.state), second)
  })

  requirement('gives a transaction only to the browser that began it', async store => {
    const kept = await begin(store, createSuiteBrowser())
    const other = createSuiteBrowser()
    assert.equal(await store.take(other.request(), kept.state), undefined)
    await begin(store, other)
    assert.equal(await store.take(other.request(), kept.state), undefined, 'not even with a login of its own under way')
  })

  requirement('has nothing for a state it does not know', async store => {
    const browser = createSuiteBrowser()
    const kept = await begin(store, browser)
    const others = ['', ' ', 'a;b', '../x', '\u0000', '__proto__', 'constructor', 'x'.repeat(10_000),
      kept.state.slice(0, -1), `${kept.state}0`]
    for (const state of others) {
      assert.equal(await store.take(browser.request(), state), undefined)
    }
    assert.deepEqual(await store.take(browser.request(), kept.state), kept)
  })

  requirement('forgets a transaction when its time is over', async (store, { wait }) => {
    const browser = createSuiteBrowser()
    const short = await begin(store, browser, {}, 1)
    const long = await begin(store, browser)
    await wait(1.5)
    assert.equal(await store.take(browser.request(), short.state), undefined)
    assert.ok(await store.take(browser.request(), long.state))
  })

  requirement('deletes one transaction and leaves the others', async store => {
    const browser = createSuiteBrowser()
    const first = await begin(store, browser)
    const second = await begin(store, browser)
    await store.delete(browser.request(), first.state)
    assert.equal(await store.take(browser.request(), first.state), undefined)
    assert.ok(await store.take(browser.request(), second.state))
  })

  requirement('deletes all transactions of a browser, and of no other', async store => {
    const [browser, other] = [createSuiteBrowser(), createSuiteBrowser()]
    const first = await begin(store, browser)
    const second = await begin(store, browser)
    const theirs = await begin(store, other)
    await store.delete(browser.request())
    assert.equal(await store.take(browser.request(), first.state), undefined)
    assert.equal(await store.take(browser.request(), second.state), undefined)
    assert.ok(await store.take(other.request(), theirs.state))
  })

  requirement('deletes what is not there without complaint', async store => {
    const browser = createSuiteBrowser()
    await store.delete(browser.request(), transaction().state)
    await store.delete(browser.request())
    assert.equal(browser.cookies.size, 0)
  })

  requirement('keeps the Cookie header small when 200 logins are begun and left (CB-07)', async store => {
    const browser = createSuiteBrowser()
    for (let login = 1; login < 200; login++) await begin(store, browser)
    const last = await begin(store, browser)
    const bytes = [...browser.cookies].reduce((sum, [name, { value }]) => sum + name.length + value.length + 3, 0)
    assert.ok(bytes < 8192, `${bytes} bytes of cookies`)
    assert.ok(await store.take(browser.request(), last.state), 'the newest login is still under way')
  })

  requirement('sends its cookies to a callback that is posted from the tenant', async store => {
    const browser = createSuiteBrowser()
    const kept = await begin(store, browser, { responseMode: 'form_post' })
    for (const [name, { attributes }] of browser.cookies) {
      assert.equal(attributes.sameSite, 'none', name)
      assert.equal(attributes.secure, true, name)
    }
    assert.ok(await store.take(browser.request(), kept.state))
  })

  requirement('hides its cookies from scripts and from plain http', async store => {
    const browser = createSuiteBrowser()
    await begin(store, browser)
    for (const [name, { attributes }] of browser.cookies) {
      assert.equal(attributes.httpOnly, true, name)
      assert.equal(attributes.secure, true, name)
      assert.notEqual(attributes.sameSite, 'none', name)
    }
  })

  requirement('is not moved by an appState that names prototypes (PP-01)', async store => {
    const browser = createSuiteBrowser()
    const kept = await begin(store, browser, {
      appState: JSON.parse(
        '{"__proto__":{"polluted":1},"constructor":{"prototype":{"polluted":1}},"fine":1}'
      ) as unknown
    })
    const taken = await store.take(browser.request(), kept.state)
    assert.ok(taken)
    const { appState } = taken
    assert.equal(({} as Record<string, unknown>)['polluted'], undefined)
    assert.equal(Object.assign({}, appState as Record<string, unknown>)['polluted'], undefined)
    assert.equal((appState as Record<string, unknown>)['fine'], 1)
  })

  return cases
}

type LoginFacts = Partial<Extract<Transaction, { kind: 'login' }>>

/** Begins a login in a browser. */
async function begin (store: TransactionStore, browser: SuiteBrowser, more: LoginFacts = {},
  ttl = TTL): Promise<Transaction> {
  const begun = transaction(more)
  await store.set(browser.request(), begun.state, begun, ttl)
  return begun
}

function transaction (more: LoginFacts = {}): Transaction {
  return {
    kind: 'login',
    state: randomBytes(32).toString('base64url'),
    nonce: randomBytes(32).toString('base64url'),
    codeVerifier: randomBytes(32).toString('base64url'),
    redirectUri: 'https://app.example.com/auth/callback',
    domain: 'acme.eu.auth0.com',
    issuer: 'https://acme.eu.auth0.com/',
    createdAt: Math.floor(systemClock()),
    ...more
  }
}
