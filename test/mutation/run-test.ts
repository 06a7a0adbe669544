import { spawn } from 'node:child_process'

/** Seconds a test file has unless told otherwise: a mutant that loops for ever is found out, too. */
const TIMEOUT = 120

/**
 * Runs one test file in a process of its own, which ends at the first failure.
 * @param env what its environment has besides this process's
 * @param timeout seconds after which it counts as failed
 */
export async function runTest (
  root: string,
  test: string,
  env: Record<string, string>,
  timeout: number = TIMEOUT
): Promise<{ failed: boolean, output: string }> {
  const child = spawn(process.execPath, [test], {
    cwd: root,
    env: {
      ...process.env,
      NODE_OPTIONS: '--import=./examples/typescript.js --import=./test/mutation/loader.js',
      TAP_BAIL: '1',
      TAP_TIMEOUT: String(timeout),
      ...env
    },
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true
  })
  let output = ''
  const keep = (part: string) => { output = (output + part).slice(-100_000) }
  child.stdout.setEncoding('utf8').on('data', keep)
  child.stderr.setEncoding('utf8').on('data', keep)
  const timer = setTimeout(() => killGroup(child.pid!), timeout * 1000)
  const code = await new Promise<number | null>(resolve => child.once('close', resolve))
  clearTimeout(timer)
  // Servers and browsers that the test had started and could not end.
  killGroup(child.pid!)
  return { failed: code !== 0, output }
}

function killGroup (pid: number): void {
  try {
    process.kill(-pid, 'SIGKILL')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error
  }
}
