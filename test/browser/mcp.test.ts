import type { Page } from 'playwright-core'
import t, { type Test } from 'tap'
import { mcpWorld } from '../examples/mcp-world.js'
import { reserveAddress, startServer } from '../fixtures/loopback.js'
import { inChromium, Tabs } from './chromium.js'

/** An empty page; returns its origin. */
async function pageOf (t: Test): Promise<string> {
  return (await startServer(t, () => ({ body: '<title>An inspector</title>' }))).origin
}

interface Seen {
  status: number
  challenge: string | null
  body: unknown
}

/** What a script of the page sees of an answer; `undefined` where the browser shows it nothing. */
async function seen (page: Page, url: string, init: RequestInit): Promise<Seen | undefined> {
  return await page.evaluate(async ([url, init]) => {
    try {
      const answer = await fetch(url, init)
      const body: unknown = await answer.json()
      return { status: answer.status, challenge: answer.headers.get('www-authenticate'), body }
    } catch {
      return undefined
    }
  }, [url, init] as const)
}

t.test('an MCP client in Chromium', inChromium, async t => {
  const [inspector, stranger] = [await pageOf(t), await pageOf(t)]
  const address = await reserveAddress(t)
  const { tenant } = await mcpWorld(t, { address, allowedOrigins: [inspector] })
  const origin = `http://localhost:${address.port}`
  const page = await (await Tabs.open(t)).add()

  const metadata = `${origin}/.well-known/oauth-protected-resource/mcp`
  const headers = { 'mcp-protocol-version': '2026-07-28' }
  const list = {
    method: 'POST',
    body: JSON.stringify({
      jsonrpc: '2.0',
      id: 1,
      method: 'tools/list',
      params: {
        _meta: {
          'io.modelcontextprotocol/protocolVersion': '2026-07-28',
          'io.modelcontextprotocol/clientInfo': { name: 'x', version: '1' },
          'io.modelcontextprotocol/clientCapabilities': {}
        }
      }
    }),
    headers: {
      ...headers,
      'mcp-method': 'tools/list',
      'content-type': 'application/json',
      accept: 'application/json, text/event-stream'
    }
  }
  const answer = await tenant.fetch(`${tenant.url}/oauth/token`, {
    method: 'POST',
    body: new URLSearchParams({
      grant_type: 'client_credentials',
      client_id: 'example',
      client_secret: 'the secret of the examples',
      audience: `${origin}/mcp`,
      scope: 'read:menu'
    })
  })
  const { access_token: token } = await answer.json() as { access_token: string }
  const authorized = { ...list, headers: { ...list.headers, authorization: `Bearer ${token}` } }

  await page.goto(inspector)
  t.match(await seen(page, metadata, { headers }), { status: 200, body: { resource: `${origin}/mcp` } })
  t.match(await seen(page, `${origin}/mcp`, list), {
    status: 401,
    challenge: `Bearer realm="api", scope="read:menu", resource_metadata="${metadata}"`
  })
  t.match(await seen(page, `${origin}/mcp`, authorized), { status: 200, body: { result: { tools: Array } } })

  await page.goto(stranger)
  t.match(await seen(page, metadata, { headers }), { status: 200 }, 'the metadata is for everybody')
  t.equal(await seen(page, `${origin}/mcp`, authorized), undefined)
})
