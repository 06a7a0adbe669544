/**
 * What the tests use of tap, so that one process can run a test file many times: a run ends at its first failure, and
 * does not wait for what the failed test left behind. What is not here makes the test file fail without a mutant as
 * well; such files run with tap itself.
 */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { hasStrict, match, same, strict } from 'tcompare'

type Body = (t: Test) => unknown
type Files = { [name: string]: string | Files }

/** One run of a test file. */
export class Run {
  readonly root: Test = new Test(this, 'root')
  readonly teardowns = new Set<() => unknown>()
  failed?: Error
  #reject!: (error: Error) => void
  /** Rejects at the first failure. */
  readonly failure: Promise<never> = new Promise((_resolve, reject) => { this.#reject = reject })

  constructor () {
    this.failure.catch(() => {})
  }

  fail (error: unknown): void {
    this.failed ??= error instanceof Error ? error : new Error(String(error))
    this.#reject(this.failed)
  }
}

/** Same methods as tap's, with the same meaning. */
class Test {
  readonly name: string
  testdirName = ''
  #run: Run
  #last: Promise<unknown> = Promise.resolve()
  #teardowns: Array<() => unknown> = []

  constructor (run: Run, name: string) {
    this.#run = run
    this.name = name
  }

  test (name: string, ...rest: [Body] | [{ skip?: unknown, todo?: unknown }, Body]): Promise<unknown> {
    const body = rest.at(-1) as Body
    const { skip, todo } = rest.length > 1 ? rest[0] as { skip?: unknown, todo?: unknown } : {}
    if (skip || todo) return Promise.resolve()
    this.#last = this.#last.then(async () => {
      if (this.#run.failed !== undefined) return
      const inner = new Test(this.#run, name)
      try {
        await body(inner)
        await inner.finish()
      } catch (error) {
        this.#run.fail(error)
      }
    })
    return this.#last
  }

  before (body: () => unknown): void {
    this.#last = this.#last.then(body)
  }

  async finish (): Promise<void> {
    for (let last; last !== this.#last;) {
      last = this.#last
      await last
    }
    for (const teardown of this.#teardowns.reverse()) {
      if (this.#run.teardowns.delete(teardown)) await teardown()
    }
  }

  teardown (body: () => unknown): void {
    const teardown = () => body()
    this.#teardowns.push(teardown)
    this.#run.teardowns.add(teardown)
  }

  fail (message: unknown = 'failed'): never {
    const error = message instanceof Error ? message : new Error(`${this.name}: ${String(message)}`)
    this.#run.fail(error)
    throw error
  }

  #check (passed: unknown, message: unknown): true {
    if (!passed) this.fail(message)
    return true
  }

  pass (): true { return true }
  comment (): void {}
  end (): void {}
  setTimeout (): void {}
  ok (found: unknown, message?: unknown): true { return this.#check(found, message) }
  notOk (found: unknown, message?: unknown): true { return this.#check(!found, message) }
  equal (found: unknown, wanted: unknown, message?: unknown): true { return this.#check(found === wanted, message) }
  not (found: unknown, wanted: unknown, message?: unknown): true { return this.#check(found !== wanted, message) }
  same (found: unknown, wanted: unknown, message?: unknown): true {
    return this.#check(same(found, wanted, {}).match, message)
  }

  notSame (found: unknown, wanted: unknown, message?: unknown): true {
    return this.#check(!same(found, wanted, {}).match, message)
  }

  strictSame (found: unknown, wanted: unknown, message?: unknown): true {
    return this.#check(strict(found, wanted, {}).match, message)
  }

  hasStrict (found: unknown, wanted: unknown, message?: unknown): true {
    return this.#check(hasStrict(found, wanted, {}).match, message)
  }

  match (found: unknown, wanted: unknown, message?: unknown): true {
    return this.#check(match(found, wanted, {}).match, message)
  }

  notMatch (found: unknown, wanted: unknown, message?: unknown): true {
    return this.#check(!match(found, wanted, {}).match, message)
  }

  type (found: unknown, wanted: unknown, message?: unknown): true {
    if (typeof wanted === 'function') return this.#check(found instanceof wanted, message)
    const names: unknown[] = [found === null ? 'null' : typeof found, found?.constructor.name]
    return this.#check(names.includes(wanted), message)
  }

  throws (body: () => unknown, wanted?: unknown, message?: unknown): unknown {
    try {
      body()
    } catch (error) {
      return this.#expected(error, wanted, message)
    }
    return this.fail(message ?? 'nothing was thrown')
  }

  doesNotThrow (body: () => unknown): true {
    body()
    return true
  }

  async rejects (from: unknown, wanted?: unknown, message?: unknown): Promise<unknown> {
    try {
      await (typeof from === 'function' ? from() : from)
    } catch (error) {
      return this.#expected(error, wanted, message)
    }
    return this.fail(message ?? 'nothing was rejected')
  }

  async resolves (from: unknown): Promise<true> {
    await (typeof from === 'function' ? from() : from)
    return true
  }

  #expected (error: unknown, wanted: unknown, message: unknown): unknown {
    // The assertion that failed within.
    if (this.#run.failed !== undefined) throw this.#run.failed
    const { name } = error as Error
    if (name) {
      const value = String(name)
      Object.defineProperty(error, 'name', { value, enumerable: true, configurable: true, writable: true })
    }
    if (wanted !== undefined && typeof wanted !== 'string') {
      this.match(wanted instanceof RegExp ? (error as Error).message : error, wanted, message)
    }
    return error
  }

  testdir (files: Files = {}): string {
    const folder = mkdtempSync(join(tmpdir(), 'quick-tap-'))
    this.teardown(() => rmSync(folder, { recursive: true, force: true }))
    const write = (path: string, content: string | Files): void => {
      if (typeof content !== 'string') {
        for (const [name, inner] of Object.entries(content)) write(join(path, name), inner)
        return
      }
      mkdirSync(dirname(path), { recursive: true })
      writeFileSync(path, content)
    }
    write(folder, files)
    this.testdirName = folder
    return folder
  }

  intercept (from: object, name: PropertyKey, descriptor: PropertyDescriptor): { restore: () => void } {
    const before = Object.getOwnPropertyDescriptor(from, name)!
    Object.defineProperty(from, name, { configurable: true, enumerable: true, ...descriptor })
    const restore = () => { Object.defineProperty(from, name, before) }
    this.teardown(restore)
    return { restore }
  }
}

let current = new Run()

/** Begins another run: what the test file says to `t` from now on belongs to it. */
export function begin (): Run {
  return (current = new Run())
}

export const test: Test['test'] = (name, ...rest) => current.root.test(name, ...rest)

export default new Proxy({}, {
  get (_target, name) {
    const value = current.root[name as keyof Test] as unknown
    return typeof value === 'function' ? value.bind(current.root) : value
  }
})
