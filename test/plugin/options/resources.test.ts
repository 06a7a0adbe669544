import t from 'tap'
import { parse } from './given-options.js'

t.test('resources with their defaults', async t => {
  const one = (resource: object, api: object = {}, bases: object = {}) =>
    parse({ ...bases, api: { ...api, resources: { '/mcp': resource } } }).resources.get('/mcp')!
  const plain = { bearer_methods_supported: ['header'] }
  t.strictSame(one({}), {
    path: '/mcp',
    origin: 'https://app.example.com',
    audience: ['https://app.example.com/mcp'],
    dpop: undefined,
    allowedOrigins: undefined,
    facts: { ...plain, dpop_signing_alg_values_supported: ['ES256'] }
  })
  t.strictSame(one({ audience: 'x', dpop: 'disabled' }).facts, plain)
  t.strictSame(one({ dpop: 'required' }).facts,
    { ...plain, dpop_signing_alg_values_supported: ['ES256'], dpop_bound_access_tokens_required: true })
  t.strictSame(one({ dpop: 'disabled' }, { dpop: 'required' }).facts, plain)
  t.equal(one({}, { dpop: 'disabled' }).dpop, 'disabled')
  t.strictSame(one({
    dpop: 'disabled',
    scopes: ['a', 'offline_access'],
    name: 'n',
    documentation: 'https://d.example.com',
    policy: 'https://p.example.com',
    termsOfService: 'https://t.example.com',
    metadata: { jwks_uri: 'https://j.example.com' },
    allowedOrigins: ['HTTPS://Client.example.com']
  }, { mtls: () => undefined }), {
    path: '/mcp',
    origin: 'https://app.example.com',
    audience: ['https://app.example.com/mcp'],
    dpop: 'disabled',
    allowedOrigins: new Set(['https://client.example.com', 'https://app.example.com']),
    facts: {
      scopes_supported: ['a'],
      ...plain,
      resource_name: 'n',
      resource_documentation: 'https://d.example.com',
      resource_policy_uri: 'https://p.example.com',
      resource_tos_uri: 'https://t.example.com',
      tls_client_certificate_bound_access_tokens: true,
      jwks_uri: 'https://j.example.com'
    }
  })
  t.strictSame(one({ scopes: ['offline_access'], dpop: 'disabled' }).facts, plain)
  const two = { appBaseUrl: ['https://a.example.com', 'https://b.example.com'] }
  const unknown = { appBaseUrl: undefined }
  t.match(one({}, {}, two), { origin: undefined, audience: undefined })
  for (const [audience, origin] of [
    ['https://api.example.com/mcp', 'https://api.example.com'], ['https://api.example.com/mcp/',
      'https://api.example.com'],
    ['HTTP://api.example.com/mcp', 'http://api.example.com'], ['https://api.example.com/other', undefined],
    ['https://', undefined], ['urn:x:/mcp', undefined], ['ftp://api.example.com/mcp', undefined]
  ] as const) {
    t.match(one({ audience }, {}, unknown), { origin, audience: [audience] }, audience)
    t.equal(one({ audience }).origin, 'https://app.example.com')
  }
  t.throws(() => one({}, {}, unknown),
    { option: "api.resources['/mcp'].audience", message: /must be given without "appBaseUrl"/ })
  const taken = ['resource', 'authorization_servers', 'scopes_supported', 'bearer_methods_supported', 'resource_name',
    'resource_documentation', 'resource_policy_uri', 'resource_tos_uri', 'dpop_signing_alg_values_supported',
    'dpop_bound_access_tokens_required']
  const said = ['audience', 'domain', 'scopes', 'dpop', 'name', 'documentation', 'policy', 'termsOfService', 'dpop',
    'dpop']
  taken.forEach((name, i) => t.throws(() => one({ metadata: { [name]: 'x' } }),
    { message: new RegExp(`must not hold "${name}": the option "${said[i]}" says it`) }))
  const circle: Record<string, unknown> = {}
  circle['x'] = circle
  for (const metadata of [{ x: 1n }, { x: () => 1 }, { x: [Infinity] }, { x: new Map() }, circle]) {
    t.throws(() => one({ metadata }), { option: "api.resources['/mcp'].metadata", message: /what JSON can hold/ })
  }
})
