import { fork } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { once } from 'node:events'
import { createServer } from 'node:http'
import { createRequire } from 'node:module'
import { fileURLToPath } from 'node:url'
import t from 'tap'
import { listening } from '../fixtures/loopback.js'
import { metadataOf } from '../fixtures/tenant-metadata.js'
import { Visitor, type Answer } from '../fixtures/visitor.js'
import { Site } from '../flows/site.js'

/** What the adapter makes of an application; its own types need those of AWS. */
type Handler = (event: object, context: object) => Promise<Result>
interface Result {
  statusCode: number
  body: string
  headers?: Record<string, string>
  multiValueHeaders?: Record<string, string[]>
  cookies?: string[]
}

/** The options that the guide gives. */
const guide = readFileSync(new URL('../../examples/guides/deployment.md', import.meta.url), 'utf8')
const [, given = ''] = /awsLambdaFastify\(app, \{([^}]+)\}/.exec(guide)!
const options = Object.fromEntries(given.trim().split(/: |, /).flatMap((word, at, all) =>
  at % 2 === 0 ? [[word, all[at + 1] === 'true']] : []))

const awsLambda = createRequire(import.meta.url)('@fastify/aws-lambda') as (app: unknown, options?: object) => Handler

const read = ({ statusCode, body, headers = {}, multiValueHeaders = {}, cookies }: Result): Answer => ({
  statusCode,
  body,
  headers: {
    location: headers.location ?? multiValueHeaders.location?.[0],
    'set-cookie': cookies ?? multiValueHeaders['set-cookie'] ?? [headers['set-cookie'] ?? []].flat()
  },
  json: () => JSON.parse(body) as never
})

interface Asked {
  method: string
  path: string
  query: URLSearchParams
  cookies: string[]
  headers: Record<string, string>
}

const lists = (query: URLSearchParams): Record<string, string[]> =>
  Object.fromEntries([...query.keys()].map(name => [name, query.getAll(name)]))

/** An event of each kind, as AWS documents it. */
const events: Record<string, (asked: Asked) => object> = {
  'API Gateway, payload 1.0': ({ method, path, query, cookies, headers }) => ({
    version: '1.0',
    resource: '/{proxy+}',
    path,
    httpMethod: method,
    headers: { ...headers, cookie: cookies.join('; ') },
    multiValueHeaders: Object.fromEntries(Object.entries({ ...headers, cookie: cookies.join('; ') })
      .map(([name, value]) => [name, [value]])),
    queryStringParameters: Object.fromEntries(query),
    multiValueQueryStringParameters: lists(query),
    requestContext: { httpMethod: method, path, identity: { sourceIp: '192.0.2.7' } },
    body: null,
    isBase64Encoded: false
  }),
  'API Gateway, payload 2.0': ({ method, path, query, cookies, headers }) => ({
    version: '2.0',
    routeKey: '$default',
    rawPath: path,
    rawQueryString: query.toString(),
    ...(cookies.length > 0 && { cookies }),
    headers,
    queryStringParameters: Object.fromEntries(query),
    requestContext: { http: { method, path, sourceIp: '192.0.2.7', protocol: 'HTTP/1.1' } },
    isBase64Encoded: false
  }),
  'a load balancer with multi-value headers': ({ method, path, query, cookies, headers }) => ({
    requestContext: { elb: { targetGroupArn: 'arn:aws:elasticloadbalancing:eu-central-1:1:targetgroup/x/1' } },
    httpMethod: method,
    path,
    // A load balancer leaves parameters as they were sent.
    multiValueQueryStringParameters: Object.fromEntries(Object.entries(lists(query))
      .map(([name, values]) => [name, values.map(encodeURIComponent)])),
    multiValueHeaders: Object.fromEntries(Object.entries({ ...headers, cookie: cookies.join('; ') })
      .map(([name, value]) => [name, [value]])),
    body: '',
    isBase64Encoded: false
  })
}

for (const [name, eventOf] of Object.entries(events)) {
  t.test(`a login, a session and its refresh through ${name}`, async t => {
    const s = new Site()
    s.app.after(() => {
      s.app.get('/mine', { preHandler: s.app.auth0.requireSession }, async request => await request.auth0.getUser())
      s.app.get('/token', async request => await request.auth0.getAccessToken())
    })
    const handler = awsLambda(s.app, { ...options })
    await s.app.ready()
    t.teardown(async () => await s.app.close())
    const ada = new Visitor(async ({ method, path, headers: { cookie = '', ...headers } }) => {
      const { pathname, searchParams: query } = new URL(path, 'https://app.example.test')
      return read(await handler(eventOf({
        method,
        path: pathname,
        query,
        cookies: cookie.split('; ').filter(Boolean),
        headers: { ...headers, 'x-forwarded-proto': 'https' }
      }), {}))
    }, { origin: 'https://app.example.test', now: () => s.clock.now })

    const start = await ada.navigate('/auth/login?returnTo=%2Fmine%3Fa%3D1,3%26b%3D2')
    t.equal(start.statusCode, 302, start.body)
    const done = await ada.navigate(s.tenant.callback(String(start.headers.location)))
    t.equal(done.statusCode, 302, done.body)
    t.equal(done.headers.location, '/mine?a=1,3&b=2')
    t.ok(ada.names().filter(cookie => cookie.startsWith('__Host-')).length > 1, 'claims and tokens')
    t.match((await ada.call('/mine')).json(), { sub: 'auth0|ada' })
    s.clock.now += 4000
    t.match((await ada.call('/token')).json(), { accessToken: 'opaque-access-2' })
    t.match((await ada.call('/token')).json(), { accessToken: 'opaque-access-2' }, 'the new cookies were kept')
    t.equal((await ada.navigate('/auth/logout', { 'sec-fetch-site': 'same-origin' })).statusCode, 302)
    t.equal((await ada.call('/mine')).statusCode, 401, 'the cookies are gone')
  })
}

t.test('the first call after a thaw, when Auth0 has closed the connection meanwhile', async t => {
  const asked: string[] = []
  const server = createServer((request, response) => {
    asked.push(request.url!)
    request.resume()
    response.setHeader('content-type', 'application/json')
    response.end(JSON.stringify(request.url === '/oauth/token'
      ? { access_token: `access-${asked.length}`, token_type: 'Bearer', expires_in: 3600 }
      : metadataOf(`http://${request.headers.host!}/`)))
  })
  const port = await listening(t, server)
  const child = fork(fileURLToPath(new URL('frozen-app.ts', import.meta.url)), {
    execArgv: ['--import=./examples/typescript.js'],
    env: { ...process.env, TAP: '0', TENANT: `http://127.0.0.1:${port}` }
  })
  t.teardown(() => child.kill('SIGKILL'))
  const answer = async (): Promise<unknown> => (await once(child, 'message'))[0]
  t.equal(await answer(), 'ready')
  child.send('call')
  t.match(await answer(), /^access-/)
  for (let thaw = 0; thaw < 3; thaw++) {
    child.kill('SIGSTOP')
    // The end of the connection reaches the frozen process's machine, but not the process.
    server.closeIdleConnections()
    const calls = asked.length
    child.send('call')
    child.kill('SIGCONT')
    t.match(await answer(), /^access-/)
    t.equal(asked.length, calls + 1, 'a token call is made once')
  }
})
