import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { sleep } from '../../base/sleep.js'
import type { SuiteCase } from './transaction-store-suite.js'
import type { Awaitable, RefreshStore } from '../../../types/stores.js'

const LIFE = 600

/** Seconds of a life that ends while the suite runs. */
const SHORT = 0.05

/**
 * What every `RefreshStore` must do. For any test runner:
 * `for (const { name, run } of refreshStoreSuite(() => new MyStore())) test(name, run)`
 * The store may be the same each time and hold other entries: keys are drawn anew.
 * @param advance lets seconds pass for the store's clock; real ones by default
 */
export function refreshStoreSuite (createStore: () => Awaitable<RefreshStore>,
  advance: (seconds: number) => Awaitable<void> = sleep): SuiteCase[] {
  const cases: SuiteCase[] = []

  function promise (name: string, check: (store: RefreshStore, key: string) => Promise<void>): void {
    cases.push({ name, run: async () => await check(await createStore(), randomBytes(16).toString('base64url')) })
  }

  promise('knows of no value at first', async (store, key) => {
    assert.equal(await store.get(key), undefined)
  })

  promise('keeps a value, and the newer of two', async (store, key) => {
    await store.set(key, 'first', LIFE)
    assert.equal(await store.get(key), 'first')
    const long = 'x'.repeat(20_000)
    await store.set(key, long, LIFE)
    assert.equal(await store.get(key), long)
    assert.equal(await store.get(`${key}a`), undefined, 'another key')
  })

  promise('forgets a value when its time is over', async (store, key) => {
    await store.set(key, 'value', SHORT)
    await advance(2 * SHORT)
    assert.equal(await store.get(key), undefined)
  })

  promise('gives a lock to one of many', async (store, key) => {
    const taken = await Promise.all(Array.from({ length: 20 }, async () => await store.lock(key, LIFE)))
    assert.equal(taken.filter(release => release !== undefined).length, 1)
    assert.notEqual(await store.lock(`${key}a`, LIFE), undefined, 'another key')
  })

  promise('takes a lock back', async (store, key) => {
    const release = await store.lock(key, LIFE)
    assert.equal(await store.lock(key, LIFE), undefined)
    await release!()
    assert.notEqual(await store.lock(key, LIFE), undefined)
  })

  promise('frees a lock when its lease ends, and lets nobody else give back the next', async (store, key) => {
    const lost = await store.lock(key, SHORT)
    await advance(2 * SHORT)
    assert.notEqual(await store.lock(key, LIFE), undefined)
    await lost!()
    assert.equal(await store.lock(key, LIFE), undefined, 'still that of the second')
  })

  promise('keeps locks and values apart', async (store, key) => {
    await store.lock(key, LIFE)
    assert.equal(await store.get(key), undefined)
    await store.set(key, 'value', LIFE)
    assert.equal(await store.lock(key, LIFE), undefined)
    assert.equal(await store.get(key), 'value')
  })

  return cases
}
