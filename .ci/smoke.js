/** Starts the quickstart with `npm start`, as the README says, and asks for its home page. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'

const ports = { PORT: '3900', TENANT_PORT: '3901' }
const npm = spawn('npm', ['start'], { env: { ...process.env, ...ports }, stdio: ['ignore', 'pipe', 'inherit'], detached: true })
const timer = setTimeout(() => { end('npm start said nothing for a minute', 1) }, 60_000)
let said = ''

for await (const part of npm.stdout) {
  process.stdout.write(part)
  said += part
  if (said.includes('Ctrl+C')) break
}
if (!said.includes('Ctrl+C')) end('npm start ended early', 1)
const page = await fetch('http://localhost:3900/')
const dashboard = await fetch('http://localhost:3900/dashboard')
const login = await fetch('http://localhost:3900/auth/login', { redirect: 'manual' })
end(`home ${page.status}, dashboard ${dashboard.status}, login ${login.status}`, page.status === 200 && dashboard.status === 401 && login.status === 302 ? 0 : 1)

function end (message, code) {
  clearTimeout(timer)
  console.log(message)
  if (npm.exitCode === null) {
    // npm and the program it runs: a process group of their own.
    process.kill(-npm.pid, 'SIGTERM')
    once(npm, 'exit').then(() => process.exit(code))
  } else {
    process.exit(code)
  }
}
