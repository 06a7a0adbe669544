import { IncomingMessage, ServerResponse } from 'node:http'
import { Socket } from 'node:net'
import fastifyCookie from '@fastify/cookie'
import fastify, { type FastifyReply, type FastifyRequest } from 'fastify'
import t from 'tap'
import { RequestCookieJar } from '../../../lib/plugin/request/cookie-jar.js'
import { HeaderMemory } from '../../../lib/plugin/request/header-memory.js'
import { cookieFamily, cookiesNamed, readCookie } from '../../../lib/plugin/request/cookie-header.js'

const attributes = { path: '/', httpOnly: true, secure: true, sameSite: 'lax' } as const
const TAIL = 'Path=/; HttpOnly; Secure; SameSite=Lax'

// Loads the serializer of Set-Cookie, as the plugin does.
await fastify().register(fastifyCookie)

/** A jar of a request, its reply, and what was warned of. */
function made (cookie: string | undefined = undefined, more: { host?: string | undefined, upgrade?: boolean } = {}): {
  jar: RequestCookieJar
  bare: RequestCookieJar
  reply: FastifyReply & { sent: boolean }
  raw: ServerResponse
  warnings: string[]
  headers: Record<string, unknown>
} {
  const raw = new ServerResponse(new IncomingMessage(new Socket()))
  const headers: Record<string, unknown> = {}
  const reply = {
    raw,
    sent: false,
    getHeader: (name: string) => headers[name],
    getHeaders: () => headers,
    header: (name: string, value: unknown) => {
      headers[name] = value
    },
    removeHeader: (name: string) => {
      Reflect.deleteProperty(headers, name)
    }
  } as unknown as FastifyReply & { sent: boolean }
  const request = {
    host: 'app.example.test', ...more, raw: { headers: { cookie }, upgrade: more.upgrade }
  } as unknown as FastifyRequest
  const warnings: string[] = []
  const told = { publicResponse: () => warnings.push('public'), notSent: () => warnings.push('not sent') }
  return {
    jar: new RequestCookieJar(request, reply, true, told as never),
    bare: new RequestCookieJar(request, undefined, true, told as never),
    reply,
    raw,
    warnings,
    headers
  }
}

t.test('a jar may be written until its response has begun', async t => {
  t.equal(made().jar.writable, true)
  t.equal(made().bare.writable, false, 'without a reply')
  t.equal(made(undefined, { upgrade: true }).jar.writable, false, 'after an upgrade')
  const sent = made()
  sent.reply.sent = true
  t.equal(sent.jar.writable, false, 'sent by Fastify')
  const begun = made()
  begun.raw.writeHead(200)
  t.equal(begun.jar.writable, false, 'its head is written')
  const flushed = made()
  flushed.jar.flush(flushed.reply)
  t.equal(flushed.jar.writable, false, 'its cookies are written')
  t.strictSame(flushed.headers, {}, 'nobody asked for a cookie: nothing changes')
})

t.test('what a jar says of the request', async t => {
  const { jar } = made('a=1; b=22')
  t.strictSame([jar.host, jar.bytes, jar.secure], ['app.example.test', 9, true])
  const none = made(undefined, { host: undefined }).jar
  t.strictSame([none.host, none.bytes, none.get('a'), none.entries('a')], ['', 0, undefined, []])
})

t.test('a read after a write sees the write', async t => {
  const { jar } = made('a=1; a.0=x; a_b=2; b=3; b=4')
  t.strictSame(jar.names('b'), ['b'])
  t.strictSame(jar.family('a'), [['a', '1'], ['a.0', 'x']])
  jar.set('a', 'new', attributes)
  jar.set('a.1', 'y', attributes)
  jar.set('ab', 'z', attributes)
  jar.clear('a.0', attributes)
  t.strictSame([jar.get('a'), jar.get('a.0'), jar.get('a_b'), jar.get('c')], ['new', undefined, '2', undefined])
  t.strictSame(jar.entries('a'), [['a_b', '2'], ['a', 'new'], ['a.1', 'y'], ['ab', 'z']])
  t.strictSame(jar.family('a'), [['a', 'new'], ['a.1', 'y']])
  t.strictSame(jar.names('a'), ['a_b', 'a', 'a.1', 'ab'])
})

t.test('whatever reads a cookie makes the response vary', async t => {
  for (const read of [
    (jar: RequestCookieJar) => jar.get('a'), (jar: RequestCookieJar) => jar.entries('a'),
    (jar: RequestCookieJar) => jar.family('a')
  ]) {
    const { jar, reply, headers } = made('a=1')
    read(jar)
    jar.flush(reply)
    t.strictSame(headers, { vary: 'Cookie' })
  }
})

t.test('the cookies of a response', async t => {
  const { jar, reply, headers, warnings } = made()
  headers['cache-control'] = 'public'
  jar.set('a', '1', { ...attributes, maxAge: 5 })
  jar.set('gone', '1', attributes, () => false)
  jar.set('kept', '1', attributes, () => true)
  jar.clear('b', { ...attributes, maxAge: 60 })
  jar.flush(reply)
  const lines = [`a=1; Max-Age=5; ${TAIL}`, `kept=1; ${TAIL}`, `b=; Max-Age=0; ${TAIL}`]
  t.strictSame(headers, { 'set-cookie': lines, 'cache-control': 'private, no-store' }, 'nothing was read')
  t.strictSame(warnings, ['public'])
  Reflect.deleteProperty(headers, 'set-cookie')
  jar.flush(reply)
  t.equal(headers['set-cookie'], undefined, 'they are written once')
  jar.set('late', '1', attributes)
  t.strictSame(warnings, ['public', 'not sent'])
})

t.test('cookies that nobody wants any more leave the response as it is', async t => {
  const { jar, reply, headers, warnings } = made()
  headers['cache-control'] = 'public'
  jar.set('a', '1', attributes, () => false)
  jar.flush(reply)
  t.strictSame(headers, { 'cache-control': 'public' })
  t.strictSame(warnings, [])
})

t.test('cleared everywhere: also the same name of another place', async t => {
  for (const [cookie, lines] of [
    ['a=1; ab=2', 3], ['a=1; a=2', 6]
  ] as const) {
    const { jar, reply, headers } = made(cookie)
    jar.clear('a', attributes, true)
    jar.flush(reply)
    const set = headers['set-cookie'] as string[]
    t.equal(set.length, lines, cookie)
    t.strictSame(set.slice(0, 3), [
      `a=; Max-Age=0; ${TAIL}`,
      `a=; Max-Age=0; Domain=app.example.test; ${TAIL}`,
      `a=; Max-Age=0; Domain=example.test; ${TAIL}`
    ])
    t.ok(set.slice(3).every(line => line.includes('Partitioned')))
  }
})

t.test('cookies that no response can carry are told', async t => {
  const { bare, warnings } = made()
  bare.set('a', '1', attributes)
  t.strictSame([warnings, bare.get('a')], [['not sent'], undefined])
  const begun = made()
  begun.raw.writeHead(200)
  begun.jar.clear('a', attributes)
  t.strictSame(begun.warnings, ['not sent'])
})

t.test('a connection that closes: only an answer without its cookies is told', async t => {
  for (const [what, before, told] of [
    ['before any answer', () => {}, []],
    ['sent by Fastify', ({ reply }: ReturnType<typeof made>) => { reply.sent = true }, ['not sent']],
    ['begun past us', ({ raw }: ReturnType<typeof made>) => {
      Object.defineProperty(raw, 'headersSent', { value: true })
    }, ['not sent']],
    ['with its cookies', ({ raw }: ReturnType<typeof made>) => { raw.writeHead(200) }, []]
  ] as const) {
    const one = made()
    one.jar.set('a', '1', attributes)
    before(one)
    one.raw.emit('close')
    t.strictSame(one.warnings, told, what)
  }
})

t.test('cookies in a head that the handler writes itself', async t => {
  const { jar, raw, reply, headers } = made()
  jar.set('a', '1', attributes)
  jar.set('b', '2', attributes)
  raw.writeHead(200, { 'set-cookie': 'own=1' })
  t.strictSame(raw.getHeader('set-cookie'), ['own=1', `a=1; ${TAIL}`, `b=2; ${TAIL}`])
  jar.flush(reply)
  t.strictSame(headers, {}, 'and not once more')
})

t.test('cookies in a head that the handler writes to the stream itself', async t => {
  const sent: object[] = []
  const { jar, raw } = made()
  const stream = {
    headersSent: false,
    respond (headers: object) {
      sent.push(headers)
      this.headersSent = true
    }
  }
  Object.assign(raw, { stream })
  jar.set('a', '1', attributes)
  stream.respond({ 'set-cookie': 'own=1' })
  stream.respond({})
  t.strictSame(sent, [{ 'set-cookie': ['own=1', `a=1; ${TAIL}`], 'cache-control': 'private, no-store' }, {}])
})

t.test('work before the response is sent: only where somebody looked, and it may still set cookies', async t => {
  const { jar, reply } = made()
  const done: string[] = []
  jar.keepUp({ catchUp: () => { done.push('first session') } })
  jar.keepUp({ catchUp: () => { done.push('second session') } })
  jar.beforeSend(() => { done.push('work') })
  jar.get('a')
  jar.flush(reply)
  t.strictSame(done, ['first session', 'second session', 'work'])
  jar.flush(reply)
  jar.beforeSend(() => { done.push('late') })
  t.equal(done.length, 3)

  const unread = made()
  unread.jar.keepUp({ catchUp: () => { done.push('unread') } })
  unread.jar.beforeSend(() => { done.push('unread') })
  unread.jar.set('a', '1', attributes)
  unread.jar.flush(unread.reply)
  t.equal(done.length, 3)

  const { bare } = made()
  bare.keepUp({ catchUp: () => { done.push('bare') } })
  bare.beforeSend(() => { done.push('bare') })
  bare.get('a')
  bare.flush(reply)
  t.equal(done.length, 3, 'without a reply')
})

t.test('what was made of a header is kept with it until the response writes cookies', async t => {
  const memory = new HeaderMemory()
  const jar = (cookie = 'a=1') =>
    new RequestCookieJar({ raw: { headers: { cookie } } } as FastifyRequest, made().reply, true, {} as never, memory)
  const first = jar()
  t.equal(first.recall(t), undefined)
  first.keep(t, 'first')
  const second = jar()
  t.equal(second.recall(t), undefined, 'a header that came once is not kept')
  second.keep(t, 'second')
  const third = jar()
  t.equal(third.recall(t), 'second')
  t.equal(third.recall(memory), undefined, 'of another maker')
  t.equal(jar('a=2').recall(t), undefined, 'of another header')
  third.set('a', '2', attributes)
  t.equal(third.recall(t), undefined, 'the header does not say any more what the browser has')
  third.keep(t, 'third')
  jar()
  jar().recall(t)
  t.equal(jar().recall(t), undefined, 'after the other header')
  const forgetful = made('a=1').jar
  forgetful.keep(t, 'kept')
  t.equal(forgetful.recall(t), undefined, 'without a memory')
})

t.test('cookies of a header: names, families, values', async t => {
  const header = ' \ta=1;a.0=x ; a.b.c="y"; a ; aa=2;a.=;  b= " q" ;a="; c=""; d="z; a=last; \tab\t=3; e=\u00e9'
  t.strictSame(cookiesNamed(header, 'a'), [['a', '1'], ['a.0', 'x'], ['a.b.c', 'y'], ['aa', '2'], ['a.', ''],
    ['a', '"'], ['a', 'last'], ['ab', '3']])
  t.strictSame(cookieFamily(header, 'a'), [['a', '1'], ['a.0', 'x'], ['a.b.c', 'y'], ['a.', ''], ['a', '"'],
    ['a', 'last']])
  t.strictSame(['a', 'b', 'c', 'd', 'e', 'f', 'a.0', 'z'].map(name => readCookie(header, name)),
    ['1', ' q', '', '"z', '\u00e9', undefined, 'x', undefined])
  t.strictSame(cookiesNamed('', 'a'), [])
  t.strictSame(cookiesNamed('a=1;', 'a'), [['a', '1']])
  t.strictSame(cookiesNamed('a=xa; b=ya; ab=z', 'a'), [['a', 'xa'], ['ab', 'z']], 'a value that ends like the name')
  t.equal(readCookie('ab=1; a=2', 'a'), '2')
  t.equal(readCookie('a=x ;b=1', 'a'), 'x')
  t.strictSame(cookiesNamed('a', 'a'), [], 'a pair without a value')
  t.strictSame(cookieFamily('a.0', 'a'), [])
  t.strictSame(cookieFamily('a.0; a.1=x', 'a'), [['a.1', 'x']])
  t.strictSame(cookieFamily('a.0 =x', 'a'), [['a.0', 'x']])
  const one = ['a=!', 'a=~', 'a=~~', 'a=\u007f', 'a="', 'a="b"c', 'a=b"', 'a=\u00a0b']
  t.strictSame(one.map(header => readCookie(header, 'a')), ['!', '~', '~~', '\u007f', '"', '"b"c', 'b"', 'b'])
})
