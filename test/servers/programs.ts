import { randomInt } from 'node:crypto'
import { execFileSync, type ChildProcess } from 'node:child_process'
import { existsSync, readdirSync } from 'node:fs'
import { createServer } from 'node:net'
import { delimiter, join } from 'node:path'
import { once } from 'node:events'

/** Where a program is: in one of these folders, or on the `PATH`; its bare name when it is nowhere. */
export function findProgram (name: string, folders: string[] = []): string {
  const places = [...folders, ...(process.env.PATH ?? '').split(delimiter)]
  return places.map(folder => join(folder, name)).find(path => existsSync(path)) ?? name
}

/** Folders of PostgreSQL's programs as Debian lays them out, the newest release first. */
export function postgresFolders (): string[] {
  const root = '/usr/lib/postgresql'
  if (!existsSync(root)) return []
  return readdirSync(root).sort((a, b) => Number(b) - Number(a)).map(release => join(root, release, 'bin'))
}

/**
 * A port for a program that cannot choose one itself. Systems do not hand it out (Linux begins at 32,768), so no server
 * and no connection takes it by chance, even while its program is away. A server of this process listens on port 0.
 */
export async function freePort (): Promise<number> {
  for (;;) {
    const port = randomInt(12_000, 32_000)
    const probe = createServer().listen(port, '127.0.0.1')
    const isFree = await once(probe, 'listening').then(() => true, () => false)
    if (!isFree) continue
    probe.close()
    await once(probe, 'close')
    return port
  }
}

/** Resolves when a line of the program's output says so; rejects with all it said when it ends before. */
export async function says (child: ChildProcess, pattern: RegExp): Promise<void> {
  let said = ''
  await new Promise<void>((resolve, reject) => {
    const listen = (chunk: Buffer): void => {
      said += chunk.toString()
      if (pattern.test(said)) resolve()
    }
    child.stdout?.on('data', listen)
    child.stderr?.on('data', listen)
    child.once('error', reject)
    child.once('exit', code => reject(new Error(`The program ended (${code}) and said: ${said}`)))
  })
}

/** Ends a program, also a stopped one, and waits until it is gone. */
export async function end (child: ChildProcess, signal: NodeJS.Signals): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  const gone = once(child, 'exit')
  child.kill('SIGCONT')
  child.kill(signal)
  await gone
}

/** Stops or continues a program and what it started. */
export function signalFamily (child: ChildProcess, signal: NodeJS.Signals): void {
  const children = execFileSync('ps', ['-eo', 'pid=,ppid='], { encoding: 'utf8' }).trim().split('\n')
    .map(line => line.trim().split(/\s+/).map(Number))
    .filter(([, parent]) => parent === child.pid)
    .map(([pid]) => pid!)
  for (const pid of [child.pid!, ...children]) {
    try {
      process.kill(pid, signal)
    } catch (error) {
      // It has ended since it was listed.
      if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error
    }
  }
}
