import { execFile, execFileSync, spawn, type ChildProcess } from 'node:child_process'
import { chownSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { skipWithout } from '../requirements.js'
import { end, findProgram, freePort, postgresFolders, says, signalFamily } from './programs.js'

/** A PostgreSQL cluster of this test's own, on a free port, removed when it stops. */
export interface PostgresServer {
  readonly port: number
  readonly connection: { host: string, port: number, user: string, database: string }
  /** Leaves connections open and answers nothing. */
  pause(): void
  resume(): void
  /** Ends it and every connection at once. */
  kill(): Promise<void>
  /** Starts it again with what it held. */
  restart(): Promise<void>
  stop(): Promise<void>
}

const initdb = findProgram('initdb', postgresFolders())
const postgres = findProgram('postgres', postgresFolders())

/** The `skip` of tests that need PostgreSQL. */
export const withoutPostgres = skipWithout('PostgreSQL', initdb)

export async function startPostgres (): Promise<PostgresServer> {
  const owner = unprivileged()
  const folder = mkdtempSync(join(tmpdir(), 'auth0-postgres-'))
  if (owner.uid !== undefined) chownSync(folder, owner.uid, owner.gid ?? owner.uid)
  const data = join(folder, 'data')
  const port = await freePort()
  let child: ChildProcess | undefined

  const cleanUp = (): void => {
    child?.kill('SIGQUIT')
    rmSync(folder, { recursive: true, force: true, maxRetries: 5 })
  }
  process.once('exit', cleanUp)

  async function start (): Promise<void> {
    child = spawn(postgres, ['-D', data, '-p', String(port), '-h', '127.0.0.1', '-k', folder, '-F', '-c',
      'max_connections=60'], { ...owner, cwd: folder, stdio: ['ignore', 'pipe', 'pipe'] })
    await says(child, /database system is ready to accept connections/)
  }

  await promisify(execFile)(initdb, ['-D', data, '-U', 'postgres', '-A', 'trust', '-E', 'UTF8', '--locale=C',
    '--no-sync'], { ...owner, cwd: folder })
  await start()
  return {
    port,
    connection: { host: '127.0.0.1', port, user: 'postgres', database: 'postgres' },
    pause: () => {
      signalFamily(child!, 'SIGSTOP')
    },
    resume: () => {
      signalFamily(child!, 'SIGCONT')
    },
    async kill () {
      signalFamily(child!, 'SIGCONT')
      await end(child!, 'SIGQUIT')
    },
    restart: start,
    async stop () {
      process.removeListener('exit', cleanUp)
      if (child!.exitCode === null && child!.signalCode === null) signalFamily(child!, 'SIGCONT')
      await end(child!, 'SIGQUIT')
      rmSync(folder, { recursive: true, force: true, maxRetries: 5 })
    }
  }
}

/** PostgreSQL refuses to run as root: then it runs as its own user. */
function unprivileged (): { uid?: number, gid?: number } {
  if (process.getuid?.() !== 0) return {}
  const id = (flag: string): number => Number(execFileSync('id', [flag, 'postgres'], { encoding: 'utf8' }))
  return { uid: id('-u'), gid: id('-g') }
}
