import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { setTimeout as sleep } from 'node:timers/promises'
import type { SuiteCase } from './transaction-store-suite.js'
import type { Awaitable, SessionEntry, SessionFilter, SessionOwner, SessionStore } from '../../../types/stores.js'

export interface SessionSuiteOptions {
  /** For a store whose clock cannot be set: expiry is waited for, which takes some seconds each time. */
  realTime?: boolean
  /** For a store that cannot find sessions by their owner, such as a bridge over a store without `all`. */
  withoutIndex?: boolean
}

interface Clock {
  now: () => number
  /** Lets so many moments pass. */
  wait: (moments: number) => Promise<void>
  /** Seconds: short where it is really waited for, else longer than the slowest machine needs for a step. */
  moment: number
}
type Check = (store: SessionStore, clock: Clock) => Promise<void>

const LIFE = 3600
const LEASE = { leaseSeconds: 60, waitSeconds: 30 }
const idle = async (): Promise<void> => {}

/**
 * What every `SessionStore` has to do. For any test runner:
 * `for (const { name, run } of sessionStoreSuite(({ now }) => new MyStore({ now }))) test(name, run)`
 * The store may be the same each time and hold other entries: keys and owners are drawn anew.
 */
export function sessionStoreSuite (
  createStore: (options: { now: () => number }) => Awaitable<SessionStore>,
  { realTime = false, withoutIndex = false }: SessionSuiteOptions = {}
): SuiteCase[] {
  const cases: SuiteCase[] = []

  function promise (name: string, check: Check): void {
    cases.push({
      name,
      async run () {
        const begun = Date.now() / 1000
        let passed = 0
        const now = (): number => realTime ? Date.now() / 1000 : begun + passed
        const moment = realTime ? 2 : 60
        const wait = async (moments: number): Promise<void> => {
          if (realTime) await sleep(moments * moment * 1000)
          else passed += moments * moment
        }
        await check(await createStore({ now }), { now, wait, moment })
      }
    })
  }

  entryPromises(promise)
  expiryPromises(promise)
  if (!withoutIndex) ownerPromises(promise)
  lockPromises(promise)
  return cases
}

function entryPromises (promise: (name: string, check: Check) => void): void {
  promise('gives back what was kept', async (store, { now }) => {
    const [key, kept] = session(now(), { sid: random(), organization: random() })
    await store.create(key, { ...kept, value: 'ü "quoted" \n <tag> 😀 '.repeat(1000) })
    assert.deepEqual(await store.get(key), { ...kept, value: 'ü "quoted" \n <tag> 😀 '.repeat(1000) })
  })

  promise('keeps times to the millisecond, and no owner field that was not given', async (store, { now }) => {
    const [key, kept] = session(Math.floor(now()) + 0.125)
    await store.create(key, kept)
    assert.deepEqual(await store.get(key), kept)
  })

  promise('has nothing under a key it does not know', async (store, { now }) => {
    await store.create(...session(now()))
    for (const key of [random(), '__proto__', 'constructor', 'x'.repeat(1000)]) {
      assert.equal(await store.get(key), undefined)
    }
  })

  promise('updates an entry whose version is the one before', async (store, { now }) => {
    const [key, kept] = session(now())
    await store.create(key, kept)
    const next = { ...kept, value: 'second', version: 2, expiresAt: kept.expiresAt + 10 }
    assert.equal(await store.update(key, next), true)
    assert.deepEqual(await store.get(key), next)
  })

  promise('refuses an update of another version', async (store, { now }) => {
    const [key, kept] = session(now())
    await store.create(key, { ...kept, version: 5 })
    for (const version of [4, 5, 7]) {
      assert.equal(await store.update(key, { ...kept, value: 'other', version }), false, `version ${version} over 5`)
    }
    assert.equal((await store.get(key))?.value, kept.value)
  })

  promise('lets one of many updates of the same version through', async (store, { now }) => {
    const [key, kept] = session(now())
    await store.create(key, kept)
    const done = await Promise.all(
      Array.from({ length: 20 }, async (_, n) => await store.update(key, { ...kept, value: `writer ${n}`, version: 2 }))
    )
    assert.equal(done.filter(Boolean).length, 1)
    assert.equal((await store.get(key))?.value, `writer ${done.indexOf(true)}`)
  })

  promise('never creates with an update', async (store, { now }) => {
    const [key, kept] = session(now())
    for (const version of [0, 1, 2]) assert.equal(await store.update(key, { ...kept, version }), false)
    assert.equal(await store.get(key), undefined)
  })

  promise('never brings back a deleted entry, by update or touch', async (store, { now }) => {
    const [key, kept] = session(now())
    await store.create(key, kept)
    await store.delete(key)
    assert.equal(await store.update(key, { ...kept, version: 2 }), false)
    assert.equal(await store.touch(key, kept.expiresAt + LIFE), false)
    assert.equal(await store.get(key), undefined)
  })

  promise('touches the end of an entry and nothing else', async (store, { now }) => {
    const [key, kept] = session(now(), { sid: random() })
    await store.create(key, kept)
    assert.equal(await store.touch(key, kept.expiresAt + LIFE), true)
    assert.deepEqual(await store.get(key), { ...kept, expiresAt: kept.expiresAt + LIFE })
    assert.equal(await store.update(key, { ...kept, version: 2 }), true, 'the version is still the one it had')
  })

  promise('deletes an entry, and does not mind when there is none', async (store, { now }) => {
    const [key, kept] = session(now())
    const [otherKey, other] = session(now())
    await store.create(key, kept)
    await store.create(otherKey, other)
    await store.delete(key)
    await store.delete(key)
    assert.equal(await store.get(key), undefined)
    assert.ok(await store.get(otherKey))
  })
}

function expiryPromises (promise: (name: string, check: Check) => void): void {
  promise('does not give an entry past its end', async (store, { now, wait, moment }) => {
    const [key, kept] = session(now())
    await store.create(key, { ...kept, expiresAt: now() + moment })
    assert.ok(await store.get(key))
    await wait(3)
    assert.equal(await store.get(key), undefined)
    assert.equal(await store.update(key, { ...kept, version: 2 }), false)
    assert.equal(await store.touch(key, now() + LIFE), false)
    assert.equal(await store.get(key), undefined)
  })

  promise('goes by the end that update and touch gave', async (store, { now, wait, moment }) => {
    const [longer, kept] = session(now())
    const [shorter, touched] = session(now())
    await store.create(longer, { ...kept, expiresAt: now() + 2 * moment })
    await store.create(shorter, touched)
    assert.equal(await store.update(longer, { ...kept, version: 2, expiresAt: now() + LIFE }), true)
    assert.equal(await store.touch(shorter, now() + moment), true)
    await wait(3)
    assert.ok(await store.get(longer))
    assert.equal(await store.get(shorter), undefined)
  })
}

function ownerPromises (promise: (name: string, check: Check) => void): void {
  promise('ends one session by issuer and session id', async (store, { now }) => {
    const [iss, sub, sid] = [random(), random(), random()]
    const [gone, stays] = await keep(store, now(), { iss, sub, sid }, { iss, sub, sid: random() })
    assert.equal(await store.deleteWhere({ iss, sid }), 1)
    assert.equal(await store.get(gone!), undefined)
    assert.ok(await store.get(stays!))
  })

  promise("ends all sessions of a user, and nobody else's", async (store, { now }) => {
    const [iss, sub] = [random(), random()]
    const keys = await keep(store, now(), { iss, sub, sid: random() }, { iss, sub }, {
      iss,
      sub,
      organization: random()
    }, { iss, sub: random() }, { iss: random(), sub })
    assert.equal(await store.deleteWhere({ iss, sub }), 3)
    assert.deepEqual(await alive(store, keys), [false, false, false, true, true])
  })

  promise('ends all sessions of an organization', async (store, { now }) => {
    const [iss, organization] = [random(), random()]
    const keys = await keep(store, now(), { iss, sub: random(), organization }, { iss, sub: random(), organization }, {
      iss,
      sub: random()
    })
    assert.equal(await store.deleteWhere({ organization }), 2)
    assert.deepEqual(await alive(store, keys), [false, false, true])
  })

  promise('ends only what matches every field of the filter', async (store, { now }) => {
    const [iss, sub, sid] = [random(), random(), random()]
    const keys = await keep(store, now(), { iss, sub, sid }, { iss, sub: random(), sid }, { iss, sub })
    assert.equal(await store.deleteWhere({ iss, sub: random(), sid }), 0)
    assert.equal(await store.deleteWhere({ iss, sub, sid }), 1)
    assert.deepEqual(await alive(store, keys), [false, true, true])
  })

  promise('finds nothing for owners it does not know', async store => {
    assert.equal(await store.deleteWhere({ iss: random(), sub: random() }), 0)
    assert.deepEqual(await store.list({ sid: random() }), [])
  })

  promise('refuses a filter that would mean everybody', async (store, { now }) => {
    const [key] = await keep(store, now(), { iss: 'https://tenant.example/', sub: random() })
    const filters = [{}, { sub: undefined }, { iss: 'https://tenant.example/' }, { sub: '' }, { sub: null }, {
      sub: { $ne: '' }
    }] as SessionFilter[]
    for (const filter of filters) {
      await assert.rejects(store.deleteWhere(filter))
      await assert.rejects(store.list(filter))
    }
    assert.ok(await store.get(key!))
  })

  promise('takes every character of a filter literally', async (store, { now }) => {
    const iss = random()
    const [key] = await keep(store, now(), { iss, sub: random() })
    for (const sub of ['*', '%', '_', '.*', "' OR ''='", '") OR 1=1 --', '__proto__', '\n']) {
      assert.equal(await store.deleteWhere({ iss, sub }), 0)
    }
    assert.ok(await store.get(key!))
  })

  promise('lists the sessions of a user, newest first', async (store, { now }) => {
    const [iss, sub, sid] = [random(), random(), random()]
    const [key, kept] = session(now() - 20, { iss, sub, sid })
    const [newerKey, newer] = session(now() - 10, { iss, sub })
    await store.create(key, kept)
    await store.create(newerKey, newer)
    await store.create(...session(now(), { iss, sub: random() }))
    assert.deepEqual(await store.list({ iss, sub }), [
      { key: newerKey, iss, sub, createdAt: newer.createdAt, expiresAt: newer.expiresAt },
      { key, iss, sub, sid, createdAt: kept.createdAt, expiresAt: kept.expiresAt }
    ])
  })

  promise('lists and counts no session that was deleted or is past its end', async (store, { now, wait, moment }) => {
    const owner = { iss: random(), sub: random() }
    const [deleted, ended, stays] = [random(), random(), random()]
    const [, kept] = session(now(), owner)
    await store.create(deleted, kept)
    await store.create(ended, { ...kept, expiresAt: now() + moment })
    await store.create(stays, kept)
    await store.delete(deleted)
    await wait(3)
    assert.deepEqual((await store.list(owner)).map(({ key }) => key), [stays])
    assert.equal(await store.deleteWhere(owner), 1)
    assert.deepEqual(await store.list(owner), [])
  })

  promise('finds a session after it was prolonged, past the end it was created with',
    async (store, { now, wait, moment }) => {
      const owner = { iss: random(), sub: random(), sid: random() }
      const [[touched, kept], [updated]] = [session(now(), owner), session(now(), owner)]
      await store.create(touched, { ...kept, expiresAt: now() + 2 * moment })
      await store.create(updated, { ...kept, expiresAt: now() + 2 * moment })
      assert.equal(await store.touch(touched, now() + LIFE), true)
      assert.equal(await store.update(updated, { ...kept, version: 2, expiresAt: now() + LIFE }), true)
      await wait(3)
      assert.equal((await store.list({ iss: owner.iss, sid: owner.sid })).length, 2)
      assert.equal(await store.deleteWhere({ iss: owner.iss, sub: owner.sub }), 2)
    })

  promise('goes by the owner an update gave', async (store, { now }) => {
    const [before, after] = [{ iss: random(), sub: random(), sid: random() }, { iss: random(), sub: random() }]
    const [key, kept] = session(now(), before)
    await store.create(key, kept)
    assert.equal(await store.update(key, { ...kept, version: 2, owner: after }), true)
    assert.deepEqual(await store.get(key), { ...kept, version: 2, owner: after })
    assert.equal(await store.deleteWhere({ sid: before.sid }), 0)
    assert.equal(await store.deleteWhere({ iss: before.iss, sub: before.sub }), 0)
    assert.equal(await store.deleteWhere(after), 1)
  })

  promise('ends many sessions at once', async (store, { now }) => {
    const owner = { iss: random(), sub: random() }
    const keys = await keep(store, now(), ...Array.from({ length: 120 }, () => owner))
    assert.equal((await store.list(owner)).length, 120)
    assert.equal(await store.deleteWhere(owner), 120)
    assert.ok(!(await alive(store, keys)).includes(true))
  })
}

/** A store without `lock` passes: the lock is not part of what is demanded. */
function lockPromises (promise: (name: string, check: Check) => void): void {
  const locking = (name: string, check: (lock: NonNullable<SessionStore['lock']>) => Promise<void>): void => {
    promise(name, async store => {
      if (store.lock !== undefined) await check(store.lock.bind(store) as NonNullable<SessionStore['lock']>)
    })
  }

  locking('gives what the work under a lock came to', async lock => {
    assert.equal(await lock(random(), LEASE, async () => 42), 42)
    const failure = new Error('the work failed')
    const name = random()
    await assert.rejects(lock(name, LEASE, async () => {
      throw failure
    }), error => error === failure)
    assert.equal(await lock(name, { ...LEASE, waitSeconds: 5 }, async () => 'free again'), 'free again')
  })

  locking('lets one holder at a time work under a lock', async lock => {
    const name = random()
    let working = 0
    let most = 0
    await Promise.all(Array.from({ length: 5 }, async () =>
      await lock(name, LEASE, async () => {
        most = Math.max(most, ++working)
        await sleep(10)
        working--
      })))
    assert.equal(most, 1)
  })

  locking('keeps locks of different names apart', async lock => {
    await lock(random(), LEASE, async () => {
      await lock(random(), { ...LEASE, waitSeconds: 0 }, idle)
    })
  })

  locking('rejects with a TimeoutError when a lock is not free in time', async lock => {
    const name = random()
    await lock(name, LEASE, async () => {
      await assert.rejects(lock(name, { ...LEASE, waitSeconds: 0.1 }, idle), { name: 'TimeoutError', code: 'timeout' })
    })
  })

  locking('tells the work to stop as its lease ends, and gives the lock to the next', async lock => {
    const name = random()
    await lock(name, { leaseSeconds: 0.5, waitSeconds: 30 }, async signal => {
      assert.equal(signal.aborted, false)
      const stopped = once(signal, 'abort')
      await lock(name, LEASE, async () => {
        await stopped
      })
    })
  })

  locking('does not let who overstayed the lease free the lock of the next', async lock => {
    const name = random()
    let leave = (): void => {}
    let overstayed: Promise<void> | undefined
    await new Promise<void>((resolve, reject) => {
      overstayed = lock(name, { leaseSeconds: 0.5, waitSeconds: 30 }, async () => {
        resolve()
        await new Promise<void>(resolve => {
          leave = resolve
        })
      })
      overstayed.catch(reject)
    })
    await lock(name, LEASE, async () => {
      leave()
      await overstayed
      await assert.rejects(lock(name, { leaseSeconds: 1, waitSeconds: 0.1 }, idle), { code: 'timeout' })
    })
  })
}

function random (): string {
  return randomBytes(24).toString('base64url')
}

/** A key and an entry of a session that began at `createdAt`. */
function session (createdAt: number, owner: Partial<SessionOwner> = {}): [key: string, entry: SessionEntry] {
  return [random(), {
    value: random(),
    version: 1,
    owner: { iss: random(), sub: random(), ...owner },
    createdAt,
    expiresAt: createdAt + LIFE
  }]
}

async function keep (store: SessionStore, createdAt: number, ...owners: SessionOwner[]): Promise<string[]> {
  return await Promise.all(owners.map(async owner => {
    const [key, entry] = session(createdAt, owner)
    await store.create(key, entry)
    return key
  }))
}

async function alive (store: SessionStore, keys: string[]): Promise<boolean[]> {
  return await Promise.all(keys.map(async key => await store.get(key) !== undefined))
}
