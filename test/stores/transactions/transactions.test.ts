import t from 'tap'
import { createCookieTransactions } from '../../../lib/stores/transactions/cookie-transactions.js'
import { MemoryTransactionStore } from '../../../lib/stores/memory/memory-transaction-store.js'
import { createSealer } from '../../../lib/stores/sealing/seal.js'
import { transactionStoreSuite } from '../../../lib/stores/conformance/transaction-store-suite.js'
import { createSuiteBrowser } from '../../../lib/stores/conformance/suite-browser.js'
import { leastCpuTime } from '../../cpu-time.js'
import { Clock, jarOf, MapBrowser } from '../stateless/map-jar.js'
import type { Transaction, TransactionStore } from '../../../types/stores.js'

const SECRET = 'a secret of quite enough characters, really'

function cookieTransactions (
  options: {
    clock?: { now: () => number }
    purpose?: string
    maxTaken?: number
    sessionBytes?: () => number
  } = {}
) {
  const { clock = new Clock(), purpose = 'client-a transaction', maxTaken = 100, ...limits } = options
  return createCookieTransactions({
    name: ({ secure }) => secure ? '__Host-a0_tx' : 'a0_tx',
    attributes: (secure, formPost) => ({ path: '/', httpOnly: true, secure, sameSite: formPost ? 'none' : 'lax' }),
    sealer: createSealer({ secrets: [SECRET], purpose, maxAgeDays: 1, now: clock.now }),
    now: clock.now,
    maxCount: 8,
    maxTaken,
    ...limits
  })
}

function transaction (state: string, more: Partial<Extract<Transaction, { kind: 'login' }>> = {}): Transaction {
  return {
    kind: 'login',
    state,
    nonce: 'a-nonce-of-forty-three-characters-in-base64u',
    codeVerifier: 'a-verifier-of-forty-three-characters-in-base',
    redirectUri: 'https://app.example.com/auth/callback',
    domain: 'acme.eu.auth0.com',
    issuer: 'https://acme.eu.auth0.com/',
    createdAt: 1_800_000_000,
    ...more
  }
}

for (const { name, run } of transactionStoreSuite(({ now }) => cookieTransactions({ clock: { now } }))) {
  t.test(`cookies: ${name}`, run)
}
for (const { name, run } of transactionStoreSuite(({ now }) => new MemoryTransactionStore({ now }))) {
  t.test(`memory: ${name}`, run)
}

t.test('the suite finds a store that breaks its promises', async t => {
  const kept = new Map<string, Transaction>()
  const careless: TransactionStore = {
    set (jar, state, transaction) {
      kept.set(state, transaction)
    },
    take: (_jar, state) => kept.get(state),
    delete () {}
  }
  const outcomes = await Promise.allSettled(
    transactionStoreSuite(() => careless, { realTime: true }).map(async ({ run }) => {
      await run()
    })
  )
  t.ok(outcomes.filter(({ status }) => status === 'rejected').length >= 6)
})

t.test('the suite runs against the real clock too', async t => {
  const forgets = transactionStoreSuite(() => new MemoryTransactionStore(), { realTime: true }).find(({ name }) =>
    name.startsWith('forgets')
  )
  t.ok(forgets)
  await forgets?.run()
  const plain = createSuiteBrowser({ secure: false })
  new MemoryTransactionStore().set(plain.request(), 'state-1', transaction('state-1'), 60)
  t.same([...plain.cookies.keys()], ['auth0_login'])
})

t.test('each login has a cookie of its own, named by its state', async t => {
  const clock = new Clock()
  const store = cookieTransactions({ clock })
  const jar = new MapBrowser(clock, { secure: false }).request()
  await store.set(jar, 'state-1', transaction('state-1'), 600.5)
  await store.set(jar, 'state-2', transaction('state-2', { responseMode: 'form_post' }), 600)
  t.match(jar.writes.get('a0_tx_state-1'), {
    attributes: { maxAge: 601, sameSite: 'lax', httpOnly: true, secure: false, path: '/' }
  })
  t.match(jar.writes.get('a0_tx_state-2'), { attributes: { maxAge: 600, sameSite: 'none' } })
  t.notMatch(jar.writes.get('a0_tx_state-1')?.value, /verifier/)
})

t.test('SES-22: the transaction cookie is cleared with the attributes it was set with', async t => {
  const clock = new Clock()
  const store = cookieTransactions({ clock })
  const browser = new MapBrowser(clock)
  const login = browser.request()
  await store.set(login, 'state-1', transaction('state-1', { responseMode: 'form_post' }), 600)
  const [set] = login.send()
  const callback = browser.request()
  await store.take(callback, 'state-1')
  const [cleared] = callback.send()
  t.equal(cleared?.value, undefined)
  t.same({ ...cleared?.attributes, maxAge: 600 }, set?.attributes)
  t.equal(browser.cookies.size, 0)
})

t.test('CB-07: 200 logins started and left keep few cookies, the newest ones', async t => {
  const clock = new Clock()
  const store = cookieTransactions({ clock })
  const browser = new MapBrowser(clock)
  for (let count = 0; count < 200; count++) {
    const login = browser.request()
    await store.set(login, `state-${count}`, transaction(`state-${count}`, { createdAt: clock.now() }), 3600)
    login.send()
    clock.pass(1)
    if (browser.cookies.size > 8 || browser.headerBytes > 4200) {
      t.fail(`${browser.cookies.size} cookies, ${browser.headerBytes} bytes`)
    }
  }
  t.ok(browser.cookies.has('__Host-a0_tx_state-199'))
  t.notOk(browser.cookies.has('__Host-a0_tx_state-150'))
  clock.pass(3600)
  browser.request()
  t.equal(browser.cookies.size, 0, 'stale transactions expire')
})

t.test('CB-07: count and bytes are bounded apart from each other', async t => {
  const clock = new Clock()
  const begin = async (store: TransactionStore, browser: MapBrowser, state: string,
    more: Parameters<typeof transaction>[1] = {}) => {
    const login = browser.request()
    await store.set(login, state, transaction(state, { createdAt: clock.now(), ...more }), 3600)
    login.send()
    clock.pass(1)
  }
  const few = new MapBrowser(clock)
  const eight = cookieTransactions({ clock })
  for (const state of 'abcdefghij') await begin(eight, few, state)
  t.same([...few.cookies.keys()], [...'cdefghij'].map(state => `__Host-a0_tx_${state}`))

  const small = new MapBrowser(clock)
  const store = cookieTransactions({ clock, sessionBytes: () => 4096 })
  for (const state of ['a', 'b', 'c', 'd', 'e']) await begin(store, small, state, { appState: 'x'.repeat(700) })
  t.same([...small.cookies.keys()].at(-1), '__Host-a0_tx_e')
  t.ok(small.headerBytes <= 4096, `${small.headerBytes} bytes`)

  const whole = new MapBrowser(clock)
  const alone = cookieTransactions({ clock })
  for (const state of ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h']) {
    await begin(alone, whole, state, { appState: 'x'.repeat(1000) })
  }
  t.ok(whole.headerBytes > 6000 && whole.headerBytes <= 8192, `${whole.headerBytes} bytes without a session`)
  const session = whole.request()
  alone.makeRoom(session, 3000)
  session.send()
  t.ok(whole.headerBytes <= 3000, 'a session that is written takes the room of the oldest logins')
  t.same([...whole.cookies.keys()].at(-1), '__Host-a0_tx_h')

  const large = new MapBrowser(clock)
  await begin(store, large, 'a')
  await begin(store, large, 'b', { appState: 'x'.repeat(2200) })
  await begin(store, large, 'c', { appState: 'y'.repeat(2200) })
  t.same([...large.cookies.keys()], ['__Host-a0_tx_c'], 'the newest login stays even alone')
})

t.test('CB-07: garbage under our prefix goes first, where room is needed; cookies of others stay', async t => {
  const clock = new Clock()
  const store = cookieTransactions({ clock })
  const browser = new MapBrowser(clock)
  const login = browser.request()
  await store.set(login, 'mine', transaction('mine', { createdAt: clock.now() }), 3600)
  login.send()
  for (let count = 0; count < 100; count++) browser.plant(`__Host-a0_tx_garbage${count}`, 'x')
  browser.plant('__Host-a0_tx_odd name!', 'x')
  browser.plant('__Host-a0_txt', 'x')
  const next = browser.request()
  await store.set(next, 'next', transaction('next', { createdAt: clock.now() }), 3600)
  t.equal([...next.writes.values()].filter(({ value }) => value === undefined).length, 32)
  next.send()
  t.ok(browser.cookies.has('__Host-a0_tx_mine'))
  const logout = browser.request()
  await store.delete(logout)
  logout.send()
  t.same([...browser.cookies.keys()], ['__Host-a0_tx_odd name!', '__Host-a0_txt'])
})

t.test('CB-29: two equal callbacks at the same time give one transaction', async t => {
  const clock = new Clock()
  const store = cookieTransactions({ clock })
  const browser = new MapBrowser(clock)
  const login = browser.request()
  await store.set(login, 'state-1', transaction('state-1'), 600)
  login.send()
  const [first, second] = [browser.request(), browser.request()]
  const answers = await Promise.all([store.take(first, 'state-1'), store.take(second, 'state-1')])
  t.match(answers, [{ state: 'state-1' }, undefined])
  for (const jar of [first, second]) {
    t.equal(jar.writes.get('__Host-a0_tx_state-1')?.value, undefined, 'consumed either way')
  }
})

t.test('an unreadable login stays while there is room: a process with a newer secret may have begun it', async t => {
  const clock = new Clock()
  const browser = new MapBrowser(clock)
  const begin = async (purpose: string, state: string) => {
    const login = browser.request()
    await cookieTransactions({ clock, purpose }).set(login, state, transaction(state, { createdAt: clock.now() }), 600)
    login.send()
  }
  await begin('newer secret', 'new')
  for (let count = 0; count < 7; count++) await begin('older secret', `old-${count}`)
  t.ok(browser.cookies.has('__Host-a0_tx_new'))
  const callback = browser.request()
  t.equal(await cookieTransactions({ clock, purpose: 'older secret' }).take(callback, 'new'), undefined)
  callback.send()
  t.match(await cookieTransactions({ clock, purpose: 'newer secret' }).take(browser.request(), 'new'), { state: 'new' })
  await begin('older secret', 'one-more')
  t.notOk(browser.cookies.has('__Host-a0_tx_new'), 'without room it is the first to go')
})

t.test('a sibling host cannot spoil a login with a cookie of the same name', async t => {
  const store = cookieTransactions()
  const jar = jarOf('')
  await store.set(jar, 'state-1', transaction('state-1'), 600)
  const name = '__Host-a0_tx_state-1'
  for (const cookies of [`${name}=tossed; ${name}=${jar.get(name)}`, `${name}=${jar.get(name)}; ${name}=tossed`]) {
    t.match(await cookieTransactions().take(jarOf(cookies), 'state-1'), { state: 'state-1' })
  }
})

t.test('a place to return to of 2,400 characters fits into one cookie', async t => {
  const browser = new MapBrowser(new Clock())
  const login = browser.request()
  const returnTo = `/${'p'.repeat(2399)}`
  const more = { audience: 'https://api.example.com/', organization: 'org_0123456789abcdef', returnTo }
  await cookieTransactions().set(login, 's'.repeat(32), transaction('s'.repeat(32), {
    scope: 'openid profile email offline_access', ...more
  }), 3600)
  const [cookie, ...others] = login.send()
  t.equal(others.length, 0)
  t.comment(`${browser.headerBytes} bytes`)
  t.match(await cookieTransactions().take(browser.request(), 's'.repeat(32)), { returnTo, kind: 'login' })
  t.ok(cookie)
})

t.test('CB-30: the transaction of another application with the same secret is none', async t => {
  const clock = new Clock()
  const browser = new MapBrowser(clock)
  const login = browser.request()
  await cookieTransactions({ clock, purpose: 'client-b transaction' }).set(login, 'state-1', transaction('state-1'),
    600)
  login.send()
  const callback = browser.request()
  t.equal(await cookieTransactions({ clock }).take(callback, 'state-1'), undefined)
})

t.test('CB-36: a callback without a transaction costs next to nothing', async t => {
  const store = cookieTransactions()
  const jar = jarOf('theme=dark')
  const found: unknown[] = []
  const took = await leastCpuTime(async () => {
    for (let count = 0; count < 1000; count++) found.push(await store.take(jar, `state-${count}`))
  })
  t.ok(took < 50, `1,000 of them: ${took} ms`)
  t.strictSame(found.filter(one => one !== undefined), [])
  t.equal(jar.writes.size, 0)
})

t.test('TX-03: a transaction cookie serves no other state than its own', async t => {
  const clock = new Clock()
  const store = cookieTransactions({ clock })
  const jar = new MapBrowser(clock).request()
  await store.set(jar, 'state-1', transaction('state-1'), 600)
  const renamed = jarOf(`__Host-a0_tx_state-2=${jar.get('__Host-a0_tx_state-1')}`)
  t.equal(await store.take(renamed, 'state-2'), undefined)
})

t.test('TX-03: sealed transactions never repeat, however alike the logins are', async t => {
  const store = cookieTransactions()
  const values = new Set(Array.from({ length: 2000 }, () => {
    const jar = jarOf('')
    void store.set(jar, 'state-1', transaction('state-1'), 600)
    return jar.get('__Host-a0_tx_state-1')
  }))
  t.equal(values.size, 2000)
})

t.test('expiry is inside of the seal', async t => {
  const clock = new Clock()
  const store = cookieTransactions({ clock })
  const jar = new MapBrowser(clock).request()
  await store.set(jar, 'state-1', transaction('state-1'), 600)
  const kept = jarOf(`__Host-a0_tx_state-1=${jar.get('__Host-a0_tx_state-1')}`)
  clock.pass(600)
  t.equal(await store.take(kept, 'state-1'), undefined)
  t.equal(kept.get('__Host-a0_tx_state-1'), undefined, 'and cleared')
})

t.test('an expired login makes room before a live one does', async t => {
  const clock = new Clock()
  const store = cookieTransactions({ clock })
  const browser = new MapBrowser(clock)
  const old = Array.from({ length: 7 }, (_, index) => `old${index}`)
  for (const [state, ttl] of [...old.map(state => [state, 600] as const), ['short', 1] as const]) {
    const login = browser.request()
    await store.set(login, state, transaction(state, { createdAt: clock.now() }), ttl)
    login.send()
  }
  const short = browser.cookies.get('__Host-a0_tx_short')?.value ?? ''
  clock.pass(10)
  browser.plant('__Host-a0_tx_short', short)
  const login = browser.request()
  await store.set(login, 'new', transaction('new'), 600)
  login.send()
  t.same([...browser.cookies.keys()].sort(), ['new', ...old].map(state => `__Host-a0_tx_${state}`))
})

t.test('a state that cannot be a cookie name is refused', async t => {
  const store = cookieTransactions()
  for (const state of ['', 'a b', 'a;b', 'ü', 'a\n', 'x'.repeat(129)]) {
    const jar = jarOf('')
    t.throws(() => store.set(jar, state, transaction(state), 600), { name: 'InvalidArgumentError', argument: 'state' })
    t.equal(jar.writes.size, 0)
    t.equal(store.take(jar, state), undefined)
    await store.delete(jar, state)
  }
})

t.test('a login that has more to remember than a cookie holds says so', async t => {
  const jar = jarOf('')
  t.throws(() => cookieTransactions().set(jar, 'state-1', transaction('state-1', { appState: 'x'.repeat(4000) }), 600),
    { name: 'InvalidArgumentError', argument: 'appState', message: /4096.*transactionStore/ })
  t.equal(jar.writes.size, 0)
})

t.test('a login that was taken is not taken again, however many were taken since', async t => {
  const clock = new Clock()
  const store = cookieTransactions({ clock, maxTaken: 2 })
  const begin = (state: string) => {
    const browser = new MapBrowser(clock)
    const login = browser.request()
    void store.set(login, state, transaction(state, { createdAt: clock.now() }), 600)
    login.send()
    clock.pass(1)
    return browser
  }
  const browsers = ['a', 'b', 'c', 'd', 'e'].map(state => [state, begin(state)] as const)
  const slow = begin('slow')
  const late = begin('late')
  for (const [state, browser] of browsers) t.equal((await store.take(browser.request(), state))?.state, state)
  for (const [state, browser] of browsers) t.equal(await store.take(browser.request(), state), undefined, state)
  t.equal((await store.take(late.request(), 'late'))?.state, 'late', 'a login that began later goes on')
  t.equal((await store.take(slow.request(), 'slow'))?.state, 'slow')
})

t.test('memory: browsers with logins under way are bounded', async t => {
  const clock = new Clock()
  const store = new MemoryTransactionStore({ now: clock.now, maxBrowsers: 2 })
  const browsers = Array.from({ length: 3 }, (_, index) => {
    const browser = new MapBrowser(clock)
    const login = browser.request()
    store.set(login, `state-${index}`, transaction(`state-${index}`), 600)
    login.send()
    return browser
  })
  t.same(browsers.map((browser, index) => store.take(browser.request(), `state-${index}`)?.state), [undefined,
    'state-1', 'state-2'])
})

t.test('memory: browsers whose logins are over are forgotten', async t => {
  const clock = new Clock()
  const store = new MemoryTransactionStore({ now: clock.now })
  const [first, second] = [new MapBrowser(clock), new MapBrowser(clock)]
  const login = first.request()
  store.set(login, 'state-1', transaction('state-1'), 600)
  login.send()
  clock.pass(601)
  store.set(second.request(), 'state-2', transaction('state-2'), 600)
  t.equal(store.take(login, 'state-1'), undefined)
  store.delete(login)
})

t.test('memory: a browser keeps its id while a login is under way; a posted callback can read it', async t => {
  const clock = new Clock()
  const store = new MemoryTransactionStore({ now: clock.now, cookieName: 'login' })
  const browser = new MapBrowser(clock)
  const ids = ['a', 'b', 'c'].map(state => {
    const login = browser.request()
    store.set(login, state, transaction(state, state === 'a' ? { responseMode: 'form_post' } : {}),
      state === 'a' ? 600 : 60)
    login.send()
    return browser.cookies.get('__Host-login')
  })
  t.equal(new Set(ids.map(cookie => cookie?.value)).size, 1)
  t.match(ids[2], { attributes: { sameSite: 'none', maxAge: 600, secure: true, httpOnly: true } })
  store.delete(browser.request(), 'a')
  const callback = browser.request()
  store.take(callback, 'b')
  store.take(callback, 'c')
  callback.send()
  t.equal(browser.cookies.size, 0)
})

t.test('memory: an id that somebody made up is replaced', async t => {
  const store = new MemoryTransactionStore()
  const jar = jarOf('__Host-auth0_login=chosen-by-an-attacker')
  store.set(jar, 'state-1', transaction('state-1'), 600)
  t.not(jar.get('__Host-auth0_login'), 'chosen-by-an-attacker')
  t.ok(store.take(jar, 'state-1'))
})
