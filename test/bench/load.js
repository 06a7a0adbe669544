import { connect } from 'node:net'

const CONNECTIONS = 32
const END_OF_HEAD = Buffer.from('\r\n\r\n')

/**
 * Asks for a page as fast as it comes, over connections that each send their next request when the answer is there.
 * Sockets alone: a client of more comfort would need more of its core than the server does of the other.
 * @param values the values of a request header, in turn
 */
export async function loadFor (url, values, seconds, { path = '/me', header = 'cookie' } = {}) {
  const { hostname, port } = new URL(url)
  const requests = (values.length === 0 ? [undefined] : values).map(value =>
    Buffer.from(`GET ${path} HTTP/1.1\r\nhost: ${hostname}:${port}\r\naccept: application/json\r\n` +
      `${value === undefined ? '' : `${header}: ${value}\r\n`}\r\n`, 'latin1'))
  const total = { requests: 0, setCookie: 0, refused: 0 }
  let next = 0
  const end = performance.now() + seconds * 1000

  const one = () =>
    new Promise((resolve, reject) => {
      const socket = connect(Number(port), hostname)
      let pending = Buffer.alloc(0)
      const send = () => {
        if (performance.now() >= end) return socket.end(resolve)
        socket.write(requests[next++ % requests.length])
      }
      socket.setNoDelay(true)
      socket.on('connect', send)
      socket.on('error', reject)
      socket.on('data', chunk => {
        pending = pending.length === 0 ? chunk : Buffer.concat([pending, chunk])
        const headEnd = pending.indexOf(END_OF_HEAD)
        if (headEnd === -1) return
        const head = pending.latin1Slice(0, headEnd)
        const length = Number(/content-length: (\d+)/i.exec(head)[1])
        if (pending.length < headEnd + 4 + length) return
        pending = Buffer.alloc(0)
        total.requests++
        if (!head.startsWith('HTTP/1.1 200')) total.refused++
        for (const [line] of head.matchAll(/^set-cookie: .*$/gim)) total.setCookie += line.length - 12
        send()
      })
    })
  // The load never sleeps: waking a core that does is work of the one that writes, which is the server's.
  let over = false
  const stayAwake = () => { if (!over) setImmediate(stayAwake) }
  stayAwake()
  await Promise.all(Array.from({ length: CONNECTIONS }, one)).finally(() => { over = true })
  return total
}
