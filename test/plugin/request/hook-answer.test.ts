import { mock } from 'node:test'
import type { FastifyReply } from 'fastify'
import t from 'tap'
import { hookAnswer } from '../../../lib/plugin/request/hook-answer.js'

interface Reply {
  sent: boolean
  raw: { headersSent: boolean }
  log: { error: (given: { err: Error }) => void }
  send: (payload?: unknown) => Reply
  redirect: (to: string) => Reply
  sendFile: () => Reply
  streamed: () => Promise<Reply>
  decorated: () => Reply
  flag: string
  constructor: unknown
}

/** A reply as Fastify makes them: its own methods, those of two scopes' decorators, and the reply itself. */
function replied (decorators: object = {}): { reply: Reply, logged: Error[], sent: unknown[] } {
  const logged: Error[] = []
  const sent: unknown[] = []
  const fastify = {
    send (this: Reply, payload: unknown) {
      sent.push(payload)
      return this
    },
    redirect (this: Reply, to: string) { return this.send(to) }
  }
  const outer = Object.assign(Object.create(fastify) as object, {
    flag: 'x', constructor: class Own {}, decorated () { return this }
  })
  const inner = Object.assign(Object.create(outer) as object, decorators)
  const reply = Object.assign(Object.create(inner) as Reply, {
    sent: false,
    raw: { headersSent: false },
    log: { error: ({ err }: { err: Error }) => { logged.push(err) } }
  })
  return { reply, logged, sent }
}

async function answer (reply: Reply, hook: () => unknown): Promise<unknown> {
  return await hookAnswer(reply as unknown as FastifyReply, hook)
}

const answered = { answered: true, payload: undefined }

t.test('a hook that does not answer', async t => {
  const { reply } = replied()
  t.strictSame(await answer(reply, () => 'value'), { answered: false, payload: 'value' })
  t.strictSame(await answer(reply, async () => reply), { answered: false, payload: undefined })
  await t.rejects(answer(reply, () => {
    throw new Error('on purpose')
  }), { message: 'on purpose' })
})

t.test('each way to answer, and an error after it', async t => {
  const ways: Record<string, (reply: Reply) => unknown> = {
    send: reply => { reply.send('x') },
    redirect: reply => reply.redirect('/x'),
    'sent by other means': reply => { reply.sent = true },
    'head written': reply => { reply.raw.headersSent = true }
  }
  for (const [way, send] of Object.entries(ways)) {
    const { reply } = replied()
    t.strictSame(await answer(reply, () => send(reply)), answered, way)
    const late = replied()
    t.strictSame(await answer(late.reply, () => {
      send(late.reply)
      throw new Error('after the answer')
    }), answered, way)
    t.strictSame(late.logged.map(({ message }) => message), ['after the answer'], way)
  }
})

t.test('the reply is watched while the hook runs, and then is as it was', async t => {
  const { reply, sent } = replied({ sendFile (this: Reply) { return this.send('file') } })
  const before = Object.keys(reply)
  const { send } = reply
  await answer(reply, () => {
    t.strictSame(Object.keys(reply), before, 'nothing to be seen')
    t.not(reply.send, send)
    t.equal(reply.flag, 'x')
    t.match(String(reply.constructor), 'class Own')
    const mine = reply.send
    reply.send = payload => mine.call(reply, `more than ${String(payload)}`)
    t.equal(reply.send('this'), reply)
  })
  t.strictSame(sent, ['more than this'])
  t.strictSame([reply.send, Object.getOwnPropertyNames(reply)], [send, before])

  const own = (): Reply => reply
  reply.sendFile = own
  await answer(reply, () => t.equal(reply.sendFile, own, 'what somebody else has put there stays'))
  t.equal(reply.sendFile, own)
})

t.test('a decorator that answers later', async t => {
  const later = replied({
    sendFile (this: Reply) {
      setImmediate(() => this.send('file'))
      return this
    },
    async streamed (this: Reply) {
      await new Promise(setImmediate)
      return this.send('stream')
    }
  }).reply
  const timers = () => process.getActiveResourcesInfo().filter(kind => kind === 'Timeout').length
  const before = timers()
  t.strictSame(await answer(later, () => { later.sendFile() }), answered)
  t.ok(timers() <= before, 'no timer is left')
  t.strictSame(await answer(later, () => { void later.streamed() }), answered)

  const thrown = replied({
    sendFile (this: Reply) {
      setImmediate(() => this.send('file'))
      return this
    }
  })
  t.strictSame(await answer(thrown.reply, () => {
    thrown.reply.sendFile()
    throw new Error('after it')
  }), answered)
  t.match(thrown.logged, [{ message: 'after it' }])

  const failing = replied({ streamed: async () => { throw new Error('on purpose') } }).reply
  t.strictSame(await answer(failing, () => {
    failing.streamed().catch(() => {})
    return 'other'
  }), { answered: false, payload: 'other' }, 'one that fails has not answered')
})

t.test('a decorator that never answers is waited for five seconds, others are not', async t => {
  mock.timers.enable({ apis: ['setTimeout'] })
  t.teardown(() => { mock.timers.reset() })
  const begin = (decorators: object, use: (reply: Reply) => unknown): { asked: Promise<unknown>, ended: boolean } => {
    const { reply } = replied(decorators)
    const begun = { asked: answer(reply, () => use(reply)).finally(() => { begun.ended = true }), ended: false }
    return begun
  }
  const slow = begin({ sendFile (this: Reply) { return this } }, reply => reply.sendFile())
  const quick = [
    begin({}, reply => reply.decorated()),
    begin({ sendFile (this: Reply) { return 'no reply' } }, reply => reply.sendFile()),
    begin({
      sendFile (this: Reply) {
        setImmediate(() => this.send('file'))
        return this
      }
    }, reply => reply.sendFile()),
    begin({
      sendFile (this: Reply) {
        this.raw.headersSent = true
        return this
      }
    }, reply => reply.sendFile()),
    begin({
      async streamed (this: Reply) {
        this.raw.headersSent = true
        await new Promise(() => {})
      }
    }, reply => { void reply.streamed() })
  ]
  await new Promise(setImmediate)
  mock.timers.tick(4999)
  await new Promise(setImmediate)
  t.strictSame(quick.map(({ ended }) => ended), [true, true, true, true, true])
  t.notOk(slow.ended)
  mock.timers.tick(1)
  t.strictSame(await slow.asked, { answered: false, payload: undefined })
})
