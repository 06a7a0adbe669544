import { readdirSync } from 'node:fs'
import { basename } from 'node:path'
import t from 'tap'

/**
 * Test files that share a process, since each process needs about a second before its first test.
 * A file belongs to the first group whose pattern matches its path below `test/`; `rest` takes what no other group
 * takes.
 * A group has at most twenty seconds of work, so that a slow machine ends it within the timeout of `.taprc`.
 */
export const groups: Record<string, RegExp> = {
  servers: /^slow\/(redis|postgres)|(redis|postgres)-server/,
  processes: /^slow\//,
  // Whatever starts a Chromium.
  browser: /^(browser|testing\/others)\//,
  'hostile-a-o': /^hostile\/(.*\/)?[a-o][^/]*$/,
  'hostile-p-z': /^hostile\//,
  examples: /^(examples|integration)\//,
  flows: /^flows\//,
  plugin: /^plugin\//,
  stores: /^stores\//,
  testing: /^testing\//,
  tokens: /^(tokens|authentication|http|management)\//,
  rest: /^/
}

const here = new URL('./', import.meta.url)

/** The test files of a group, as paths below `test/`. */
export function filesOf (group: string): string[] {
  return readdirSync(here, { recursive: true, encoding: 'utf8' })
    .map(path => path.replaceAll('\\', '/'))
    .filter(path => path.endsWith('.test.ts') && Object.keys(groups).find(name => groups[name]?.test(path)) === group)
    .sort()
}

/** Runs the test files of the group that a file of `test/groups/` is named after. */
export async function runGroup (entry: string): Promise<void> {
  for (const path of filesOf(basename(entry, '.ts'))) {
    t.comment(`test/${path}`)
    await import(new URL(path, here).href)
  }
}
