/** Writes `npm-shrinkwrap.json`, which npm prefers: package-lock.json with the address of each package. */
import { execFileSync } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'

const registry = execFileSync('npm', ['config', 'get', 'registry'], { encoding: 'utf8' }).trim().replace(/\/$/, '')
const lock = JSON.parse(readFileSync('package-lock.json', 'utf8'))
for (const [path, entry] of Object.entries(lock.packages)) {
  if (path === '' || entry.link || entry.resolved) continue
  const name = entry.name ?? path.split('node_modules/').at(-1)
  entry.resolved = `${registry}/${name}/-/${name.split('/').at(-1)}-${entry.version}.tgz`
}
writeFileSync('npm-shrinkwrap.json', JSON.stringify(lock))
