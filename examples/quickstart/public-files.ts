import { readdir, readFile } from 'node:fs/promises'
import type { FastifyInstance } from 'fastify'

const folder = new URL('public/', import.meta.url)
const types: Record<string, string> = { css: 'text/css; charset=utf-8', svg: 'image/svg+xml' }

/** Serves each file of `public/` at its own name. */
export async function publicFiles (app: FastifyInstance): Promise<void> {
  for (const name of await readdir(folder)) {
    const content = await readFile(new URL(name, folder))
    const type = types[name.split('.').at(-1) ?? ''] ?? 'application/octet-stream'
    app.get(`/${name}`, (_request, reply) => reply.type(type).header('cache-control', 'no-cache').send(content))
  }
}
