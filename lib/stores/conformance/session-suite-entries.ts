import assert from 'node:assert/strict'
import { LIFE, random, session, type Requirement } from './session-suite-material.js'

export function entryRequirements (requirement: Requirement): void {
  requirement('gives back what was kept', async (store, { now }) => {
    const [key, kept] = session(now(), { sid: random(), organization: random() })
    await store.create(key, { ...kept, value: 'ü "quoted" \n <tag> 😀 '.repeat(1000) })
    assert.deepEqual(await store.get(key), { ...kept, value: 'ü "quoted" \n <tag> 😀 '.repeat(1000) })
  })

  requirement('keeps times to the millisecond, and no owner field that was not given', async (store, { now }) => {
    const [key, kept] = session(Math.floor(now()) + 0.125)
    await store.create(key, kept)
    assert.deepEqual(await store.get(key), kept)
  })

  requirement('has nothing under a key it does not know', async (store, { now }) => {
    await store.create(...session(now()))
    for (const key of [random(), '__proto__', 'constructor', 'x'.repeat(1000)]) {
      assert.equal(await store.get(key), undefined)
    }
  })

  requirement('updates an entry whose version is the one before', async (store, { now }) => {
    const [key, kept] = session(now())
    await store.create(key, kept)
    const next = { ...kept, value: 'second', version: 2, expiresAt: kept.expiresAt + 10 }
    assert.equal(await store.update(key, next), true)
    assert.deepEqual(await store.get(key), next)
  })

  requirement('refuses an update of another version', async (store, { now }) => {
    const [key, kept] = session(now())
    await store.create(key, { ...kept, version: 5 })
    for (const version of [4, 5, 7]) {
      assert.equal(await store.update(key, { ...kept, value: 'other', version }), false, `version ${version} over 5`)
    }
    assert.equal((await store.get(key))?.value, kept.value)
  })

  requirement('lets one of many updates of the same version through', async (store, { now }) => {
    const [key, kept] = session(now())
    await store.create(key, kept)
    const done = await Promise.all(
      Array.from({ length: 20 }, async (_, n) => await store.update(key, { ...kept, value: `writer ${n}`, version: 2 }))
    )
    assert.equal(done.filter(Boolean).length, 1)
    assert.equal((await store.get(key))?.value, `writer ${done.indexOf(true)}`)
  })

  requirement('never creates with an update', async (store, { now }) => {
    const [key, kept] = session(now())
    for (const version of [0, 1, 2]) assert.equal(await store.update(key, { ...kept, version }), false)
    assert.equal(await store.get(key), undefined)
  })

  requirement('never brings back a deleted entry, by update or touch', async (store, { now }) => {
    const [key, kept] = session(now())
    await store.create(key, kept)
    await store.delete(key)
    assert.equal(await store.update(key, { ...kept, version: 2 }), false)
    assert.equal(await store.touch(key, kept.expiresAt + LIFE), false)
    assert.equal(await store.get(key), undefined)
  })

  requirement('touches the end of an entry and nothing else', async (store, { now }) => {
    const [key, kept] = session(now(), { sid: random() })
    await store.create(key, kept)
    assert.equal(await store.touch(key, kept.expiresAt + LIFE), true)
    assert.deepEqual(await store.get(key), { ...kept, expiresAt: kept.expiresAt + LIFE })
    assert.equal(await store.update(key, { ...kept, version: 2 }), true, 'the version is still the one it had')
  })

  requirement('deletes an entry, and does not mind when there is none', async (store, { now }) => {
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

export function expiryRequirements (requirement: Requirement): void {
  requirement('does not give an entry past its end', async (store, { now, wait, moment }) => {
    const [key, kept] = session(now())
    await store.create(key, { ...kept, expiresAt: now() + moment })
    assert.ok(await store.get(key))
    await wait(3)
    assert.equal(await store.get(key), undefined)
    assert.equal(await store.update(key, { ...kept, version: 2 }), false)
    assert.equal(await store.touch(key, now() + LIFE), false)
    assert.equal(await store.get(key), undefined)
  })

  requirement('goes by the end that update and touch gave', async (store, { now, wait, moment }) => {
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
