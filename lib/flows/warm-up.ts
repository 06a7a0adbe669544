import type { PluginContext } from './context.js'

/**
 * Begins what the first visitor would otherwise wait for: the HTTP client, the tenant's metadata and its keys. A
 * failure changes nothing: whoever needs them asks again and learns of it. With several domains nobody knows which
 * comes first.
 */
export async function warmUp ({ config, servers }: PluginContext): Promise<void> {
  if (config.issuer === undefined) return
  const server = servers.get(config.issuer)
  try {
    await server.metadata()
  } catch {
    // Kept by the server object, and told to the first who needs the metadata.
    return
  }
  server.keys.prefetch()
}
