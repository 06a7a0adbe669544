import { once } from 'node:events'
import { Agent, createServer, request } from 'node:http'
import type { AddressInfo } from 'node:net'

/** A load balancer before the processes of an application. */
export interface RoundRobin {
  readonly url: string
  /** Where requests go, in turn. */
  ports: number[]
  close(): Promise<void>
}

export async function startRoundRobin (): Promise<RoundRobin> {
  const agent = new Agent({ keepAlive: true, maxSockets: 256 })
  const balancer: RoundRobin = { url: '', ports: [], close }
  let turn = 0
  const server = createServer((near, answer) => {
    const port = balancer.ports[turn++ % balancer.ports.length]!
    const far = request({ agent, host: '127.0.0.1', port, path: near.url, method: near.method, headers: near.headers },
      response => {
        answer.writeHead(response.statusCode!, response.rawHeaders)
        response.pipe(answer)
      })
    far.on('error', () => {
      answer.destroy()
    })
    near.pipe(far)
  })
  // The applications' answers, which are handed on as they are, promise their own time of 72 seconds.
  server.keepAliveTimeout = 90_000
  server.listen(0, '127.0.0.1')

  async function close (): Promise<void> {
    agent.destroy()
    server.close()
    server.closeAllConnections()
    await once(server, 'close')
  }

  await once(server, 'listening')
  return Object.assign(balancer, { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` })
}
