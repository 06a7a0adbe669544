import fastifyView from '@fastify/view'
import ejs from 'ejs'
import { Readable } from 'node:stream'
import type { FastifyReply, FastifyRequest, LightMyRequestResponse } from 'fastify'
import t from 'tap'
import type { Auth0Options } from '../../types/index.js'
import { Site } from '../flows/site.js'

/** Ways to answer: what the application does with the reply, and what the browser must get. */
const ways: Record<string, {
  send: (reply: FastifyReply) => unknown
  status: number
  location?: string
  body: string
}> = {
  redirect: { send: reply => reply.redirect('/own'), status: 302, location: '/own', body: '' },
  send: { send: reply => reply.code(418).send('own answer'), status: 418, body: 'own answer' },
  view: {
    send: reply => reply.code(418).view('page'),
    status: 418,
    body: 'own answer'
  },
  stream: {
    send: reply => reply.code(418).send(Readable.from([Buffer.from('own '), Buffer.from('answer')])),
    status: 418,
    body: 'own answer'
  },
  sendFile: {
    send: reply => (reply as FastifyReply & { sendFile: (name: string) => unknown }).sendFile('x'),
    status: 418,
    body: 'own answer'
  },
  hijack: {
    send: reply => {
      reply.hijack()
      reply.raw.writeHead(418)
      reply.raw.end('own answer')
      return reply
    },
    status: 418,
    body: 'own answer'
  }
}

/** Whether the hook returns what it sends, by which kind of function. */
const styles: Record<string, (send: (reply: FastifyReply) => unknown) => (reply: FastifyReply) => unknown> = {
  returned: send => reply => send(reply),
  'returned by an async function': send => async reply => await send(reply),
  'not returned': send => reply => {
    send(reply)
  },
  'not returned by an async function': send => async reply => {
    send(reply)
  },
  'followed by an error': send => async reply => {
    send(reply)
    throw new Error('after the answer')
  }
}

let answer: (reply: FastifyReply) => unknown = () => undefined
const hook = (reply: FastifyReply): unknown => answer(reply)

/** Every hook of the options that gets the reply, and a request that makes the plugin ask it. */
const hooks: Record<string, { options: Partial<Auth0Options>, ask: (s: Site) => Promise<LightMyRequestResponse> }> = {
  onUnauthenticated: {
    options: { onUnauthenticated: (_request, reply) => hook(reply) },
    ask: async s => await s.browser().navigate('/guarded')
  },
  'onUnauthenticated of a route': {
    options: {},
    ask: async s => await s.browser().navigate('/declared')
  },
  onCallbackError: {
    options: { onCallbackError: (_error, _request, reply) => hook(reply) },
    ask: async s => {
      const browser = s.browser()
      return await browser.navigate(s.tenant.callback(await s.start(browser), { error: 'access_denied' }))
    }
  },
  'onError at the callback': {
    options: { onError: (_error, _request, reply) => hook(reply) },
    ask: async s => {
      const browser = s.browser()
      return await browser.navigate(s.tenant.callback(await s.start(browser), { error: 'access_denied' }))
    }
  },
  'onError at the login': {
    options: { onError: (_error, _request, reply) => hook(reply) },
    ask: async s => await s.browser().navigate('/auth/login?invitation=x')
  }
}

/** An application with a view engine, a decorator that sends later, and an `onSend` hook that takes its time. */
async function application (options: Partial<Auth0Options>, slow: boolean): Promise<Site> {
  const s = new Site(options)
  s.app.register(fastifyView, { engine: { ejs }, templates: new URL('.', import.meta.url).pathname, viewExt: 'ejs' })
  s.app.decorateReply('sendFile', function (this: FastifyReply) {
    setImmediate(() => {
      this.code(418).send('own answer')
    })
    return this
  })
  if (slow) {
    s.app.addHook('onSend', async (_request, _reply, payload) => {
      await new Promise(resolve => {
        setImmediate(() => setImmediate(resolve))
      })
      return payload
    })
  }
  s.app.after(() => {
    const handler = async (): Promise<string> => 'secret'
    s.app.get('/guarded', { preHandler: s.app.auth0.requireSession }, handler)
    s.app.get('/declared', {
      config: {
        auth0: { session: true, onUnauthenticated: (_request: FastifyRequest, reply: FastifyReply) => hook(reply) }
      }
    }, handler)
  })
  await s.app.ready()
  return s
}

for (const [name, { options, ask }] of Object.entries(hooks)) {
  for (const slow of [false, true]) {
    t.test(`${name} answers once, ${slow ? 'with' : 'without'} a slow onSend hook`, async t => {
      const s = await application(options, slow)
      t.teardown(async () => {
        await s.app.close()
      })
      for (const [way, expected] of Object.entries(ways)) {
        for (const [style, make] of Object.entries(styles)) {
          const what = `${way}, ${style}`
          answer = make(expected.send)
          s.logs.length = 0
          const got = await ask(s)
          t.match({ status: got.statusCode, location: got.headers.location, body: got.body },
            { status: expected.status, location: expected.location, body: expected.body }, what)
          const problems = s.logs.filter(line => /"level":[56]0/.test(line))
          t.equal(problems.length, style === 'followed by an error' ? 1 : 0, `${what}: ${problems.join()}`)
          if (style === 'followed by an error') t.match(problems[0], /failed after it had answered/)
          t.notMatch(s.logs.join(), 'FST_ERR_REP_ALREADY_SENT', what)
        }
      }
    })
  }
}
