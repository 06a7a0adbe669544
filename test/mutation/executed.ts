import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { runTest } from './run-test.js'

/** The places a test file executes: for each file of `lib`, by its URL, the ranges that ran at least once. */
export type Executed = Record<string, Array<readonly [start: number, end: number, ran: boolean]>>

/** What is known of a test file: what it executes, of which state of the sources, and how long that takes. */
export interface Known {
  executed: Executed
  seconds: number
  /** The hash of each source by its URL; every source there was has one. */
  sources: Record<string, string>
}

interface V8Coverage {
  result: Array<{
    url: string
    functions: Array<{ ranges: Array<{ startOffset: number, endOffset: number, count: number }> }>
  }>
}

/**
 * Finds out what a test file executes of `lib`, its child processes included; kept in `node_modules/.cache` until the
 * test changes.
 * @param test the test file, as a path below the repository
 * @param sources the hash of each source, by its URL
 */
export async function executedBy (
  root: string,
  test: string,
  sources: Record<string, string>
): Promise<Known> {
  const folder = mkdtempSync(join(tmpdir(), 'executed-'))
  try {
    const begun = performance.now()
    const { failed, output } = await runTest(root, test, { NODE_V8_COVERAGE: folder })
    if (failed) throw new Error(`${test} fails without a mutant:\n${output.slice(-2000)}`)
    const found = { executed: readCoverage(folder), seconds: (performance.now() - begun) / 1000, sources }
    const kept = keptIn(root, test)
    mkdirSync(dirname(kept), { recursive: true })
    writeFileSync(kept, JSON.stringify(found))
    return found
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

/** What an earlier run learnt of a test file as it is now, for whatever state of the sources. */
export function lastKnown (root: string, test: string): Known | undefined {
  const kept = keptIn(root, test)
  return existsSync(kept) ? JSON.parse(readFileSync(kept, 'utf8')) as Known : undefined
}

function keptIn (root: string, test: string): string {
  const name = createHash('sha256').update(test).update(readFileSync(join(root, test))).digest('hex')
  return join(root, 'node_modules/.cache/mutation', `${name}.json`)
}

function readCoverage (folder: string): Executed {
  const executed: Executed = {}
  for (const file of readdirSync(folder)) {
    const { result } = JSON.parse(readFileSync(join(folder, file), 'utf8')) as V8Coverage
    for (const { url, functions } of result) {
      if (!/^file:.*\/lib\/.*\.ts$/.test(url) || url.includes('/node_modules/')) continue
      const ranges = executed[url] ??= []
      for (const { ranges: found } of functions) {
        for (const { startOffset, endOffset, count } of found) ranges.push([startOffset, endOffset, count > 0])
      }
    }
  }
  return executed
}

/** Whether a test executes a place: the smallest range around it ran in one of the test's processes. */
export function executes (executed: Executed, url: string, place: number): boolean {
  let smallest = Infinity
  let ran = false
  for (const [start, end, counted] of executed[url] ?? []) {
    if (place < start || place >= end) continue
    if (end - start < smallest) {
      smallest = end - start
      ran = counted
    } else if (end - start === smallest) {
      ran ||= counted
    }
  }
  return ran
}
