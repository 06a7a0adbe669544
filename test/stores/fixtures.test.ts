import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import t, { type Test } from 'tap'
import { MemoryTransactionStore } from '../../lib/stores/index.js'
import { applicationStore } from '../../lib/stores/stateful/application-store.js'
import type { SessionFilter } from '../../types/index.js'
import { ask, logOut, open, post, start, tellLogout, type Application } from './fixtures/application.js'
import {
  readFixtures, type FixtureRegistration, type KnownSession, type MarkerCase, type RevocationCase, type SessionCase,
  type TransactionCase
} from './fixtures/fixture.js'
import {
  revocationStore, sessionStore, type KeptRevocations, type KeptSessions, type StoreKind
} from './fixtures/kept.js'
import type { Visitor } from '../fixtures/visitor.js'
import { MapJar } from './stateless/map-jar.js'

const families = ['acting', 'bound', 'imports', 'markers', 'names', 'popups', 'revocations', 'stateful', 'stateless',
  'transactions']
const nothing = { audiences: [], connections: [] }
const fixtures = readFixtures()

t.test('every release has its fixtures, in all families', async t => {
  const { version } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as {
    version: string
  }
  const releases = new Set([
    version.replace(/\.\d+(-.*)?$/, ''),
    ...fixtures.map(([file]) => /^v(\d+\.\d+)-/.exec(file)![1]!)
  ])
  for (const release of releases) {
    // Version 0.1 could not bind sessions to devices.
    const known = release === '0.1' ? families.filter(family => family !== 'bound') : families
    const wanted = known.map(family => `v${release}-${family}.json`)
    t.strictSame(
      fixtures.map(([file]) => file).filter(file => file.startsWith(`v${release}-`)),
      wanted,
      `to make them: node --import ./examples/typescript.js test/stores/fixtures/make.ts ${release}`
    )
  }
})

for (const [file, { sessions = [], transactions = [], revocations = [], markers = [] }] of fixtures) {
  for (const one of sessions) {
    t.test(`${file}: session, ${one.name}`, async t => {
      await opensSession(t, one)
    })
  }
  for (const one of transactions) {
    t.test(`${file}: transaction, ${one.name}`, async t => {
      await completes(t, one)
    })
  }
  for (const one of revocations) {
    t.test(`${file}: revocations, ${one.name}`, async t => {
      await staysRevoked(t, one)
    })
  }
  for (const one of markers) {
    t.test(`${file}: marker, ${one.name}`, async t => {
      await remembers(t, one)
    })
  }
}

/** The session is the one that was made, can be changed, and ends when it is logged out. */
async function opensSession (t: Test, one: SessionCase): Promise<void> {
  const { registrations, at, cookies, ask: asked, sessions, kept } = one
  const clock = { now: at }
  const stored = kept && (await sessionStore(kindOf(kept), () => clock.now))
  const refill = async () => {
    await stored?.restore(kept!)
  }
  await refill()
  const application = await open(registrations, clock, stored === undefined ? {} : { sessionStore: stored.store })
  t.teardown(() => application.app.close())
  for (const [index, registration] of registrations.entries()) {
    const { idToken, refreshToken, ...known } = sessions[index]!
    const idp = application.idps[index]!
    t.equal(
      (await ask(application.browser(), registration, asked)).statusCode,
      401,
      'without the cookies there is no session'
    )
    t.equal(
      (await ask(application.browser(broken(cookies)), registration, asked)).statusCode,
      401,
      'nor with changed ones'
    )
    const browser = application.browser(cookies)
    const answer = await ask(browser, registration, asked)
    t.equal(answer.statusCode, 200)
    t.hasStrict(answer.json(), known)
    t.equal(
      idp.requests.filter(({ endpoint }) => endpoint !== 'discovery').length,
      0,
      'all comes out of the session, nothing from the tenant'
    )
    if (idToken !== undefined) t.equal(await idTokenOf(application.browser(cookies), registration), idToken)

    t.equal((await post(browser, `${registration.scope}/own`, { changed: at })).statusCode, 200)
    const { expiresAt: _, ...unchanged } = known.session
    t.hasStrict(
      (await ask(browser, registration, asked)).json(),
      { ...known, session: { ...unchanged, changed: at } },
      'it can be changed'
    )

    await logOut(browser, registration)
    t.equal(idp.last('revocation').form.get('token'), refreshToken)
    t.equal((await ask(application.browser(cookies), registration, asked)).statusCode, 401, 'logged out')
  }
  const imported = kept !== undefined && 'memory' in kept && Object.keys(kept.memory).length === 0
  if (stored !== undefined && !imported) await foundByOwner(t, application, one, stored.store, refill)
}

/** Auth0 ends stored sessions by what the store indexes. */
async function foundByOwner (
  t: Test,
  application: Application,
  { registrations, cookies, sessions }: SessionCase,
  shared: Awaited<ReturnType<typeof sessionStore>>['store'],
  refill: () => Promise<void>
): Promise<void> {
  const [registration, { session }] = [registrations[0]!, sessions[0]!]
  const idp = application.idps[0]!
  const { org_id: organization, sub } = session.user
  const store = applicationStore(shared, { clientId: registration.options.clientId!, wrote: () => true })
  const alive = async () => (await ask(application.browser(cookies), registration, nothing)).statusCode
  const filters: Omit<SessionFilter, 'iss'>[] = [
    { sub },
    { sid: session.sid! },
    ...(organization === undefined ? [] : [{ organization }])
  ]
  for (const filter of filters) {
    await refill()
    const listed = await store.list({ iss: idp.issuer, ...filter })
    t.strictSame(
      listed.map(({ sub, sid, organization, createdAt }) => ({
        sub,
        sid,
        organization,
        createdAt: Math.floor(createdAt)
      })),
      [{ sub, sid: session.sid, organization, createdAt: session.createdAt }],
      `listed by ${Object.keys(filter).join()}`
    )
    t.equal(await alive(), 200, 'control')
    t.equal(await store.deleteWhere({ iss: idp.issuer, ...filter }), 1)
    t.equal(await alive(), 401, `ended by ${Object.keys(filter).join()}`)
  }
  for (const claims of [{ sub }, { sid: session.sid }]) {
    await refill()
    t.equal(await alive(), 200, 'control')
    t.equal((await tellLogout(application, registration, claims)).statusCode, 200)
    t.equal(await alive(), 401, `ended by a logout token with ${Object.keys(claims).join()}`)
  }
}

/** The ID token that the session holds, as a request to link accounts shows it. */
async function idTokenOf (browser: Visitor, registration: FixtureRegistration): Promise<string | null> {
  const authorizationParams = { redirect_uri: 'https://app.example.test/linked' }
  const started = await start(browser, registration, 'link', { connection: 'x', authorizationParams })
  return new URL(started.json<{ location: string }>().location).searchParams.get('id_token_hint')
}

/** A login that began with the older version ends with this one, by all that was laid down for it. */
async function completes (t: Test, one: TransactionCase): Promise<void> {
  const { kind, answer, popup, completed, audience, mismatches, registrations } = one
  const { application, callback, browser } = await underWay(t, one)
  const stranger = application.browser()
  t.equal((await stranger.call(callback(`/end/${kind}`))).statusCode, 400, 'another browser does not end it')
  const path = new URL(one.connect?.redirectUri ?? new URL(one.location).searchParams.get('redirect_uri')!).pathname
  if (answer === 'login_required') {
    const home = await browser.navigate(callback(path), { 'sec-fetch-site': 'cross-site' })
    t.strictSame([home.statusCode, home.headers.location], [302, completed.returnTo], 'ends quietly')
  } else if (popup === true) {
    const told = await browser.navigate(callback(path), { 'sec-fetch-site': 'cross-site' })
    t.equal(told.statusCode, 200, 'a page that tells the opener')
    t.match(told.body, 'data-outcome="success"')
    t.match(told.body, `href="${completed.returnTo}"`)
  } else if (new URL(one.location).searchParams.get('response_mode') === 'form_post') {
    const done = await browser.submit(path, new URLSearchParams(callback(path).split('?')[1]), {
      origin: 'https://tenant.auth0.test',
      'sec-fetch-site': 'cross-site'
    })
    t.strictSame([done.statusCode, done.headers.location], [303, completed.returnTo])
  } else {
    const done = await browser.call(callback(`/end/${kind}`))
    t.strictSame([done.statusCode, done.json()], [200, completed])
  }
  const again = await browser.call(callback(`/end/${kind}`))
  t.strictSame(
    [again.statusCode, again.json<{ code: string }>().code],
    [400, 'missing_transaction_error'],
    'it is used up'
  )
  if (answer === 'code') {
    const known = (
      await ask(browser, registrations[0]!, { audiences: [audience ?? ''], connections: [] })
    ).json<KnownSession>()
    t.hasStrict(known, {
      session: { user: one.user },
      accessTokens: [{ ...(audience !== undefined && { audience }) }]
    })
  }
  if (one.connect !== undefined) {
    const sent = JSON.parse(application.idps[0]!.last('complete').body) as Record<string, string>
    t.hasStrict(sent, {
      auth_session: one.connect.authSession,
      connect_code: 'the-connect-code',
      redirect_uri: one.connect.redirectUri
    })
    t.equal(createHash('sha256').update(sent.code_verifier!).digest('base64url'), one.connect.codeChallenge)
  }
  for (const { claims, code } of mismatches) {
    const other = await underWay(t, one)
    other.application.idps[0]!.defects = { idToken: { payload: correct => ({ ...correct, ...claims }) } }
    const refused = await other.browser.call(other.callback(`/end/${kind}`))
    t.equal(refused.json<{ code: string }>().code, code, `refused: ${JSON.stringify(claims)}`)
  }
}

/** The application and the browser in the middle of it, and the address the browser comes back to. */
async function underWay (
  t: Test,
  { registrations, at, cookies, location, connect, answer, kept, ttl, user }: TransactionCase
) {
  const clock = { now: at }
  const store = kept && new MemoryTransactionStore({ now: () => clock.now })
  const application = await open(registrations, clock, store === undefined ? {} : { transactionStore: store })
  t.teardown(() => application.app.close())
  const idp = application.idps[0]!
  idp.user = user
  const sent = { ...cookies }
  if (store !== undefined) {
    // A store in memory does not outlive its process: its row is put back, and its cookie keeps the old name.
    const jar = new MapJar({ sent: new Map() })
    store.set(jar, kept!.state, kept!, ttl! - (at - kept!.createdAt))
    const { name, value } = [...jar.writes.values()][0]!
    t.ok(name in sent, `the cookie that binds the login is among ${Object.keys(sent).join()}`)
    sent[name] = value!
  }
  const state = connect?.state ?? new URL(location).searchParams.get('state')!
  const callback = (path: string) => {
    if (answer !== 'code') return `${path}?${new URLSearchParams({ state, error: answer }).toString()}`
    if (connect !== undefined) {
      return `${path}?${new URLSearchParams({ state, connect_code: 'the-connect-code' }).toString()}`
    }
    return `${path}?${idp.authorize(location).params.toString()}`
  }
  return { application, callback, browser: application.browser(sent) }
}

/** Who was logged out by the older version stays logged out; who was not stays in. */
async function staysRevoked (t: Test, { registrations, at, browsers, kept }: RevocationCase): Promise<void> {
  const clock = { now: at }
  const list = await revocationStore(kindOf(kept), () => clock.now)
  const application = await open(registrations, clock, { revocationStore: list.store })
  t.teardown(() => application.app.close())
  const statuses = async () =>
    Object.fromEntries(
      await Promise.all(
        browsers.map(
          async ({ name, cookies }) =>
            [
              name,
              (await ask(application.browser(cookies), registrations[0]!, nothing))
                .statusCode
            ] as const
        )
      )
    )
  t.ok(
    Object.values(await statuses()).every(status => status === 200),
    'control: without the list all are alive'
  )
  await list.restore(kept)
  t.strictSame(await statuses(), Object.fromEntries(browsers.map(({ name, ended }) => [name, ended ? 401 : 200])))
}

/** The browser is answered by what its marker says. */
async function remembers (
  t: Test,
  { registrations, at, cookies, marker, path, status, code }: MarkerCase
): Promise<void> {
  const application = await open(registrations, { now: at })
  t.teardown(() => application.app.close())
  const { [marker]: _, ...others } = cookies
  const unmarked = await application.browser(others).navigate(path)
  t.equal(unmarked.statusCode, 302, 'control: without the marker it is sent to log in')
  const marked = await application.browser(cookies).navigate(path)
  t.equal(marked.statusCode, status)
  t.match(marked.body, code)
}

function kindOf (kept: KeptSessions | KeptRevocations): StoreKind {
  return Object.keys(kept)[0] as StoreKind
}

/** Each cookie with another character near its end. */
function broken (cookies: Record<string, string>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(cookies).map(([name, value]) => [
      name,
      `${value.slice(0, -8)}${value.at(-8) === 'A' ? 'B' : 'A'}${value.slice(-7)}`
    ])
  )
}
