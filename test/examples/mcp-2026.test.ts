import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client'
import t, { type Test } from 'tap'
import { Agent, clientMetadataUrl, mcpWorld, serverUrl, type World } from './mcp-world.js'

const unauthorized = { message: /[Uu]nauthorized/ }

/** The client of the second version of the SDK: it asks what the server can do, and keeps no session. */
class Connection {
  readonly agent: Agent
  readonly client = new Client({ name: 'test', version: '2' }, { versionNegotiation: { mode: { pin: '2026-07-28' } } })
  transport: StreamableHTTPClientTransport
  readonly #make: () => StreamableHTTPClientTransport

  constructor ({ tenant, fetch }: World, agent = new Agent(tenant)) {
    this.agent = agent
    this.#make = () => new StreamableHTTPClientTransport(serverUrl, { authProvider: agent, fetch })
    this.transport = this.#make()
  }

  async logIn (): Promise<void> {
    await this.transport.finishAuth(await this.agent.logIn())
  }

  async connect (t: Test): Promise<this> {
    await t.rejects(this.client.connect(this.transport), unauthorized)
    await this.logIn()
    this.transport = this.#make()
    await this.client.connect(this.transport)
    t.teardown(async () => {
      await this.client.close()
    })
    return this
  }

  async call (name: string): Promise<unknown> {
    const { content } = await this.client.callTool({ name }) as { content: { text: string }[] }
    return content[0]!.text
  }
}

t.test('a client of 2026', async t => {
  const world = await mcpWorld(t)
  const ada = await new Connection(world).connect(t)
  const { agent } = ada
  t.equal(ada.transport.sessionId, undefined)
  t.strictSame(agent.scopes, ['offline_access', 'read:menu'], 'the least that the server asks for')
  t.strictSame((await ada.client.listTools()).tools.map(({ name }) => name), ['menu', 'read_orders', 'place_order'])
  t.match(await ada.call('menu'), /espresso/)

  await t.rejects(ada.call('read_orders'), unauthorized, '403 makes the client ask for more')
  t.strictSame(agent.scopes, ['offline_access', 'read:menu', 'read:orders'])
  await ada.logIn()
  t.equal(await ada.call('read_orders'), 'auth0|ada: espresso, cortado')
  await t.rejects(ada.call('place_order'), unauthorized)
  await ada.logIn()
  t.equal(await ada.call('place_order'), 'ordered', 'on behalf of the user')

  const before = agent.accessToken
  world.clock.ahead = 3_700
  t.equal(await ada.call('read_orders'), 'auth0|ada: espresso, cortado', 'an expired token is refreshed')
  t.not(agent.accessToken, before)

  await world.tenant.revoke('auth0|ada')
  world.clock.ahead = 7_400
  const asked = agent.asked.length
  await t.rejects(ada.call('menu'), unauthorized, 'consent was taken back')
  t.equal(agent.asked.length, asked + 1, 'a new login')
  await ada.logIn()
  t.match(await ada.call('menu'), /espresso/)
  t.strictSame(world.tenant.errors, [])
})

t.test('what the wire must look like', async t => {
  const world = await mcpWorld(t)
  const { agent } = await new Connection(world).connect(t)
  const meta = {
    'io.modelcontextprotocol/protocolVersion': '2026-07-28',
    'io.modelcontextprotocol/clientInfo': { name: 'x', version: '1' },
    'io.modelcontextprotocol/clientCapabilities': {}
  }
  const send = async (method: string, params: object = {}, headers: Record<string, string> = {}) =>
    await world.fetch(serverUrl, {
      method: 'POST',
      body: JSON.stringify({ jsonrpc: '2.0', id: 1, method, params: { ...params, _meta: meta } }),
      headers: {
        authorization: `Bearer ${agent.accessToken}`,
        accept: 'application/json, text/event-stream',
        'content-type': 'application/json',
        'mcp-protocol-version': '2026-07-28',
        'mcp-method': method,
        ...headers
      }
    })
  t.equal((await send('tools/list')).status, 200)
  t.equal((await send('tools/call', { name: 'menu' }, { 'mcp-name': 'menu' })).status, 200)
  const mismatch = await send('tools/call', { name: 'menu' }, { 'mcp-name': 'other' })
  t.match([mismatch.status, await mismatch.json()], [400, { error: { code: -32020 } }])
  t.equal((await send('tools/call', { name: 'read_orders' }, { 'mcp-name': 'menu' })).status, 403)
  const answer = await send('tools/list', {}, { authorization: '' })
  t.equal(answer.headers.get('www-authenticate'),
    'Bearer realm="api", scope="read:menu", ' +
      'resource_metadata="https://mcp.example.com/.well-known/oauth-protected-resource/mcp"')
  t.equal((await send('tools/list', {}, { origin: 'https://evil.example' })).status, 403)
  const own = await send('tools/list', {}, { origin: 'https://inspector.example.com' })
  t.match([own.status, own.headers.get('access-control-allow-origin')], [200, 'https://inspector.example.com'])
  t.equal((await send('tools/list', {}, { 'content-type': 'text/plain' })).status, 415)
  t.equal((await send('no/such')).status, 404)
  const authorization = `Bearer ${agent.accessToken}`
  const { status, headers } = await world.fetch(serverUrl, { headers: { authorization } })
  t.strictSame([status, headers.get('allow')], [405, 'POST'])

  const subscription = { notifications: { toolsListChanged: true } }
  world.clock.ahead = agent.expiresAt - 0.2 - world.now()
  const listening = await send('subscriptions/listen', subscription)
  t.match(listening.headers.get('content-type'), 'text/event-stream')
  t.match(await listening.text(), /subscriptions\/acknowledged/, 'it has ended, with the token')
})

t.test('a client that is known by the address of its document', async t => {
  const world = await mcpWorld(t)
  const agent = Object.assign(new Agent(world.tenant), { clientMetadataUrl })
  const ada = await new Connection(world, agent).connect(t)
  t.match(await ada.call('menu'), /espresso/)
  t.equal(agent.asked[0]!.searchParams.get('client_id'), clientMetadataUrl)
  t.notOk(world.tenant.requests.some(({ path }) => path === '/oidc/register'))
})
