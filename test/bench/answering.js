import { createServer } from 'node:net'

const HEAD_END = Buffer.from('\r\n\r\n')
const NOTHING = Buffer.alloc(0)
const TOO_LONG = 65_536

/** An answer with a JSON body, as bytes: head and body. */
export function answerOf (value, headers = '') {
  const body = JSON.stringify(value)
  return Buffer.from('HTTP/1.1 200 OK\r\ncontent-type: ' +
    `application/json\r\ncontent-length: ${Buffer.byteLength(body)}\r\n` +
    `${headers}date: ${new Date().toUTCString()}\r\nconnection: keep-alive\r\nkeep-alive: timeout=60\r\n\r\n${body}`)
}

/**
 * A server that answers each request with bytes made before. It reads of a request where it ends: it must cost
 * less than the clients that ask it. A request may come in several chunks, and a chunk may hold several requests.
 * @param answer takes the head's text and returns the bytes of the whole answer
 */
export function answering (answer) {
  return createServer({ noDelay: true }, socket => {
    let rest = NOTHING
    socket.on('error', () => socket.destroy())
    socket.on('data', chunk => {
      const bytes = rest.length === 0 ? chunk : Buffer.concat([rest, chunk])
      let at = 0
      for (;;) {
        const headEnd = bytes.indexOf(HEAD_END, at)
        if (headEnd === -1) break
        const head = bytes.latin1Slice(at, headEnd)
        const end = headEnd + HEAD_END.length + bodyLength(head)
        if (end > bytes.length) break
        socket.write(answer(head))
        at = end
      }
      rest = at === bytes.length ? NOTHING : bytes.subarray(at)
      if (rest.length > TOO_LONG) throw new Error('The request is too long.')
    })
  })
}

/** How long a request's body is, by its head. Only clients that tell a length are served. */
function bodyLength (head) {
  if (head.startsWith('GET ')) return 0
  const length = /\r\ncontent-length: *(\d+)/i.exec(head)
  if (length === null && /\r\ntransfer-encoding:/i.test(head)) throw new Error('The request tells no length.')
  return length === null ? 0 : Number(length[1])
}
