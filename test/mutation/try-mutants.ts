import { spawn, type ChildProcess } from 'node:child_process'
import { join } from 'node:path'
import { runTest } from './run-test.js'

/** What a run of a test file found. */
export interface Outcome {
  /** What failed first, if anything did. */
  failed?: string | undefined
  /** Whether that was an error that nobody caught, which an earlier run may have left behind. */
  uncaught: boolean
  /** The mutants whose place the run came to. */
  reached: number[]
  seconds: number
}

/** Which mutants a test file executes and which of those it notices. */
export interface Tried {
  reached: Set<number>
  noticed: Set<number>
}

interface Suspect {
  id: number
  /** Whether an earlier run may have caused the failure. */
  doubtful: boolean
}

/** Mutants in a row that are noticed before the test must pass without one: a failed run may leave something behind. */
const IN_A_ROW = 6

/**
 * Tries mutants with one test file, in one process as far as that goes. What runs only while modules load, and test
 * files that cannot run twice in a process, get a process for each mutant.
 * @param folder the sources with switches, as `loader.js` wants them
 * @param ids the mutants to try; those that the test does not execute are left out
 */
export async function tryMutants (root: string, folder: string, test: string, ids: number[]): Promise<Tried> {
  const noticed = new Set<number>()
  let worker = new Worker(root, folder, test)
  const loading = await worker.run(-1, 120)
  const before = loading.failed === undefined ? await worker.run(-1, 120) : loading
  if (before.failed !== undefined) {
    worker.stop()
    return await tryAlone()
  }
  const atRunTime = new Set(before.reached)
  const timeout = 5 + 4 * before.seconds
  let suspects: Suspect[] = []

  for (const id of ids.filter(id => atRunTime.has(id))) {
    const outcome = await worker.run(id, timeout)
    if (outcome.failed === undefined) {
      await settle(true)
      continue
    }
    suspects.push({ id, doubtful: outcome.uncaught && suspects.length > 0 })
    if (suspects.length >= IN_A_ROW || !worker.alive) await settle()
  }
  await settle()
  worker.stop()
  for (const id of ids.filter(id => loading.reached.includes(id) && !atRunTime.has(id))) {
    if (await fails(id)) noticed.add(id)
  }
  return { reached: new Set([...loading.reached, ...atRunTime]), noticed }

  /**
   * Makes sure of the suspects: the first of them met a process as it should be, and so did the others if the test
   * still passes.
   */
  async function settle (passes = false): Promise<void> {
    const [first, ...others] = suspects
    suspects = []
    if (first === undefined) return
    noticed.add(first.id)
    const clean = passes || (worker.alive && (await worker.run(-1, timeout)).failed === undefined)
    for (const { id, doubtful } of others) {
      if (clean && !doubtful) {
        noticed.add(id)
        continue
      }
      await restart()
      if ((await worker.run(id, timeout)).failed !== undefined) noticed.add(id)
    }
    if (!clean || others.some(({ doubtful }) => doubtful)) await restart()
  }

  async function restart (): Promise<void> {
    worker.stop()
    worker = new Worker(root, folder, test)
    const again = await worker.run(-1, 120)
    if (again.failed !== undefined) throw new Error(`${test} fails now and then without a mutant: ${again.failed}`)
  }

  /** Nobody knows what such a test executes: all of the mutants count as reached. */
  async function tryAlone (): Promise<Tried> {
    if (await fails(-1)) {
      console.log(`${test} fails without a mutant: it tells nothing`)
      return { reached: new Set(), noticed }
    }
    for (const id of ids) if (await fails(id)) noticed.add(id)
    return { reached: new Set(ids), noticed }
  }

  async function fails (id: number): Promise<boolean> {
    return (await runTest(root, test, { MUTANTS: folder, MUTANT: String(id) })).failed
  }
}

/** A process that runs a test file as often as it is told. */
class Worker {
  alive = true
  #child: ChildProcess

  constructor (root: string, folder: string, test: string) {
    this.#child = spawn(process.execPath, ['test/mutation/worker.ts'], {
      cwd: root,
      env: {
        ...process.env,
        NODE_OPTIONS: '--import=./examples/typescript.js --import=./test/mutation/loader.js',
        MUTANTS: folder,
        QUICK_TAP: '1',
        TEST: join(root, test)
      },
      stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
      detached: true
    })
    this.#child.once('exit', () => { this.alive = false })
  }

  /** Runs the test with a mutant; a process that ends or takes longer than `timeout` seconds has noticed it. */
  async run (mutant: number, timeout: number): Promise<Outcome> {
    let timer
    const outcome = await new Promise<Outcome>(resolve => {
      const ended = (failed: string): void => {
        this.stop()
        resolve({ failed, uncaught: false, reached: [], seconds: timeout })
      }
      timer = setTimeout(ended, timeout * 1000, 'It takes too long.')
      this.#child.once('message', resolve).once('exit', () => { ended('The process ends.') })
      this.#child.send({ mutant })
    })
    clearTimeout(timer)
    this.#child.removeAllListeners('message').removeAllListeners('exit')
    this.#child.once('exit', () => { this.alive = false })
    return outcome
  }

  stop (): void {
    this.alive = false
    try {
      process.kill(-this.#child.pid!, 'SIGKILL')
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error
    }
  }
}
