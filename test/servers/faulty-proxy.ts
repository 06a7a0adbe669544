import { once } from 'node:events'
import { connect, createServer, type AddressInfo, type Socket } from 'node:net'

/** A way to a server that can fail as networks and servers do. */
export interface FaultyProxy {
  readonly port: number
  /** Breaks every connection off and takes no new one, as a server that was killed. */
  cut(): void
  /** Leaves connections open and lets nothing through, as a server that hangs. */
  stall(): void
  /** Breaks every connection off once, as a server that was started again. */
  reset(): void
  /** Lets everything through again, also what was sent in the meantime. */
  heal(): void
  close(): Promise<void>
}

/** Stands before a server on `port` of this computer. */
export async function startFaultyProxy (port: number): Promise<FaultyProxy> {
  const sockets = new Set<Socket>()
  let state: 'well' | 'cut' | 'stalled' = 'well'
  /** What is on its way while nothing gets through. */
  const held: (() => void)[] = []

  const server = createServer(near => {
    if (state === 'cut') {
      near.destroy()
      return
    }
    const far = connect(port, '127.0.0.1')
    for (const [from, to] of [[near, far], [far, near]] as const) {
      sockets.add(from)
      from.setNoDelay(true)
      from.on('data', chunk => {
        const pass = (): void => {
          to.write(chunk)
        }
        if (state === 'stalled') held.push(pass)
        else pass()
      })
      from.on('error', () => {
        to.destroy()
      })
      from.on('close', () => {
        sockets.delete(from)
        to.destroy()
      })
    }
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')

  const drop = (): void => {
    for (const socket of sockets) socket.destroy()
  }
  return {
    port: (server.address() as AddressInfo).port,
    cut () {
      state = 'cut'
      drop()
    },
    stall () {
      state = 'stalled'
    },
    reset: drop,
    heal () {
      state = 'well'
      for (const pass of held.splice(0)) pass()
    },
    async close () {
      drop()
      server.close()
      await once(server, 'close')
    }
  }
}
