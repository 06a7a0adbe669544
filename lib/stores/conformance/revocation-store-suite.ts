import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { systemClock } from '../../base/clock.js'
import type { SuiteCase } from './transaction-store-suite.js'
import type { Awaitable, RevocationFilter, RevocationOwner, RevocationStore } from '../../../types/stores.js'

const LIFE = 600

/**
 * What every `RevocationStore` must do. For any test runner:
 * `for (const { name, run } of revocationStoreSuite(() => new MyStore())) test(name, run)`
 * The store may be the same each time and hold other entries: owners are drawn anew.
 */
export function revocationStoreSuite (createStore: () => Awaitable<RevocationStore>): SuiteCase[] {
  const cases: SuiteCase[] = []

  function requirement (name: string, check: (store: RevocationStore, now: number) => Promise<void>): void {
    cases.push({ name, run: async () => await check(await createStore(), systemClock()) })
  }

  requirement('knows of no revocation at first', async store => {
    assert.equal(await store.revokedAt(owner()), undefined)
  })

  requirement('remembers the moment a session was ended by its id', async (store, now) => {
    const [ended, other] = [owner(), owner()]
    await store.revoke({ id: ended.id }, now, now + LIFE)
    assert.equal(await store.revokedAt(ended), now)
    assert.equal(await store.revokedAt({ ...other, iss: ended.iss, sub: ended.sub }), undefined)
  })

  for (const field of ['sid', 'sub', 'organization'] as const) {
    requirement(`remembers a revocation by issuer and ${field}`, async (store, now) => {
      const ended = owner()
      await store.revoke({ iss: ended.iss, [field]: ended[field] }, now, now + LIFE)
      assert.equal(await store.revokedAt(ended), now)
      assert.equal(await store.revokedAt({ ...owner(), iss: ended.iss, [field]: ended[field] }), now,
        `whoever shares the ${field}`)
      assert.equal(await store.revokedAt({ ...ended, iss: random() }), undefined, 'another issuer')
      assert.equal(await store.revokedAt({ ...ended, [field]: random() }), undefined, `another ${field}`)
    })
  }

  requirement('goes by session id and user together when both are named', async (store, now) => {
    const ended = owner()
    await store.revoke({ iss: ended.iss, sid: ended.sid!, sub: ended.sub }, now, now + LIFE)
    assert.equal(await store.revokedAt(ended), now)
    assert.equal(await store.revokedAt({ ...ended, sub: random() }), undefined, 'another user')
    assert.equal(await store.revokedAt({ ...ended, sid: random() }), undefined, 'another session')
    assert.equal(await store.revokedAt({ ...ended, iss: random() }), undefined, 'another issuer')
  })

  requirement('never takes one kind of name for another', async (store, now) => {
    const { iss, sub: name } = owner()
    await store.revoke({ iss, sid: name }, now, now + LIFE)
    assert.equal(await store.revokedAt({ id: name, iss, sub: name, organization: name }), undefined)
  })

  requirement('answers for an owner without session id and organization', async (store, now) => {
    const { id, iss, sub } = owner()
    assert.equal(await store.revokedAt({ id, iss, sub }), undefined)
    await store.revoke({ iss, sub }, now, now + LIFE)
    assert.equal(await store.revokedAt({ id, iss, sub }), now)
  })

  requirement('ends the sessions of the application it names, or of all', async (store, now) => {
    const ended = { ...owner(), clientId: random() }
    const elsewhere = { ...ended, clientId: random() }
    const { iss, sub, sid, organization, clientId } = ended
    for (const filter of [{ sub }, { sid: sid! }, { organization: organization! }, { sid: sid!, sub }]) {
      await store.revoke({ iss, clientId, ...filter }, now, now + LIFE)
      assert.equal(await store.revokedAt(elsewhere), undefined, 'another application')
    }
    assert.equal(await store.revokedAt(ended), now)
    await store.revoke({ iss, sub }, now + 1, now + LIFE)
    assert.equal(await store.revokedAt(ended), now + 1, 'without a client id every application is meant')
    assert.equal(await store.revokedAt(elsewhere), now + 1)
  })

  requirement('gives the latest of several revocations', async (store, now) => {
    const ended = owner()
    await store.revoke({ iss: ended.iss, sub: ended.sub }, now, now + LIFE)
    await store.revoke({ id: ended.id }, now + 2, now + LIFE)
    await store.revoke({ iss: ended.iss, sid: ended.sid! }, now + 1, now + LIFE)
    assert.equal(await store.revokedAt(ended), now + 2)
  })

  requirement('does not let an earlier revocation replace a later one', async (store, now) => {
    const ended = owner()
    await store.revoke({ id: ended.id }, now, now + LIFE)
    await store.revoke({ id: ended.id }, now - 10, now + 1)
    assert.equal(await store.revokedAt(ended), now)
    await store.revoke({ id: ended.id }, now + 10, now + LIFE)
    assert.equal(await store.revokedAt(ended), now + 10)
  })

  requirement('keeps parts of a second', async (store, now) => {
    const ended = owner()
    const moment = Math.floor(now) + 0.125
    await store.revoke({ id: ended.id }, moment, now + LIFE)
    assert.equal(await store.revokedAt(ended), moment)
  })

  requirement('takes every character of a name literally', async (store, now) => {
    const ended = owner()
    for (const sub of ['*', '%', "' OR ''='", '__proto__', 'constructor', '\n', 'a|b']) {
      await store.revoke({ iss: ended.iss, sub }, now, now + LIFE)
      assert.equal(await store.revokedAt({ ...ended, sub }), now)
    }
    assert.equal(await store.revokedAt(ended), undefined)
  })

  requirement('refuses a filter that names nothing, or too much', async (store, now) => {
    const iss = random()
    const filters = [{}, { iss }, { sub: 'a' }, { iss, sub: '' }, { iss, sub: 'a', organization: 'b' },
      { iss, sub: 'a', sid: '' }, { iss, sub: 'a', sid: 'b', organization: 'c' }, { sub: 'a', sid: 'b' },
      { iss, sub: 'a', clientId: '' }, { id: 'a', clientId: 'b' }, { id: 'a', iss, sub: 'b' }] as RevocationFilter[]
    for (const filter of filters) {
      await assert.rejects(async () => store.revoke(filter, now, now + LIFE), { code: 'invalid_argument' })
    }
  })

  return cases
}

function random (): string {
  return randomBytes(16).toString('base64url')
}

function owner (): RevocationOwner {
  return { id: random(), iss: random(), sub: random(), sid: random(), organization: random() }
}
