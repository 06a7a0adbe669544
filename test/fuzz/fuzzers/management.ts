import fc from 'fast-check'
import { Auth0Error, InvalidArgumentError, NetworkError } from '../../../lib/errors.js'
import { pathWriter, queryString } from '../../../lib/management/address.js'
import { EventStreamParser, type ServerSentEvent } from '../../../lib/management/events/event-stream.js'
import { multipart } from '../../../lib/management/multipart.js'
import { paginate } from '../../../lib/management/paginate.js'
import { SharedLimit } from '../../../lib/management/rate-limit/shared-limit.js'
import { Turn } from '../../../lib/management/rate-limit/turn.js'
import { anyText, asyncFuzzer, fuzzer, textOf } from '../fuzzer.js'

const stream = textOf(['data', 'event', 'id', 'retry', ':', ': ', '\n', '\r', '\r\n', '\n\n', 'x', '\ufeff', '\0', '7',
  'ä', '€'], 30)

/** The messages of a whole stream, line by line as the WHATWG algorithm says; also those that hold an id only. */
function messagesOf (text: string): ServerSentEvent[] {
  const messages: ServerSentEvent[] = []
  let id = ''
  let hasId = false
  let event = ''
  let data: string[] = []
  const lines = text.replace(/^\ufeff/, '').split(/\r\n|\n|\r/)
  for (const line of lines.slice(0, -1)) {
    if (line === '') {
      if (data.length > 0 || hasId) messages.push({ event, data: data.length > 0 ? data.join('\n') : undefined, id })
      event = ''
      data = []
      hasId = false
      continue
    }
    const [, name, value = ''] = /^([^:]*)(?::(?: )?(.*))?$/s.exec(line)!
    if (name === 'event') event = value
    else if (name === 'data') data.push(value)
    else if (name === 'id' && !value.includes('\0')) {
      id = value
      hasId = true
    }
  }
  return messages
}

export const management = [
  fuzzer('an event stream is read as the WHATWG says, wherever its bytes are cut',
    [stream, fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1, maxLength: 30 })], (text, cuts) => {
      const parser = new EventStreamParser()
      const bytes = Buffer.from(text)
      const found: ServerSentEvent[] = []
      for (let at = 0, i = 0; at < bytes.length; i++) {
        const length = cuts[i % cuts.length]!
        found.push(...parser.push(bytes.subarray(at, at + length)))
        at += length
      }
      const wanted = messagesOf(bytes.toString())
      if (JSON.stringify(found) !== JSON.stringify(wanted)) {
        // A CR at the end may be half of a line end, so both readings are right until more comes.
        if (!(text.endsWith('\r') && JSON.stringify(messagesOf(`${bytes.toString()}\n`)) === JSON.stringify(found))) {
          throw new Error(`${JSON.stringify(found)} instead of ${JSON.stringify(wanted)}`)
        }
      }
    }),
  fuzzer('an id stays one segment of its path',
    [anyText(12), textOf(['/', '..', '.', '%2f', '?', '#', '|', 'a', '\\', ' '])], (any, odd) => {
      for (const id of [any, odd]) {
        try {
          const path = pathWriter('/users/{id}/roles', ['id'])([id])
          const { pathname, search, hash } = new URL(path, 'https://acme.auth0.com')
          const [, users, segment, roles, ...rest] = pathname.split('/')
          if (users !== 'users' || roles !== 'roles' || rest.length > 0 || search + hash !== '') return false
          if (decodeURIComponent(segment!) !== id) return false
        } catch (error) {
          if (!(error instanceof InvalidArgumentError)) throw error
        }
      }
    }),
  fuzzer('a query is read as it was given', [fc.dictionary(fc.string({ maxLength: 8, unit: 'binary' }), fc.oneof(
    fc.boolean(), fc.integer(), anyText(8), fc.array(anyText(4), { maxLength: 3 }), fc.constant(undefined)
  ), { maxKeys: 5 })], query => {
    try {
      const wanted = Object.entries(query).flatMap(([name, value]) =>
        (Array.isArray(value) ? value : [value]).filter(one => one !== undefined).map(one => [name, String(one)]))
      return JSON.stringify([...new URLSearchParams(queryString(query))]) === JSON.stringify(wanted)
    } catch (error) {
      return error instanceof InvalidArgumentError
    }
  }),
  asyncFuzzer('a multipart body has the length it names, and its parts between its boundaries',
    [fc.dictionary(fc.constantFrom('connection_id', 'upsert', 'external_id'), fc.oneof(fc.string(), fc.boolean())),
      fc.uint8Array({ maxLength: 3000 })], async (fields, bytes) => {
      const { headers, body } = await multipart({ ...fields, users: bytes }, 'users')
      const parts: Buffer[] = []
      for await (const part of body()) parts.push(part as Buffer)
      const written = Buffer.concat(parts)
      if (written.length !== Number(headers['content-length'])) return false
      const form = await new Response(written, { headers: { 'content-type': headers['content-type']! } }).formData()
      const file = Buffer.from(await (form.get('users') as File).arrayBuffer())
      return file.equals(bytes) && Object.entries(fields).every(([name, value]) =>
        String(form.get(name)).replaceAll('\r\n', '\n') === String(value).replaceAll('\r\n', '\n'))
    }),
  asyncFuzzer('a list is read to its end, each item once, or fails by a typed error',
    [fc.array(fc.oneof(fc.array(fc.nat(), { maxLength: 3 }), fc.constant(undefined)), { minLength: 1, maxLength: 8 })],
    async pages => {
      let calls = 0
      const list = Object.assign(async ({ from }: { from?: string } = {}) => {
        const at = Number(from ?? 0)
        if (++calls > pages.length + 1) throw new Error('more pages were read than there are')
        return { items: pages[at], ...(at + 1 < pages.length && { next: String(at + 1) }) }
      }, { listing: { key: 'items', size: 50, checkpoint: 'next', walled: false, beyond: '' } })
      try {
        const all = await (paginate as (method: unknown) => { all(): Promise<unknown> })(list).all()
        return JSON.stringify(all) === JSON.stringify(pages.flatMap(page => page ?? []))
      } catch (error) {
        if (error instanceof Auth0Error || error instanceof NetworkError) return true
        throw error
      }
    }),
  asyncFuzzer('calls that share a limit all start, in order, and never more than are left',
    [fc.integer({ min: 1, max: 12 }), fc.integer({ min: 1, max: 5 }),
      fc.array(fc.constantFrom(200, 200, 200, 429), { minLength: 1, maxLength: 20 })],
    async (calls, size, outcomes) => {
      let now = 1_800_000_000
      const limit = new SharedLimit({
        maxWait: 1e6,
        onWait: undefined,
        now: () => now,
        sleep: async seconds => { now += seconds },
        random: () => 0
      })
      const started: number[] = []
      let next = 0
      let left = size
      let refills = now + 1
      await Promise.all(Array.from({ length: calls }, async (_, i) => {
        const turn = new Turn('GET /users', undefined)
        for (let tries = 0; ; tries++) {
          await limit.enter(turn)
          if (now >= refills) {
            left = size
            refills = now + 1
          }
          const passes = tries >= 5 || outcomes[next++ % outcomes.length] === 200
          const status = left > 0 && passes ? 200 : 429
          if (status === 200) left--
          await Promise.resolve()
          const headers = {
            'x-ratelimit-limit': String(size),
            'x-ratelimit-remaining': String(status === 200 ? left : 0),
            'x-ratelimit-reset': String(Math.ceil(refills))
          }
          limit.leave(turn, { status, headers }, status === 429)
          if (status === 429) continue
          started.push(i)
          return
        }
      }))
      return started.length === calls
    })
]
