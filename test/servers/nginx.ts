import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Test } from 'tap'
import { until } from '../until.js'
import { end, findProgram, freePort } from './programs.js'

export const nginxProgram = findProgram('nginx', ['/usr/sbin'])

/** What an nginx is told of the application behind it. */
export interface NginxBlocks {
  http: string
  server: string
}

/** Default buffers. */
const plain: NginxBlocks = {
  http: '',
  server: `
    location / {
      proxy_pass http://127.0.0.1:3000;
      proxy_set_header Host $http_host;
      proxy_set_header X-Forwarded-Proto $scheme;
    }`
}

/** An nginx in front of a port of this machine; returns its own port. Blocks say `$scheme`, which counts as https. */
export async function startNginx (t: Test, upstream: number, { http, server } = plain): Promise<number> {
  const port = await freePort()
  const folder = mkdtempSync(join(tmpdir(), 'nginx-'))
  const places = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map(name =>
    `${name}_temp_path ${folder}/${name};`
  )
  writeFileSync(join(folder, 'nginx.conf'), `
daemon off; master_process off; pid ${folder}/pid; error_log stderr;
events {}
http {
  access_log off; ${places.join(' ')}
  ${http}
  server {
    listen 127.0.0.1:${port};
    ${server.replace('127.0.0.1:3000', `127.0.0.1:${upstream}`).replace('$scheme', 'https')}
  }
}`)
  const child = spawn(nginxProgram, ['-p', folder, '-c', join(folder, 'nginx.conf')], { stdio: 'ignore' })
  t.teardown(async () => {
    await end(child, 'SIGTERM')
    rmSync(folder, { recursive: true, force: true })
  })
  await until(async () => {
    const socket = connect(port, '127.0.0.1')
    // `once` rejects on an error: nobody listens yet.
    const connected = await once(socket, 'connect').then(() => true, () => false)
    socket.destroy()
    return connected
  }, 1000)
  return port
}
