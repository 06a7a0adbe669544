import { McpServer, type AuthInfo, type CallToolResult } from '@modelcontextprotocol/server'

/** What each tool asks of the caller's token, beside what the route asks for. */
export const tools = {
  menu: [],
  read_orders: ['read:orders'],
  place_order: ['write:orders']
}

/** The API behind the tools, and the scope of the token that a tool calls it with. */
export const upstream = { audience: 'https://orders.example.com', scope: 'write:orders' }

/** Exchanges the caller's token for one of the API behind the tools. */
export type TokenOnBehalfOf = (options: typeof upstream) => Promise<{ accessToken: string }>

/** The server of one request (2026), or of one session (2025). */
export function ordersServer (ordersApi: string): McpServer {
  const server = new McpServer({ name: 'orders', version: '1.0.0' })

  server.registerTool('menu', { description: 'What there is; for everybody who is logged in' }, async () =>
    text('espresso, cortado, cinnamon bun'))

  server.registerTool('read_orders', { description: 'The orders of the user' }, async ctx =>
    text(`${extraOf(ctx).sub}: espresso, cortado`))

  server.registerTool('place_order', { description: 'Orders what the user usually has' }, async ctx => {
    // The caller's token is for this server only. The API gets one of its own, with the user in it and this server as
    // the actor.
    const { accessToken } = await extraOf(ctx).tokenOnBehalfOf(upstream)
    const answer = await fetch(`${ordersApi}/orders`, {
      method: 'POST',
      headers: { authorization: `Bearer ${accessToken}` }
    })
    return answer.ok ? text('ordered') : { ...text(`The orders API answered ${answer.status}.`), isError: true }
  })

  return server
}

function text (value: string): CallToolResult {
  return { content: [{ type: 'text', text: value }] }
}

/** What the route has put into `authInfo.extra`. */
function extraOf ({ http }: { http?: { authInfo?: AuthInfo } }): { sub: string, tokenOnBehalfOf: TokenOnBehalfOf } {
  return http!.authInfo!.extra as { sub: string, tokenOnBehalfOf: TokenOnBehalfOf }
}
