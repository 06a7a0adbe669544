import assert from 'node:assert/strict'
import type { SessionFilter } from '../../../types/stores.js'
import { alive, keep, LIFE, random, session, type Requirement } from './session-suite-material.js'

export function ownerRequirements (requirement: Requirement): void {
  requirement('ends one session by issuer and session id', async (store, { now }) => {
    const [iss, sub, sid] = [random(), random(), random()]
    const [gone, stays] = await keep(store, now(), { iss, sub, sid }, { iss, sub, sid: random() })
    assert.equal(await store.deleteWhere({ iss, sid }), 1)
    assert.equal(await store.get(gone!), undefined)
    assert.ok(await store.get(stays!))
  })

  requirement("ends all sessions of a user, and nobody else's", async (store, { now }) => {
    const [iss, sub] = [random(), random()]
    const keys = await keep(store, now(), { iss, sub, sid: random() }, { iss, sub },
      { iss, sub, organization: random() }, { iss, sub: random() }, { iss: random(), sub })
    assert.equal(await store.deleteWhere({ iss, sub }), 3)
    assert.deepEqual(await alive(store, keys), [false, false, false, true, true])
  })

  requirement('ends all sessions of an organization', async (store, { now }) => {
    const [iss, organization] = [random(), random()]
    const keys = await keep(store, now(), { iss, sub: random(), organization },
      { iss, sub: random(), organization }, { iss, sub: random() })
    assert.equal(await store.deleteWhere({ organization }), 2)
    assert.deepEqual(await alive(store, keys), [false, false, true])
  })

  requirement('ends only what matches every field of the filter', async (store, { now }) => {
    const [iss, sub, sid] = [random(), random(), random()]
    const keys = await keep(store, now(), { iss, sub, sid }, { iss, sub: random(), sid }, { iss, sub })
    assert.equal(await store.deleteWhere({ iss, sub: random(), sid }), 0)
    assert.equal(await store.deleteWhere({ iss, sub, sid }), 1)
    assert.deepEqual(await alive(store, keys), [false, true, true])
  })

  requirement('finds nothing for owners it does not know', async store => {
    assert.equal(await store.deleteWhere({ iss: random(), sub: random() }), 0)
    assert.deepEqual(await store.list({ sid: random() }), [])
  })

  requirement('refuses a filter that would mean everybody', async (store, { now }) => {
    const [key] = await keep(store, now(), { iss: 'https://tenant.example/', sub: random() })
    const filters = [{}, { sub: undefined }, { iss: 'https://tenant.example/' }, { sub: '' }, { sub: null },
      { sub: { $ne: '' } }] as SessionFilter[]
    for (const filter of filters) {
      await assert.rejects(store.deleteWhere(filter))
      await assert.rejects(store.list(filter))
    }
    assert.ok(await store.get(key!))
  })

  requirement('takes every character of a filter literally', async (store, { now }) => {
    const iss = random()
    const [key] = await keep(store, now(), { iss, sub: random() })
    for (const sub of ['*', '%', '_', '.*', "' OR ''='", '") OR 1=1 --', '__proto__', '\n']) {
      assert.equal(await store.deleteWhere({ iss, sub }), 0)
    }
    assert.ok(await store.get(key!))
  })

  requirement('lists the sessions of a user, newest first', async (store, { now }) => {
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

  requirement('lists and counts no session that was deleted or is past its end',
    async (store, { now, wait, moment }) => {
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

  requirement('finds a session after it was prolonged, past the end it was created with',
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

  requirement('goes by the owner an update gave', async (store, { now }) => {
    const [before, after] = [{ iss: random(), sub: random(), sid: random() }, { iss: random(), sub: random() }]
    const [key, kept] = session(now(), before)
    await store.create(key, kept)
    assert.equal(await store.update(key, { ...kept, version: 2, owner: after }), true)
    assert.deepEqual(await store.get(key), { ...kept, version: 2, owner: after })
    assert.equal(await store.deleteWhere({ sid: before.sid }), 0)
    assert.equal(await store.deleteWhere({ iss: before.iss, sub: before.sub }), 0)
    assert.equal(await store.deleteWhere(after), 1)
  })

  requirement('ends many sessions at once', async (store, { now }) => {
    const owner = { iss: random(), sub: random() }
    const keys = await keep(store, now(), ...Array.from({ length: 120 }, () => owner))
    assert.equal((await store.list(owner)).length, 120)
    assert.equal(await store.deleteWhere(owner), 120)
    assert.ok(!(await alive(store, keys)).includes(true))
  })
}
