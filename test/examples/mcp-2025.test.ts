import { Client } from '@modelcontextprotocol/sdk/client/index.js'
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js'
import t, { type Test } from 'tap'
import { Agent, mcpWorld, serverUrl, type World } from './mcp-world.js'

/** What the client throws when somebody must log in. */
const unauthorized = { message: 'Unauthorized' }

/** The client of the first version of the SDK: it begins with `initialize` and keeps a session. */
class Connection {
  readonly agent: Agent
  readonly client = new Client({ name: 'test', version: '1' })
  transport: StreamableHTTPClientTransport
  readonly #make: () => StreamableHTTPClientTransport

  constructor ({ tenant, fetch }: World, user?: string) {
    this.agent = new Agent(tenant, user)
    this.#make = () => new StreamableHTTPClientTransport(serverUrl, { authProvider: this.agent, fetch })
    this.transport = this.#make()
  }

  async logIn (): Promise<void> {
    await this.transport.finishAuth((await this.agent.logIn()).get('code')!)
  }

  /** Connects; who is not logged in logs in first. */
  async connect (t: Test): Promise<this> {
    await t.rejects(this.client.connect(this.transport as never), unauthorized)
    await this.logIn()
    this.transport = this.#make()
    await this.client.connect(this.transport as never)
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

t.test('a client of 2025', async t => {
  const world = await mcpWorld(t)
  const ada = await new Connection(world).connect(t)
  const { agent } = ada
  t.strictSame(agent.scopes, ['read:menu'], 'the least that the server asks for')
  t.equal(agent.asked[0]!.searchParams.get('resource'), serverUrl.href)
  t.ok(ada.transport.sessionId)
  t.strictSame((await ada.client.listTools()).tools.map(({ name }) => name), ['menu', 'read_orders', 'place_order'])
  t.match(await ada.call('menu'), /espresso/)

  await t.rejects(ada.call('read_orders'), unauthorized, '403 makes the client ask for more')
  t.strictSame(agent.scopes.filter(scope => scope.includes(':')), ['read:menu', 'read:orders'])
  await ada.logIn()
  t.equal(await ada.call('read_orders'), 'auth0|ada: espresso, cortado')
  await t.rejects(ada.call('place_order'), unauthorized)
  await ada.logIn()
  t.equal(await ada.call('place_order'), 'ordered', 'on behalf of the user')
  const exchange = world.tenant.requests.findLast(({ params }) => /token-exchange/.test(String(params.grant_type)))!
  t.match(exchange.params, { audience: 'https://orders.example.com', subject_token: agent.accessToken })

  // It never asks for a refresh token.
  world.clock.ahead = 3_700
  await t.rejects(ada.call('read_orders'), unauthorized, 'the token has expired')
  t.strictSame(agent.scopes, ['read:menu'], 'all that is known before the body is read')
  await ada.logIn()
  await t.rejects(ada.call('read_orders'), unauthorized)
  await ada.logIn()
  t.equal(await ada.call('read_orders'), 'auth0|ada: espresso, cortado', 'in the same session')
  t.strictSame(world.tenant.errors, [])
})

/** One request by hand. */
async function send ({ fetch }: World, { accessToken }: Agent,
  { id, ...more }: RequestInit & { id?: string | undefined } = {}): Promise<Response> {
  return await fetch(serverUrl, {
    method: 'POST',
    body: '{"jsonrpc":"2.0","id":1,"method":"tools/list"}',
    ...more,
    headers: {
      authorization: `Bearer ${accessToken}`,
      accept: more.method === 'GET' ? 'text/event-stream' : 'application/json, text/event-stream',
      ...(more.method === undefined && { 'content-type': 'application/json' }),
      ...(id !== undefined && { 'mcp-session-id': id })
    }
  })
}

const initialize = {
  body: JSON.stringify({
    jsonrpc: '2.0',
    id: 1,
    method: 'initialize',
    params: { protocolVersion: '2025-11-25', capabilities: {}, clientInfo: { name: 'x', version: '1' } }
  })
}

async function begin (world: World, agent: Agent): Promise<string> {
  return (await send(world, agent, initialize)).headers.get('mcp-session-id')!
}

t.test('a session belongs to the user that began it', async t => {
  const world = await mcpWorld(t)
  const [ada, bea] = [await new Connection(world).connect(t), await new Connection(world, 'auth0|bea').connect(t)]
  const id = ada.transport.sessionId!
  const status = async (id: string | undefined, { agent }: Connection) => (await send(world, agent, { id })).status
  t.equal(await status(id, ada), 200)
  for (const more of [{}, { method: 'GET', body: null }, { method: 'DELETE', body: null }]) {
    const answer = await send(world, bea.agent, { id, ...more })
    t.match([answer.status, await answer.json()], [404, { error: { message: 'Session not found' } }])
  }
  t.equal(await status('another', ada), 404)
  t.equal(await status(undefined, ada), 400)
  t.equal(await status(id, ada), 200, 'it is still there')
  await ada.transport.terminateSession()
  t.equal(await status(id, ada), 404)

  const begun: string[] = []
  for (let i = 0; i < 11; i++) begun.push(await begin(world, ada.agent))
  t.equal(await status(begun[0], ada), 404, 'ten of one user, the oldest makes room')
  t.equal(await status(begun[10], ada), 200)
  t.equal(await status(bea.transport.sessionId, bea), 200, 'others keep theirs')
})

t.test('a stream ends with the token that opened it', async t => {
  const world = await mcpWorld(t)
  const { agent } = await new Connection(world).connect(t)
  const id = await begin(world, agent)
  world.clock.ahead = agent.expiresAt - 0.2 - world.now()
  const opened = await send(world, agent, { id, method: 'GET', body: null })
  t.match([opened.status, opened.headers.get('x-accel-buffering')], [200, 'no'])
  t.equal(await opened.text(), '', 'it has ended')
})
