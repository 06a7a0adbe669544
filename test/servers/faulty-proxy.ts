import { once } from 'node:events'
import { connect, createServer, type AddressInfo, type Socket } from 'node:net'

/** A way to a server that can fail as networks and servers do. */
export interface FaultyProxy {
  readonly port: number
  /** Breaks every connection off and takes no new one, as a server that was killed. */
  cut (): void
  /** Leaves connections open and lets nothing through, as a server that hangs. */
  stall (): void
  /** Breaks every connection off once, as a server that was started again. */
  reset (): void
  /** Lets everything through again, also what was sent in the meantime. */
  heal (): void
  close (): Promise<void>
}

/** Stands before a server on `port` of this computer. */
export async function startFaultyProxy (port: number): Promise<FaultyProxy> {
  const sockets = new Set<Socket>()
  let state: 'well' | 'cut' | 'stalled' = 'well'

  const server = createServer(near => {
    if (state === 'cut') { near.destroy(); return }
    const far = connect(port, '127.0.0.1')
    for (const [from, to] of [[near, far], [far, near]] as const) {
      sockets.add(from)
      from.setNoDelay(true)
      from.on('data', chunk => { to.write(chunk) })
      from.on('error', () => { to.destroy() })
      from.on('close', () => { sockets.delete(from); to.destroy() })
      if (state === 'stalled') from.pause()
    }
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')

  const drop = (): void => { for (const socket of sockets) socket.destroy() }
  return {
    port: (server.address() as AddressInfo).port,
    cut () { state = 'cut'; drop() },
    stall () { state = 'stalled'; for (const socket of sockets) socket.pause() },
    reset: drop,
    heal () { state = 'well'; for (const socket of sockets) socket.resume() },
    async close () {
      drop()
      server.close()
      await once(server, 'close')
    }
  }
}
