import { spawn, type ChildProcess } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { skipWithout } from '../requirements.js'
import { end, findProgram, freePort, says } from './programs.js'

/** A redis-server of this test's own, on a free port, that keeps nothing on disk. */
export interface RedisServer {
  readonly port: number
  readonly url: string
  /** Leaves connections open and answers nothing. */
  pause(): void
  resume(): void
  /** Ends it as a crash would. */
  kill(): Promise<void>
  /** Starts it again on the same port, empty. */
  restart(): Promise<void>
  stop(): Promise<void>
}

const program = findProgram('redis-server')

/** The `skip` of tests that need Redis. */
export const withoutRedis = skipWithout('redis-server', program)

export async function startRedis (options: { cluster?: boolean } = {}): Promise<RedisServer> {
  const port = await freePort()
  // A cluster writes down its slots: the next server on this port must not find them.
  const folder = mkdtempSync(join(tmpdir(), 'auth0-redis-'))
  const cluster = options.cluster === true
    ? ['--cluster-enabled', 'yes', '--cluster-config-file', 'nodes.conf', '--cluster-announce-ip', '127.0.0.1',
        '--cluster-port', String(await freePort()), '--cluster-require-full-coverage', 'no']
    : []
  let child: ChildProcess

  async function start (): Promise<void> {
    child = spawn(program, ['--port', String(port), '--bind', '127.0.0.1', '--save', '', '--appendonly', 'no', '--dir',
      folder, ...cluster], { stdio: ['ignore', 'pipe', 'pipe'] })
    await says(child, /Ready to accept connections/)
  }

  const cleanUp = (): void => {
    child.kill('SIGKILL')
    rmSync(folder, { recursive: true, force: true, maxRetries: 5 })
  }
  process.once('exit', cleanUp)
  await start()
  return {
    port,
    url: `redis://127.0.0.1:${port}`,
    pause: () => {
      child.kill('SIGSTOP')
    },
    resume: () => {
      child.kill('SIGCONT')
    },
    kill: async () => await end(child, 'SIGKILL'),
    restart: start,
    async stop () {
      process.removeListener('exit', cleanUp)
      await end(child, 'SIGKILL')
      rmSync(folder, { recursive: true, force: true, maxRetries: 5 })
    }
  }
}
