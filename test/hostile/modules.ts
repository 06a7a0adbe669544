/**
 * The table of `test/README.md` that names the test for each module of the OpenID conformance suite for clients.
 * To print it: `node --import ./examples/typescript.js test/hostile/modules.ts`.
 */
import { argv } from 'node:process'
import { fileURLToPath } from 'node:url'
import { cases, covered } from './covered.js'

/** Which profile a module belongs to, by its name; the first that fits. */
const profiles: ReadonlyArray<[profile: string, name: RegExp]> = [
  ['Back-Channel Logout', /rp-backchannel/],
  ['RP-Initiated Logout', /rp-init-logout/],
  ['Form Post', /form-?post/],
  ['FAPI 2.0: PAR, DPoP', /^fapi2/],
  ['CIBA', /^fapi-ciba/],
  ['Code: Basic, Config', /./]
]

/** One line for each module: profile, module, cases, and the files with their tests. */
export function moduleRows (): string[] {
  const files = covered()
  const byModule = new Map<string, string[]>()
  for (const { id, oidf = [] } of cases) {
    for (const module of oidf) byModule.set(module, [...byModule.get(module) ?? [], id])
  }
  return [...byModule].map(([module, ids]) => {
    const [profile] = profiles.find(([, name]) => name.test(module))!
    const where = [...new Set(ids.flatMap(id => files.get(id) ?? []))].map(file => `\`hostile/${file}\``).join(', ')
    return `| ${profile} | \`${module}\` | ${ids.join(', ')} | ${where} |`
  }).sort()
}

if (argv[1] === fileURLToPath(import.meta.url)) {
  console.log(['| profile | module | case | test |', '|---|---|---|---|', ...moduleRows()].join('\n'))
}
